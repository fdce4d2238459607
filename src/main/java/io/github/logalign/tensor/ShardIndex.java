package io.github.logalign.tensor;

import io.github.logalign.LogalignException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Reads the index of a sharded model, which says which tensor lies in which safetensors file, and the files it names.
 * Those names are untrusted: only plain names of regular files (or links to such, as caches have them) beside the
 * index.
 */
final class ShardIndex {

    private static final long MAX_INDEX_BYTES = 100_000_000;
    private static final int MAX_SHARDS = 10_000;
    private static final int MAX_NAME = 255;
    private static final String WEIGHT_MAP = "weight_map";

    private final Origin origin;
    private final Arena arena;

    private ShardIndex(Origin origin, Arena arena) {
        this.origin = origin;
        this.arena = arena;
    }

    static List<Tensor> read(MemorySegment file, Origin origin, Arena arena) {
        return new ShardIndex(origin, arena).read(file);
    }

    private List<Tensor> read(MemorySegment file) {
        if (file.byteSize() > MAX_INDEX_BYTES) {
            throw origin.problem(
                    "it looks like JSON of more than " + MAX_INDEX_BYTES + " bytes, too long for an index",
                    "name the safetensors file itself");
        }
        Map<String, String> shardOfTensor = readIndex(Bytes.head(file, file.byteSize()));
        Map<String, Path> shards = new TreeMap<>();
        for (String shard : shardOfTensor.values()) {
            if (!shards.containsKey(shard)) {
                if (shards.size() == MAX_SHARDS) {
                    throw origin.damaged("it names more than " + MAX_SHARDS + " shards");
                }
                shards.put(shard, locate(shard));
            }
        }
        return readShards(shardOfTensor, shards);
    }

    private Map<String, String> readIndex(byte[] text) {
        JsonReader json = new JsonReader(text, origin, "index");
        Map<String, String> shardOfTensor = new HashMap<>();
        boolean seen = false;
        int others = 0;
        json.beginObject();
        for (boolean first = true; json.hasMember(first); first = false) {
            String key = json.name();
            if (!key.equals(WEIGHT_MAP)) {
                if (++others > 100) {
                    throw notAnIndex();
                }
                json.skipValue();
            } else if (seen) {
                throw json.problem(WEIGHT_MAP + " stands there twice");
            } else {
                seen = true;
                readWeightMap(json, shardOfTensor);
            }
        }
        json.end();
        if (!seen) {
            throw notAnIndex();
        }
        return shardOfTensor;
    }

    private LogalignException notAnIndex() {
        return origin.problem(
                "it is JSON without a weight_map, so no index of safetensors files",
                "name model.safetensors or model.safetensors.index.json");
    }

    private static void readWeightMap(JsonReader json, Map<String, String> shardOfTensor) {
        Map<String, String> shardNames = new HashMap<>();
        json.beginObject();
        for (boolean first = true; json.hasMember(first); first = false) {
            String tensor = json.name();
            String shard = json.string();
            // Many tensors share a shard: one string for all of them.
            String known = shardNames.putIfAbsent(shard, shard);
            if (shardOfTensor.put(tensor, known == null ? shard : known) != null) {
                throw json.problem("the tensor '" + Names.printable(tensor) + "' stands there twice");
            }
            if (shardOfTensor.size() > SafetensorsReader.MAX_TENSORS) {
                throw json.problem("it lists more than " + SafetensorsReader.MAX_TENSORS + " tensors");
            }
        }
    }

    private Path locate(String shard) {
        String shown = Names.printable(shard);
        boolean plain = !shard.isEmpty() && shard.length() <= MAX_NAME && !shard.equals(".") && !shard.equals("..");
        for (int index = 0; plain && index < shard.length(); index++) {
            char unit = shard.charAt(index);
            plain = unit >= 0x20 && unit != 0x7F && unit != '/' && unit != '\\' && unit != ':';
        }
        if (!plain) {
            throw origin.damaged("the shard name '" + shown + "' is no plain name of a file in the same folder");
        }
        Path path;
        try {
            path = origin.path().resolveSibling(shard);
        } catch (InvalidPathException invalid) {
            throw origin.problem("the shard name '" + shown + "' is no file name here", Origin.FETCH_AGAIN, invalid);
        }
        if (!Files.exists(path)) {
            throw origin.problem(
                    "the shard '" + shown + "' that it names is missing", "put it into the same folder as the index");
        }
        return path;
    }

    private List<Tensor> readShards(Map<String, String> shardOfTensor, Map<String, Path> shards) {
        List<Tensor> tensors = new ArrayList<>(shardOfTensor.size());
        Map<String, String> holders = new HashMap<>();
        for (Map.Entry<String, Path> shard : shards.entrySet()) {
            for (Tensor tensor : readShard(shard.getValue())) {
                String other = holders.putIfAbsent(tensor.name(), shard.getKey());
                if (other != null) {
                    throw origin.damaged("tensor '" + Names.printable(tensor.name()) + "' lies in two shards, '"
                            + Names.printable(other) + "' and '" + Names.printable(shard.getKey()) + "'");
                }
                if (holders.size() > SafetensorsReader.MAX_TENSORS) {
                    throw origin.damaged("the shards hold more than " + SafetensorsReader.MAX_TENSORS + " tensors");
                }
                if (shard.getKey().equals(shardOfTensor.get(tensor.name()))) {
                    tensors.add(tensor);
                }
            }
        }
        if (tensors.size() < shardOfTensor.size()) {
            throw missingTensor(shardOfTensor, holders);
        }
        return List.copyOf(tensors);
    }

    private List<Tensor> readShard(Path path) {
        Origin shard = Origin.of(path);
        MemorySegment file = MappedFile.map(path, arena);
        if (FileFormat.of(file, shard) != FileFormat.SAFETENSORS) {
            throw shard.damaged("it is named as a shard by " + Names.printable(origin.path())
                    + ", but is no safetensors file");
        }
        return SafetensorsReader.read(file, shard).tensors();
    }

    private LogalignException missingTensor(Map<String, String> shardOfTensor, Map<String, String> holders) {
        for (Map.Entry<String, String> entry : new TreeMap<>(shardOfTensor).entrySet()) {
            if (!entry.getValue().equals(holders.get(entry.getKey()))) {
                return origin.damaged("tensor '" + Names.printable(entry.getKey()) + "' is not in the shard '"
                        + Names.printable(entry.getValue()) + "', where the index says it is");
            }
        }
        throw new IllegalStateException("every tensor of the index was found");
    }
}
