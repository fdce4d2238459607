package io.github.logalign.track;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.matrix.LogalignException;
import io.github.logalign.score.Outcome.Status;
import io.github.logalign.score.Scorer;
import io.github.logalign.tensor.SafetensorsWriter;
import io.github.logalign.tensor.TensorFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows that are kept, and rows whose files have changed since. */
class TrackerTest {

    @TempDir
    Path run;

    private static Tracker tracker(Series known, CheckpointScorer scorer) {
        return new Tracker(known, List.of(), scorer, null, Slope.DEFAULT_WINDOW);
    }

    private static double lar(Tracker tracker, long step) {
        return tracker.series().find(step, "head").orElseThrow().score().scored().orElseThrow().lar();
    }

    @Test
    void finishedRowsAreKept() throws InterruptedException {
        Checkpoint checkpoint = TestRun.write(run, 100, 1);
        Tracker tracker = tracker(Series.EMPTY, TestRun.scorer());
        assertEquals(1, tracker.add(checkpoint).size());
        assertEquals(List.of(), tracker.add(checkpoint));
        assertEquals(List.of(), tracker(tracker.series(), TestRun.scorer()).add(checkpoint), "nor after a restart");
    }

    /** A run that crashed and was resumed writes its last steps again. */
    @Test
    void aRewrittenCheckpointIsScoredAgain() throws InterruptedException {
        Tracker tracker = tracker(Series.EMPTY, TestRun.scorer());
        tracker.add(TestRun.write(run, 100, 1));
        double before = lar(tracker, 100);
        Checkpoint again = TestRun.write(run, 100, 2);
        assertTrue(tracker.hasChanged(100, TestRun.scorer().stamp(again)));
        assertEquals(1, tracker.add(again).size());
        assertNotEquals(before, lar(tracker, 100));
        assertEquals(1, tracker.series().rows().size());
    }

    @Test
    void aStampDetectsChangesOfSizeTimeHeaderAndEnd() throws IOException {
        Checkpoint checkpoint = TestRun.write(run, 100, 1);
        for (Path file : checkpoint.files()) {
            FileStamp stamp = FileStamp.of(file);
            assertEquals(stamp, FileStamp.of(file));
            FileTime time = Files.getLastModifiedTime(file);
            Files.setLastModifiedTime(file, FileTime.from(time.toInstant().plusNanos(1_000_000)));
            assertNotEquals(stamp, FileStamp.of(file), "the time");
            Files.setLastModifiedTime(file, time);
            assertEquals(stamp, FileStamp.of(file));
            byte[] bytes = Files.readAllBytes(file);
            byte[] other = bytes.clone();
            other[12]++;
            Files.write(file, other);
            Files.setLastModifiedTime(file, time);
            assertNotEquals(stamp, FileStamp.of(file), "the header");
            other = bytes.clone();
            other[bytes.length - 1]++;
            Files.write(file, other);
            Files.setLastModifiedTime(file, time);
            assertNotEquals(stamp, FileStamp.of(file), "the end");
            Files.write(file, Arrays.copyOf(bytes, bytes.length + 1));
            Files.setLastModifiedTime(file, time);
            assertNotEquals(stamp, FileStamp.of(file), "the size");
        }
        assertNull(FileStamp.of(run.resolve("nowhere")));
        assertNull(FileStamp.of(run));
    }

    @Test
    void theStampOfAnIndexCoversItsShards() throws IOException {
        Checkpoint checkpoint = TestRun.write(run, 100, 1);
        Path shard = run.resolve("model-00001-of-00001.safetensors");
        Files.copy(checkpoint.weights(), shard);
        Path index = Files.writeString(run.resolve("model.safetensors.index.json"), """
                {"weight_map": {"head.weight": "model-00001-of-00001.safetensors",
                                "head.bias": "model-00001-of-00001.safetensors"}}
                """);
        FileStamp stamp = Objects.requireNonNull(FileStamp.of(index));
        assertEquals(Files.size(index) + Files.size(shard), stamp.bytes());
        Files.setLastModifiedTime(shard, FileTime.fromMillis(Files.getLastModifiedTime(shard).toMillis() + 5000));
        assertNotEquals(stamp, FileStamp.of(index));
        assertTrue(new Checkpoint(1, index, checkpoint.activations(), null).files().contains(shard));
    }

    @Test
    void aCheckpointThatBecameUnreadableLosesItsOldScores() throws Exception {
        Checkpoint checkpoint = TestRun.write(run, 100, 1);
        Tracker tracker = tracker(Series.EMPTY, TestRun.scorer());
        tracker.add(checkpoint);
        Files.write(checkpoint.weights(), new byte[]{1, 2, 3});
        tracker.add(checkpoint);
        assertEquals(1, tracker.series().rows().size());
        SeriesRow row = tracker.series().rows().getFirst();
        assertEquals(SeriesRow.EVERY_LAYER, row.layer());
        assertEquals(Status.FAILED, row.score().outcome().status());
        TestRun.write(run, 100, 1);
        tracker.add(checkpoint);
        assertEquals(List.of("head"), tracker.series().layers());
        assertEquals(1, tracker.series().rows().size());
    }

    @Test
    void aCheckpointWhoseFilesWereDeletedKeepsItsRows() throws Exception {
        Checkpoint checkpoint = TestRun.write(run, 100, 1);
        Tracker tracker = tracker(Series.EMPTY, TestRun.scorer());
        tracker.add(checkpoint);
        Files.delete(Objects.requireNonNull(checkpoint.activations()));
        assertEquals(List.of(), tracker.add(checkpoint));
        assertEquals(Status.OK, tracker.series().rows().getFirst().score().outcome().status());
    }

    /** A trainer that keeps few checkpoints may delete one between being found and being read. */
    @Test
    void aCheckpointThatIsRemovedBeforeItIsReadHasNoFailedRow() throws Exception {
        Checkpoint checkpoint = TestRun.write(run, 100, 1);
        CheckpointStamp before = TestRun.scorer().stamp(checkpoint);
        assertEquals(1, TestRun.scorer().score(checkpoint, Set.of(), before).size());
        Files.delete(checkpoint.weights());
        assertEquals(List.of(), TestRun.scorer().score(checkpoint, Set.of(), before));
        assertEquals(Status.FAILED,
                TestRun.scorer().score(checkpoint, Set.of(), null).getFirst().row().outcome().status(),
                "nothing was known of it before");
    }

    /** The trainer may delete the checkpoint from which changes are counted. */
    @Test
    void changesAreNotCountedFromAnotherCheckpointWhenTheFirstIsGone() throws Exception {
        RunFolder folder = RunFolder.of(run, null);
        CheckpointScorer scorer = TestRun.scorer().withUpdates(folder, Series.EMPTY);
        Tracker tracker = tracker(Series.EMPTY, scorer);
        Checkpoint first = TestRun.write(run, 100, 1);
        tracker.add(first);
        Checkpoint second = TestRun.write(run, 200, 2);
        tracker.add(second);
        assertNotNull(tracker.series().find(200, "head").orElseThrow().score().update());
        for (Path file : first.files()) {
            Files.delete(file);
        }
        CheckpointScorer later = TestRun.scorer().withUpdates(folder, tracker.series());
        assertFalse(tracker.hasChanged(200, later.stamp(second)), "its row stays");
        assertEquals(List.of(), tracker(tracker.series(), later).add(second));
        List<Scorer.Result> results = tracker(tracker.series(), later).add(TestRun.write(run, 300, 3));
        assertNull(results.getFirst().row().update());
        assertTrue(results.getFirst().row().warnings().stream().anyMatch(
                warning -> warning.contains("its change has no ratios") && warning.contains("step_100")),
                results.getFirst().row().warnings()::toString);
    }

    @Test
    void rowsOfOtherLayersFromAnEarlierFileStateAreDropped() throws InterruptedException {
        Tracker tracker = tracker(Series.EMPTY, TestRun.scorer());
        Checkpoint checkpoint = TestRun.write(run, 100, 1);
        CheckpointStamp before = TestRun.scorer().stamp(checkpoint);
        tracker.add(100, List.of(new Scorer.Result(TestSeries.score("other", 0.5, Status.OK), null, null, null)),
                before);
        assertEquals(1, tracker.add(checkpoint).size());
        assertEquals(2, tracker.series().rows().size(), "both are of the same files");
        Checkpoint again = TestRun.write(run, 100, 2);
        CheckpointStamp now = TestRun.scorer().stamp(again);
        assertEquals(List.of("other"), tracker.add(100, TestRun.scorer().score(again, Set.of(), now), now));
        assertEquals(List.of("head"), tracker.series().layers(), "a step never mixes two states of its files");
    }

    @Test
    void rowsOfAnEarlierVersionAreKeptAndAdoptTheStamp() {
        Checkpoint checkpoint = TestRun.write(run, 100, 1);
        Tracker tracker = tracker(Series.of(List.of(TestSeries.row(100, "head", 0.5))), TestRun.scorer());
        CheckpointStamp now = Objects.requireNonNull(TestRun.scorer().stamp(checkpoint));
        assertEquals(Set.of("head"), tracker.finished(100, now));
        assertFalse(tracker.hasChanged(100, now));
        assertTrue(tracker.adopt(100, now));
        assertFalse(tracker.adopt(100, now), "once");
        assertEquals(now, tracker.series().rows().getFirst().stamp());
        CheckpointStamp later = Objects.requireNonNull(TestRun.scorer().stamp(TestRun.write(run, 100, 2)));
        assertTrue(tracker.hasChanged(100, later));
        assertEquals(Set.of(), tracker.finished(100, later));
    }

    @Test
    void otherLayoutOptionsScoreAgain() throws InterruptedException {
        Checkpoint checkpoint = TestRun.write(run, 100, 1);
        Tracker stored = tracker(Series.EMPTY, TestRun.scorer());
        stored.add(checkpoint);
        Tracker transposed = tracker(stored.series(), TestRun.transposing());
        assertEquals(1, transposed.add(checkpoint).size(), "--transposed scores again");
        assertNotEquals(lar(stored, 100), lar(transposed, 100));
    }

    /** A writer that reserves the space first leaves zeros at the end until it has finished. */
    @Test
    void aFileThatEndsInZerosIsIncompleteAndScoredAgainLater() throws Exception {
        Checkpoint checkpoint = TestRun.write(run, 100, 1);
        assertNull(CheckpointScorer.whyIncomplete(checkpoint), "zeros in a bias are ignored");
        for (Path file : checkpoint.files()) {
            byte[] whole = Files.readAllBytes(file);
            // The bias may follow the weight in the file, so enough bytes are cleared to reach the end of the weight.
            long zeros = file.equals(checkpoint.weights()) ? 4096 + 512 : 512;
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                channel.write(ByteBuffer.allocate((int) zeros), whole.length - zeros);
            }
            String why = String.valueOf(CheckpointScorer.whyIncomplete(checkpoint));
            assertTrue(why.contains("ends in zeros") && why.contains(file.toString()), why);
            Tracker tracker = tracker(Series.EMPTY, TestRun.scorer());
            Scorer.Result early = tracker.add(checkpoint).getFirst();
            assertEquals(Status.OK, early.row().outcome().status());
            assertEquals(1, early.row().warnings().size());
            assertTrue(early.row().warnings().getFirst().contains("ends in zeros"));
            Files.write(file, whole);
            Scorer.Result late = tracker.add(checkpoint).getFirst();
            assertEquals(List.of(), late.row().warnings());
            assertNotEquals(early.row().scored().orElseThrow().lar(), late.row().scored().orElseThrow().lar());
        }
    }

    @Test
    void sparseDataNeedsALongerTailOfZeros() {
        // As after a ReLU: one element in ten is non-zero, and the last 200 happen to be zero.
        float[] sparse = new float[64 * 64];
        for (int i = 0; i < sparse.length - 200; i += 10) {
            sparse[i] = 1.1f;
        }
        float[] reserved = sparse.clone();
        Arrays.fill(reserved, reserved.length - 1100, reserved.length, 0);
        float[] dense = new float[64 * 64];
        Arrays.fill(dense, 0, dense.length - 200, 1.1f);
        Path file = run.resolve("x.safetensors");
        long[] shape = {64, 64};
        new SafetensorsWriter().add("sparse", shape, sparse).add("reserved", shape, reserved).add("dense", shape, dense)
                .add("zero", shape, new float[64 * 64]).add("vector", new long[]{4096}, new float[4096]).write(file);
        try (TensorFile tensors = TensorFile.open(file)) {
            assertNull(ZeroTail.of(tensors.tensor("sparse")));
            assertNull(ZeroTail.of(tensors.tensor("vector")));
            for (String name : List.of("reserved", "dense", "zero")) {
                assertTrue(String.valueOf(ZeroTail.of(tensors.tensor(name))).contains(name), name);
            }
        }
    }

    @Test
    void theErrorNamesAFileThatBecameShorter() throws IOException {
        Path file = run.resolve("x.safetensors");
        for (int turn = 0; turn < 20; turn++) {
            new SafetensorsWriter().add("w", new long[]{64, 64}, new float[64 * 64]).write(file);
            try (TensorFile tensors = TensorFile.open(file)) {
                try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                    channel.truncate(4096);
                }
                LogalignException error = assertThrows(LogalignException.class, () -> ZeroTail.of(tensors));
                assertTrue(String.valueOf(error.getMessage()).startsWith(file + ": it became shorter"),
                        error.getMessage());
            }
        }
    }

    @Test
    void aCheckpointThatChangesWhileItIsReadGivesAWarning() throws InterruptedException {
        Checkpoint checkpoint = TestRun.write(run, 100, 1);
        CheckpointScorer scorer = TestRun.scorer();
        CheckpointStamp before = Objects.requireNonNull(scorer.stamp(checkpoint));
        TestRun.write(run, 100, 2);
        Scorer.Result result = scorer.score(checkpoint, Set.of(), before).getFirst();
        assertTrue(result.row().warnings().getFirst().contains("changed while they were read"));
        assertEquals(List.of(),
                scorer.score(checkpoint, Set.of(), scorer.stamp(checkpoint)).getFirst().row().warnings());
    }

    @Test
    void aPatternThatMatchesNothingIsReportedOnce() throws IOException {
        List<Checkpoint> checkpoints = List.of(
                new Checkpoint(50, run.resolve("nowhere"), run.resolve("neither"), null),
                TestRun.write(run, 100, 1), TestRun.write(run, 200, 1), TestRun.write(run, 300, 1));
        String message = assertThrows(
                LogalignException.class, () -> TestRun.scorer("head", "zzz").checkPatterns(checkpoints)).getMessage();
        assertTrue(message.contains("zzz") && !message.contains("\n"), message);
        assertTrue(TestRun.scorer("head").checkPatterns(checkpoints));
        assertTrue(TestRun.scorer("he*").checkPatterns(checkpoints));
        assertFalse(TestRun.scorer("zzz").checkPatterns(checkpoints.subList(0, 1)), "no readable checkpoint to check "
                + "against");
        assertNotNull(checkpoints.getLast().activations());
    }

    @Test
    void aConfigThatAppearsChangesOrVanishesScoresAgain() throws Exception {
        Checkpoint checkpoint = TestRun.write(run, 100, 1);
        Tracker tracker = tracker(Series.EMPTY, TestRun.scorer());
        tracker.add(checkpoint);
        double asStored = lar(tracker, 100);
        Path config = run.resolve("config.json");
        Files.writeString(config, "{\"model_type\": \"gpt2\"}");
        assertTrue(checkpoint.files().contains(config), "following a run watches config.json too");
        for (String state : List.of("appeared", "{\"model_type\": \"llama\"}", "vanished")) {
            if (state.startsWith("{")) {
                Files.writeString(config, state);
            } else if (state.equals("vanished")) {
                Files.delete(config);
            }
            assertTrue(tracker.hasChanged(100, TestRun.scorer().stamp(checkpoint)), state);
            assertEquals(1, tracker.add(checkpoint).size(), state);
            assertEquals(List.of(), tracker.add(checkpoint), state);
        }
        assertEquals(asStored, lar(tracker, 100));
        Files.writeString(config, "{}");
        tracker.add(checkpoint);
        Files.setLastModifiedTime(config, FileTime.fromMillis(0));
        assertEquals(List.of(), tracker.add(checkpoint), "rewritten with the same content");
    }

    @Test
    void rowsWithoutAConfigStampAreKeptAndAdoptIt() throws Exception {
        Checkpoint checkpoint = TestRun.write(run, 100, 1);
        CheckpointStamp now = Objects.requireNonNull(TestRun.scorer().stamp(checkpoint));
        CheckpointStamp earlier = new CheckpointStamp(now.weights(), now.activations(), now.layout(), null);
        SeriesRow row = SeriesRow.of(100, TestSeries.score("head", 0.5, Status.OK), earlier);
        Tracker tracker = tracker(Series.of(List.of(row)), TestRun.scorer());
        assertEquals(List.of(), tracker.add(checkpoint));
        assertEquals(now, tracker.series().rows().getFirst().stamp());
        Files.writeString(run.resolve("config.json"), "{}");
        assertEquals(1, tracker.add(checkpoint).size());
        TestRun.write(run, 100, 2);
        assertEquals(1, tracker(Series.of(List.of(row)), TestRun.scorer()).add(checkpoint).size());
    }
}
