package io.github.logalign.tensor;

import static io.github.logalign.tensor.TestBytes.utf8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.matrix.LogalignException;
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

    private Path index(String weightMap) throws IOException {
        return Files.write(folder.resolve("model.safetensors.index.json"),
                utf8("{\"weight_map\": {" + weightMap + "}}"));
    }

    private static String refusal(Tensor tensor) {
        String problem = tensor.problem().orElseThrow();
        assertEquals(problem, assertThrows(LogalignException.class, tensor::matrix).getMessage());
        assertTrue(tensor.holdsMatrices(), "it has a row, which says why");
        assertEquals("missing", tensor.typeName());
        return problem;
    }

    @Test
    void aTensorInTwoShardsComesFromTheOneThatIsNamed() throws IOException {
        shard(folder.resolve("one"), "a", 1, "b", 2);
        shard(folder.resolve("two"), "a", 3, "b", 4);
        try (TensorFile file = TensorFile.open(index("\"a\": \"two\", \"b\": \"one\""))) {
            assertEquals(3, file.matrix("a").get(0, 0));
            assertEquals(2, file.matrix("b").get(0, 0));
            assertEquals(List.of(), file.notes());
        }
    }

    @Test
    void tensorsThatTheIndexLeavesOutAreNoted() throws IOException {
        shard(folder.resolve("one"), "a", 1, "x\ny", 2);
        try (TensorFile file = TensorFile.open(index("\"a\": \"one\""))) {
            assertEquals(List.of("1 tensor of the shards is not in the index and skipped, such as 'x\\u000Ay'"),
                    file.notes());
            assertTrue(file.find("x\ny").isEmpty());
        }
    }

    @Test
    void aMissingShardCostsItsOwnTensors() throws IOException {
        shard(folder.resolve("one"), "a", 1, "b", 2);
        try (TensorFile file = TensorFile.open(
                index("\"a\": \"one\", \"b\": \"one\", \"c\": \"absent\", \"d\": \"absent\""))) {
            assertEquals(2, file.matrix("b").get(0, 0));
            for (String name : List.of("c", "d")) {
                String problem = refusal(file.tensor(name));
                assertTrue(problem.startsWith(folder.resolve("absent") + ": this shard is missing"), problem);
            }
        }
    }

    @Test
    void aDamagedShardCostsItsOwnTensors() throws IOException {
        shard(folder.resolve("one"), "a", 1, "b", 2);
        Files.write(folder.resolve("cut"), utf8("\0\1"));
        Files.createSymbolicLink(folder.resolve("link"), Path.of("../../blobs/abc"));
        try (TensorFile file = TensorFile.open(index("\"a\": \"one\", \"c\": \"cut\", \"d\": \"link\""))) {
            assertEquals(1, file.matrix("a").get(0, 0));
            assertTrue(refusal(file.tensor("c")).contains("truncated"));
            assertTrue(refusal(file.tensor("d")).contains("a link to ../../blobs/abc, which is not there"));
        }
    }

    @Test
    void aTensorThatWasNeverWrittenCostsItself() throws IOException {
        shard(folder.resolve("one"), "a", 1, "b", 2);
        try (TensorFile file = TensorFile.open(index("\"a\": \"one\", \"c\": \"one\""))) {
            assertEquals(1, file.matrix("a").get(0, 0));
            String problem = refusal(file.tensor("c"));
            assertTrue(problem.contains("tensor 'c' is in the shard 'one', which does not hold it"), problem);
        }
    }

    @Test
    void oneLineIsEnoughWhereNoShardIsThere() throws IOException {
        Path index = index("\"a\": \"absent\", \"b\": \"away\"");
        LogalignException failure = assertThrows(LogalignException.class, () -> TensorFile.open(index).close());
        assertTrue(String.valueOf(failure.getMessage()).contains("absent: this shard is missing"),
                failure.getMessage());
    }
}
