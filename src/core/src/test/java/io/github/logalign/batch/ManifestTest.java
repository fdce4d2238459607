package io.github.logalign.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.matrix.LogalignException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Manifests in both formats, and what is wrong with others. */
class ManifestTest {

    @TempDir
    Path folder;

    private Manifest read(String name, String text) throws IOException {
        return Manifest.read(Files.writeString(folder.resolve(name), text));
    }

    private String path(String name) {
        return folder.resolve(name).toString();
    }

    @Test
    void jsonLinesSayWhatCsvSays() throws IOException {
        Manifest lines = read("jobs.jsonl", """
                {"weights": "w/1.npz", "activations": "x.npz", "labels": {"run": "a", "step": 100}}

                {"weights": "w/2.npz", "tensor": "h.*", "activations": ["x.npz", "y.npz"], "activation": "h",\
                 "mask": ":mask", "labels": {"run": "a,b"}}
                """);
        Manifest csv = read("jobs.csv", """
                run,step,weights,tensor,activations,activation,mask
                a,100,w/1.npz,,x.npz,,
                "a,b",,w/2.npz,h.*,x.npz;y.npz,h,:mask
                """);
        assertEquals(lines.jobs(), csv.jobs());
        assertEquals(List.of("run", "step"), lines.labels());
        BatchJob first = lines.jobs().getFirst();
        assertEquals(new BatchJob(1, JobFiles.of(path("w/1.npz")), null, JobFiles.of(path("x.npz")), null, null,
                folder.toString(),
                Map.of("run", "a", "step", "100")), first);
        BatchJob second = lines.jobs().get(1);
        assertEquals(2, second.number());
        assertEquals(JobFiles.of(path("x.npz"), path("y.npz")), second.activations());
        assertEquals(Map.of("run", "a,b"), second.labels());
        assertNull(first.tensor());
    }

    @Test
    void wildcardsStandForTheFilesThereAre() throws IOException {
        for (String name : List.of("rank1.npy", "rank0.npy", "other.npy")) {
            Files.createFile(folder.resolve(name));
        }
        Manifest manifest = read("jobs.jsonl", """
                {"weights": "w.npy", "activations": "rank*.npy"}
                {"weights": "w.npy", "activations": ["none*.npy", "/tmp/x.npy"]}
                """);
        assertEquals(JobFiles.of(path("rank0.npy"), path("rank1.npy")), manifest.jobs().getFirst().activations());
        assertEquals(JobFiles.of(path("none*.npy"), "/tmp/x.npy"), manifest.jobs().get(1).activations());
    }

    @Test
    void filesMayBeJoinedAlongAnAxis() throws IOException {
        Manifest lines = read("jobs.jsonl",
                """
                        {"weights": ["w0.npy", "w1.npy"], "weights_axis": 1, "activations": ["x0.npy", "x1.npy"], "activations_axis": 1}
                        """);
        Manifest csv = read("jobs.csv", """
                weights,weights_axis,activations,activations_axis
                w0.npy; w1.npy,1.0,x0.npy;x1.npy, 1
                """);
        assertEquals(lines.jobs(), csv.jobs());
        assertEquals(JobFiles.of(path("w.npy")), read("nulls.jsonl", """
                {"weights": "w.npy", "weights_axis": null, "tensor": null, "activations": "x.npy", "mask": null}
                """).jobs().getFirst().weights());
        BatchJob job = lines.jobs().getFirst();
        assertEquals(new JobFiles(List.of(path("w0.npy"), path("w1.npy")), 1), job.weights());
        assertEquals(new JobFiles(List.of(path("x0.npy"), path("x1.npy")), 1), job.activations());
    }

    @Test
    void theFingerprintFollowsTheContent() throws IOException {
        String line = "{\"weights\": \"w.npy\", \"activations\": \"x.npy\"}\n";
        String first = read("a.jsonl", line).fingerprint();
        assertEquals(first, read("b.jsonl", line).fingerprint());
        assertNotEquals(first, read("b.jsonl", line + line).fingerprint());
    }

    @Test
    void shardsAreAllJobsOnce() throws IOException {
        Manifest manifest = read("jobs.jsonl", "{\"weights\": \"w.npy\", \"activations\": \"x.npy\"}\n".repeat(10));
        List<Integer> numbers = new ArrayList<>();
        for (int shard = 1; shard <= 3; shard++) {
            manifest.shard(shard, 3).forEach(job -> numbers.add(job.number()));
        }
        assertEquals(manifest.jobs().stream().map(BatchJob::number).toList(), numbers);
        assertThrows(IllegalArgumentException.class, () -> manifest.shard(4, 3));
        assertThrows(IllegalArgumentException.class, () -> manifest.shard(0, 3));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "a.jsonl | {\"weights\": \"w\"} | line 1 names no activations",
        "a.jsonl | {\"activations\": \"x\"} | line 1 names no weights",
        "a.jsonl | {\"weights\": \"w\", \"activations\": []} | line 1 names no activations",
        "a.jsonl | {\"weights\": \"w\", \"weights\": \"w\"} | 'weights' occurs twice",
        "a.jsonl | {\"weights\": \"w\", \"step\": 1} | the key 'step' is not known",
        "a.jsonl | {\"weights\": 1} | line 1 is refused",
        "a.jsonl | {\"weights\": [\"v\", \"w\"], \"activations\": \"x\"} | lists 2 files of weights; say with weights_axis",
        "a.jsonl | {\"weights\": \"w\", \"activations\": \"x\", \"activations_axis\": -1} | line 1: activations_axis is",
        "a.jsonl | {\"weights\": \"w\", \"activations\": \"x\", \"weights_axis\": [1]} | 'weights_axis' is no number",
        "a.csv | `weights,activations,weights_axis\nw,x,rows` | weights_axis is",
        "a.jsonl | {\"weights\": \"w\", \"labels\": {\"a\": 1, \"a\": 2}} | 'a' occurs twice",
        "a.jsonl | {\"weights\": \"w\", \"labels\": {\"a\": null}} | neither text nor a number",
        "a.jsonl | {\"weights\": \"w\", \"labels\": {\"a\": [1]}} | neither text nor a number",
        "a.jsonl | [1] | line 1 is refused",
        "a.jsonl | {\"weights\": \"w\", \"activations\": \"x\"} y | line 1 is refused",
        "a.jsonl | `` | lists no jobs",
        "a.csv | weights,tensor | lists no jobs",
        "a.csv | `weights,activations\nw` | has 1 cells, but the header has 2",
        "a.csv | `weights,activations\n,x` | line 2 names no weights",
        "a.csv | `weights,weights\nw,w` | two columns have the same name",
        "a.jsonl | {\"weights\": \"w\", \"activations\": \"x\", \"mask\": \"\"} | line 1: mask is empty",
        "a.jsonl | {\"weights\": \"w\", \"activations\": [\"x\", \"x\"]} | lists a file twice",
        "a.txt | x | is no manifest by its name",
    })
    void oneLineSaysWhatIsWrong(String name, String text, String message) {
        LogalignException refused = assertThrows(LogalignException.class, () -> read(name, text));
        assertTrue(refused.getMessage().contains(message), refused::getMessage);
        assertTrue(refused.getMessage().startsWith(path(name)), refused::getMessage);
        assertEquals(1, refused.getMessage().lines().count());
    }
}
