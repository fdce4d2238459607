package io.github.logalign.tensor;

import io.github.logalign.internal.io.Bytes;
import io.github.logalign.internal.io.JsonReader;
import io.github.logalign.internal.io.MappedFile;
import io.github.logalign.internal.io.Names;
import io.github.logalign.internal.io.Origin;
import io.github.logalign.matrix.LogalignException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * Reads the index of a sharded checkpoint, which maps tensors to safetensors files or files of torch.save, and those files. The file names are
 * untrusted: only plain names of regular files beside the index are accepted, or of links to regular files, as caches
 * use them.
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

    /** The tensors that the index names, found or not, ordered by the shards' names and then by their data. */
    static TensorFormat.Contents read(MemorySegment file, Origin origin, Arena arena) {
        return new ShardIndex(origin, arena).read(file);
    }

    /** The shards that an index names, whether they are there or not. */
    static Set<Path> shards(Path index) {
        Origin origin = Origin.of(index);
        try (Arena arena = Arena.ofConfined()) {
            return origin.reading(() -> {
                ShardIndex reader = new ShardIndex(origin, arena);
                Map<String, String> shardOfTensor = reader.shardOfTensor(MappedFile.map(index, arena));
                return new TreeSet<>(reader.locations(shardOfTensor).values());
            });
        }
    }

    private TensorFormat.Contents read(MemorySegment file) {
        Map<String, String> shardOfTensor = shardOfTensor(file);
        Map<String, Path> shards = locations(shardOfTensor);
        return readShards(shardOfTensor, shards);
    }

    private Map<String, String> shardOfTensor(MemorySegment file) {
        if (file.byteSize() > MAX_INDEX_BYTES) {
            throw origin.problem(
                    "it looks like JSON of more than " + MAX_INDEX_BYTES + " bytes, too long for an index",
                    "name the safetensors file itself");
        }
        return readIndex(Bytes.head(file, file.byteSize()));
    }

    /** By their names. */
    private Map<String, Path> locations(Map<String, String> shardOfTensor) {
        Map<String, Path> shards = new TreeMap<>();
        for (String shard : shardOfTensor.values()) {
            if (!shards.containsKey(shard)) {
                if (shards.size() == MAX_SHARDS) {
                    throw origin.damaged("it names more than " + MAX_SHARDS + " shards");
                }
                shards.put(shard, locate(shard));
            }
        }
        return shards;
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
                throw json.problem(WEIGHT_MAP + " occurs twice");
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
                "it is JSON without a weight_map, so it is not the index of a sharded model",
                "name model.safetensors or model.safetensors.index.json");
    }

    private static void readWeightMap(JsonReader json, Map<String, String> shardOfTensor) {
        Map<String, String> shardNames = new HashMap<>();
        json.beginObject();
        for (boolean first = true; json.hasMember(first); first = false) {
            String tensor = json.name();
            String shard = json.string();
            // The tensors of a shard share one string for its name.
            String known = shardNames.putIfAbsent(shard, shard);
            if (shardOfTensor.put(tensor, known == null ? shard : known) != null) {
                throw json.problem("the tensor '" + Names.printable(tensor) + "' occurs twice");
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
            throw origin.damaged("the shard name '" + shown + "' is not a plain name of a file in the same folder");
        }
        Path path;
        try {
            path = origin.path().resolveSibling(shard);
        } catch (InvalidPathException invalid) {
            throw origin.problem("the shard name '" + shown + "' is not a valid file name on this system",
                    Origin.FETCH_AGAIN, invalid);
        }
        return path;
    }

    /**
     * The index decides: only tensors that it assigns to a shard are taken from it, and tensors that the shard lacks
     * are listed as lost.
     */
    private TensorFormat.Contents readShards(Map<String, String> shardOfTensor, Map<String, Path> shards) {
        Map<String, Set<String>> namesOfShard = new HashMap<>();
        shardOfTensor.forEach((tensor, shard) -> namesOfShard
                .computeIfAbsent(shard, _ -> new TreeSet<>())
                .add(tensor));
        List<Tensor> tensors = new ArrayList<>(shardOfTensor.size());
        List<String> unlisted = new ArrayList<>();
        List<LogalignException> refusals = new ArrayList<>();
        long held = 0;
        for (Map.Entry<String, Path> shard : shards.entrySet()) {
            Set<String> wanted = namesOfShard.getOrDefault(shard.getKey(), Set.of());
            List<Tensor> found = List.of();
            Function<String, LogalignException> refusal = name -> notInShard(name, shard.getKey());
            try {
                found = readShard(shard.getValue());
            } catch (LogalignException refused) {
                String message = String.valueOf(refused.getMessage());
                refusal = _ -> new LogalignException(message);
                refusals.add(refused);
            }
            held += found.size();
            if (held > SafetensorsReader.MAX_TENSORS) {
                throw origin.damaged("the shards hold more than " + SafetensorsReader.MAX_TENSORS + " tensors");
            }
            for (Tensor tensor : found) {
                if (wanted.remove(tensor.name())) {
                    tensors.add(tensor);
                } else if (!shardOfTensor.containsKey(tensor.name())) {
                    unlisted.add(tensor.name());
                }
            }
            for (String name : wanted) {
                Function<String, LogalignException> why = refusal;
                tensors.add(Tensor.lost(name, Origin.of(shard.getValue()), "missing", () -> why.apply(name)));
            }
        }
        // With no readable shard, one message suffices.
        if (!refusals.isEmpty() && refusals.size() == shards.size()) {
            throw refusals.getFirst();
        }
        return new TensorFormat.Contents(Map.of(), List.copyOf(tensors), notes(unlisted));
    }

    private LogalignException notInShard(String tensor, String shard) {
        return origin.damaged("it says that tensor '" + Names.printable(tensor) + "' is in the shard '"
                + Names.printable(shard) + "', which does not hold it");
    }

    private static List<String> notes(List<String> unlisted) {
        if (unlisted.isEmpty()) {
            return List.of();
        }
        boolean one = unlisted.size() == 1;
        return List.of(unlisted.size() + (one ? " tensor" : " tensors") + " of the shards "
                + (one ? "is" : "are") + " not in the index and skipped, such as '"
                + Names.printable(unlisted.getFirst()) + "'");
    }

    private List<Tensor> readShard(Path path) {
        Origin shard = Origin.of(path);
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            throw shard.problem(
                    "this shard is missing; it is named by " + Names.printable(origin.path()),
                    "put it into the same folder");
        }
        MemorySegment file = MappedFile.map(path, arena);
        return shard.reading(() -> readShard(file, shard));
    }

    private List<Tensor> readShard(MemorySegment file, Origin shard) {
        TensorFormat format = TensorFormats.of(file, shard);
        if (format instanceof RefusedFormat refused) {
            throw refused.refusal(shard);
        }
        if (!(format instanceof SafetensorsFormat) && !(format instanceof TorchFormat)) {
            throw shard.damaged("it is named as a shard by " + Names.printable(origin.path())
                    + ", but is neither a safetensors file nor one of torch.save");
        }
        return format.open(file, shard, ReadOptions.DEFAULT, arena).tensors();
    }
}
