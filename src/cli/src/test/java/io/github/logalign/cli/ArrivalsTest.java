package io.github.logalign.cli;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.track.Checkpoint;
import io.github.logalign.track.TestRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When a checkpoint of a live run counts as complete; each call is one poll. */
class ArrivalsTest {

    @TempDir
    Path run;

    private final Arrivals arrivals = new Arrivals(Duration.ofSeconds(10));

    private static void makeOld(Checkpoint checkpoint) throws IOException {
        FileTime old = FileTime.from(Instant.now().minus(Duration.ofHours(1)));
        for (Path file : checkpoint.files()) {
            Files.setLastModifiedTime(file, old);
        }
    }

    @Test
    void aNewCheckpointIsPolledTwice() {
        Checkpoint checkpoint = TestRun.write(run, 100, 1);
        assertFalse(arrivals.isReady(checkpoint));
        assertTrue(arrivals.isReady(checkpoint));
        assertFalse(arrivals.isReady(checkpoint), "it was scored already");
    }

    @Test
    void anOldCheckpointIsReadyAtOnce() throws IOException {
        Checkpoint checkpoint = TestRun.write(run, 100, 1);
        makeOld(checkpoint);
        assertTrue(arrivals.isReady(checkpoint));
    }

    @Test
    void aChangingCheckpointIsNotReady() {
        for (int look = 0; look < 5; look++) {
            Checkpoint checkpoint = TestRun.write(run, 100, look);
            assertFalse(arrivals.isReady(checkpoint), "look " + look);
        }
        assertTrue(arrivals.isReady(unchanged(run)));
    }

    /** The same files, not rewritten. */
    private static Checkpoint unchanged(Path run) {
        return new Checkpoint(
                100, run.resolve("step_100.weights.safetensors"), run.resolve("step_100.activations.safetensors"),
                null);
    }

    @Test
    void zerosAtTheEndDelayACheckpointButDoNotDropIt() throws IOException {
        Checkpoint checkpoint = TestRun.write(run, 100, 1);
        Path activations = Objects.requireNonNull(checkpoint.activations());
        byte[] whole = Files.readAllBytes(activations);
        Files.write(activations, Arrays.copyOf(Arrays.copyOf(whole, whole.length - 1024), whole.length));
        makeOld(checkpoint);
        assertFalse(arrivals.isReady(checkpoint), "despite its age");
        assertFalse(arrivals.isReady(checkpoint));
        assertTrue(arrivals.isReady(checkpoint), "so that its row reports the reason");
        Files.write(activations, whole);
        assertFalse(arrivals.isReady(checkpoint), "it has changed");
        assertTrue(arrivals.isReady(checkpoint), "it is scored again");
    }

    @Test
    void aCheckpointWithAProblemIsDelayedToo() throws IOException {
        Path folder = Files.createDirectory(run.resolve("checkpoint-100"));
        Files.write(folder.resolve("pytorch_model.bin"), new byte[1]);
        Checkpoint unreadable = new Checkpoint(100, folder, null, "a pickle");
        assertFalse(arrivals.isReady(unreadable), "model.safetensors may still be written");
        assertFalse(arrivals.isReady(unreadable));
        assertTrue(arrivals.isReady(unreadable));
    }

    @Test
    void shardsBelongToTheirIndex() throws IOException {
        Checkpoint flat = TestRun.write(run, 100, 1);
        Path shard = run.resolve("model-00001-of-00001.safetensors");
        Files.copy(flat.weights(), shard);
        Path index = Files.writeString(run.resolve("model.safetensors.index.json"), """
                {"weight_map": {"head.weight": "model-00001-of-00001.safetensors",
                                "head.bias": "model-00001-of-00001.safetensors"}}
                """);
        Checkpoint checkpoint = new Checkpoint(100, index, flat.activations(), null);
        assertFalse(arrivals.isReady(checkpoint));
        Files.setLastModifiedTime(shard, FileTime.from(Instant.now().plusSeconds(5)));
        assertFalse(arrivals.isReady(checkpoint), "the shard has changed");
        assertTrue(arrivals.isReady(checkpoint));
    }
}
