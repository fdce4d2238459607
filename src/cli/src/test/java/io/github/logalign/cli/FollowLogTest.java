package io.github.logalign.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.logalign.score.LayerScore;
import io.github.logalign.score.Outcome.Status;
import io.github.logalign.score.Scorer;
import io.github.logalign.track.Checkpoint;
import io.github.logalign.track.SeriesRow;
import io.github.logalign.track.TestSeries;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is said while a run is followed, by a clock of the test's own. */
class FollowLogTest {

    private static final class OwnClock extends Clock {

        private Instant now = Instant.parse("2026-01-02T03:04:05Z");

        void pass(Duration time) {
            now = now.plus(time);
        }

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }

    @TempDir
    Path folder;

    private final OwnClock clock = new OwnClock();
    private final StringWriter written = new StringWriter();

    private FollowLog log(boolean quiet) {
        return new FollowLog(folder, "checkpoint", new TrackLog(new PrintWriter(written), quiet), clock);
    }

    /** What was said since the last call. */
    private String said() {
        String text = written.toString().replace(folder.toString(), "RUN");
        written.getBuffer().setLength(0);
        return text.strip();
    }

    private static Scorer.Result result(String layer, double lar) {
        return new Scorer.Result(TestSeries.score(layer, lar, Status.OK), null, null, null);
    }

    private static Optional<LayerScore> headline(Scorer.Result result) {
        return Optional.of(result.row());
    }

    @Test
    void itSaysWhatIsWatchedAndScored() {
        FollowLog log = log(false);
        log.watching(3, 2000, Duration.ofSeconds(10));
        assertEquals("logalign: watching RUN every 10 s: checkpoints there: 3; rows up to step 2000 are known; "
                + "Ctrl-C or SIGTERM ends it", said());
        Scorer.Result head = result("lm_head", 0.73456);
        log.scored(2500, List.of(result("mlp.up", 0.5), head), headline(head), Duration.ofMillis(3210));
        assertEquals("logalign: step 2500: 2 layers, LAR of lm_head 0.7346, 3.2 s", said());
        log.scored(3000, List.of(result("mlp.up", 0.5)), Optional.empty(), Duration.ofSeconds(61));
        assertEquals("logalign: step 3000: 1 layer, 61 s", said());
        log.scored(3000, List.of(), Optional.empty(), Duration.ZERO);
        assertEquals("", said(), "nothing was new");
        log.scored(3500, List.of(result(SeriesRow.EVERY_LAYER, 0.5)), Optional.empty(), Duration.ZERO);
        assertEquals("", said(), "that it could not be read was said by its row");
    }

    @Test
    void waitingIsSaidAfterAMinuteAndThenSeldom() throws IOException {
        Path file = Files.createFile(folder.resolve("model.safetensors"));
        Files.setLastModifiedTime(file, FileTime.from(clock.instant().minus(Duration.ofMinutes(2))));
        FollowLog log = log(false);
        clock.pass(Duration.ofSeconds(59));
        log.waiting(List.of(), List.of(file), 2000);
        assertEquals("", said());
        clock.pass(Duration.ofSeconds(1));
        log.waiting(List.of(), List.of(file, folder.resolve("gone")), 2000);
        assertEquals("logalign: waiting for a checkpoint after step 2000 in RUN (newest file changed 3 min ago)",
                said());
        for (int poll = 0; poll < 29; poll++) {
            clock.pass(Duration.ofSeconds(10));
            log.waiting(List.of(), List.of(file), 2000);
            assertEquals("", said(), "poll " + poll);
        }
        clock.pass(Duration.ofSeconds(10));
        log.waiting(List.of(), List.of(), -1);
        assertEquals("logalign: waiting for the first checkpoint in RUN", said());
        clock.pass(Duration.ofMinutes(10));
        log.scored(2500, List.of(result("head", 0.5)), Optional.empty(), Duration.ZERO);
        said();
        log.waiting(List.of(), List.of(file), 2500);
        assertEquals("", said(), "something happened just now");
        clock.pass(Duration.ofHours(50));
        log.waiting(List.of(), List.of(file), 2500);
        assertEquals("logalign: waiting for a checkpoint after step 2500 in RUN (newest file changed 2 days ago)",
                said());
    }

    @Test
    void anIncompleteCheckpointIsNamed() throws IOException {
        Path weights = Files.createFile(Files.createDirectory(folder.resolve("checkpoint-2500"))
                .resolve("model.safetensors"));
        Path activations = weights.resolveSibling("activations.safetensors");
        Checkpoint incomplete = new Checkpoint(2500, weights, activations, null);
        FollowLog log = log(false);
        clock.pass(Duration.ofMinutes(1));
        log.waiting(List.of(incomplete), List.of(), 2000);
        assertEquals("logalign: step 2500: checkpoint-2500/model.safetensors is there, waiting for "
                + "activations.safetensors", said());
        Files.createFile(activations);
        clock.pass(Duration.ofMinutes(5));
        log.waiting(List.of(new Checkpoint(2400, weights, activations, null), incomplete), List.of(), 2000);
        assertEquals("logalign: step 2500: waiting until checkpoint-2500/model.safetensors and what belongs to it no "
                + "longer change (checkpoints that wait: 2)", said());
    }

    @Test
    void quietIsQuiet() {
        FollowLog log = log(true);
        log.watching(1, -1, Duration.ofSeconds(10));
        log.scored(1, List.of(result("head", 0.5)), Optional.empty(), Duration.ZERO);
        clock.pass(Duration.ofMinutes(2));
        log.waiting(List.of(), List.of(), 1);
        assertEquals("", said());
    }
}
