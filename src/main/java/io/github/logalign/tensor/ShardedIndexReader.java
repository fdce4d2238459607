package io.github.logalign.tensor;

import io.github.logalign.LogalignException;
import java.lang.foreign.Arena;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Reads the index of a sharded checkpoint, {@code {"metadata": ..., "weight_map": {tensor: file}}}, and opens its shards.
 * The names of shards are not trusted: only plain names in the index's own folder will do.
 */
final class ShardedIndexReader {

    private static final int MAX_SHARDS = 10_000;

    private ShardedIndexReader() {}

    static TensorFile read(MappedFile file, Arena arena) {
        if (file.size() > Format.MAX_HEADER) {
            throw file.bad("has " + file.size() + " bytes, too many for the index of a checkpoint");
        }
        Map<String, String> weightMap = weightMap(file);
        Map<String, TensorFile> shards = new LinkedHashMap<>();
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (Map.Entry<String, String> entry : weightMap.entrySet()) {
            String shardName = entry.getValue();
            TensorFile shard = shards.get(shardName);
            if (shard == null) {
                shard = openShard(file, shardName, arena);
                shards.put(shardName, shard);
                if (shards.size() > MAX_SHARDS) {
                    throw file.bad("names more than 10,000 shards");
                }
            }
            Tensor tensor = shard.find(entry.getKey())
                    .orElseThrow(() -> file.bad("names tensor \"" + Names.printable(entry.getKey())
                            + "\" in the shard \"" + Names.printable(shardName)
                            + "\", but it is not there; download both again"));
            tensors.put(entry.getKey(), tensor);
        }
        return new TensorFile(file.path(), "safetensors index", arena, Map.of(), tensors);
    }

    private static Map<String, String> weightMap(MappedFile file) {
        Map<String, String> weightMap = new LinkedHashMap<>();
        boolean found = false;
        try {
            Json json = new Json(file.bytes());
            json.beginObject();
            String key = json.nextKey(true);
            while (key != null) {
                if (!key.equals("weight_map")) {
                    json.skipValue();
                } else if (found) {
                    throw file.bad("has the key \"weight_map\" twice; the index is damaged");
                } else {
                    found = true;
                    readMap(file, json, weightMap);
                }
                key = json.nextKey(false);
            }
            json.end();
        } catch (Json.SyntaxException wrong) {
            throw file.bad("is JSON, but damaged: " + wrong.getMessage());
        }
        if (!found) {
            throw file.bad("is JSON, but not the index of a sharded checkpoint: it has no \"weight_map\"");
        }
        return weightMap;
    }

    private static void readMap(MappedFile file, Json json, Map<String, String> weightMap) throws Json.SyntaxException {
        json.beginObject();
        String key = json.nextKey(true);
        while (key != null) {
            if (weightMap.put(key, json.string()) != null) {
                throw file.bad("has tensor \"" + Names.printable(key) + "\" twice; the index is damaged");
            }
            key = json.nextKey(false);
        }
    }

    private static TensorFile openShard(MappedFile index, String shardName, Arena arena) {
        if (!isPlain(shardName)) {
            throw index.bad("names the shard \"" + Names.printable(shardName)
                    + "\": a shard is a plain file name in the folder of its index");
        }
        MappedFile shard = MappedFile.open(index.path().resolveSibling(shardName), arena);
        if (Format.of(shard) != Format.SAFETENSORS) {
            throw new LogalignException(Names.printable(shard.path().toString())
                    + ": is a shard of " + Names.printable(index.path().toString()) + " but not a safetensors file");
        }
        return SafetensorsReader.read(shard, arena);
    }

    private static boolean isPlain(String name) {
        return !name.isEmpty()
                && !name.equals(".")
                && !name.equals("..")
                && name.length() <= 255
                && name.chars().noneMatch(c -> c == '/' || c == '\\' || c == ':' || c < 0x20 || c == 0x7f)
                && name.codePoints().noneMatch(c -> Character.getType(c) == Character.SURROGATE);
    }
}
