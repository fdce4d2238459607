package io.github.logalign.tensor;

import static io.github.logalign.tensor.TestBytes.utf8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShardsTest {

    private static final String INDEX = "{\"metadata\": {\"total_size\": 16, \"x\": [1.5e3, null, true, {}]},"
            + " \"weight_map\": {\"a\": \"one.safetensors\", \"c\": \"one.safetensors\","
            + " \"b\": \"two.safetensors\"}}\n";

    @TempDir
    Path folder;

    private static void shard(Path path, String first, float value, String second, float other) {
        new SafetensorsWriter()
                .metadata("format", "pt")
                .add(first, new long[]{1, 1}, new float[]{value})
                .add(second, new long[]{1, 1}, new float[]{other})
                .write(path);
    }

    @Test
    void tensorsOfAllShardsAreOneFile() throws IOException {
        shard(folder.resolve("one.safetensors"), "c", 3, "a", 1);
        shard(folder.resolve("two.safetensors"), "b", 2, "unlisted", 4);
        check(Files.write(folder.resolve("any name"), utf8(INDEX)), folder);
    }

    @Test
    void linkedShardsBesideALinkedIndexAreFound() throws IOException {
        Path blobs = Files.createDirectory(folder.resolve("blobs"));
        Path snapshot = Files.createDirectory(folder.resolve("snapshot"));
        shard(blobs.resolve("111"), "c", 3, "a", 1);
        shard(blobs.resolve("222"), "b", 2, "unlisted", 4);
        Files.write(blobs.resolve("333"), utf8(INDEX));
        Files.createSymbolicLink(snapshot.resolve("one.safetensors"), Path.of("../blobs/111"));
        Files.createSymbolicLink(snapshot.resolve("two.safetensors"), Path.of("../blobs/222"));
        Path index = Files.createSymbolicLink(snapshot.resolve("model.safetensors.index.json"),
                Path.of("../blobs/333"));
        check(index, snapshot);
    }

    private static void check(Path index, Path shards) {
        try (TensorFile file = TensorFile.open(index)) {
            assertEquals("safetensors index", file.format());
            assertEquals(Map.of(), file.metadata());
            assertEquals(List.of("c", "a", "b"), file.tensors().stream().map(Tensor::name).toList());
            assertEquals(1, file.matrix("a").get(0, 0));
            assertEquals(2, file.matrix("b").get(0, 0));
            assertEquals(3, file.matrix("c").get(0, 0));
            assertEquals(shards.resolve("two.safetensors"), file.tensor("b").path());
            assertTrue(file.find("unlisted").isEmpty());
        }
    }
}
