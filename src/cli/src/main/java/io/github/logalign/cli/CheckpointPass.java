package io.github.logalign.cli;

import io.github.logalign.internal.io.Names;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.track.Checkpoint;
import io.github.logalign.track.CheckpointScorer;
import io.github.logalign.track.CheckpointStamp;
import io.github.logalign.track.RunFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Scores all checkpoints that a run has now. */
final class CheckpointPass {

    /** A file that was written less than this ago may still be being written: it is looked at again after as long. */
    private static final Duration FRESH = Duration.ofSeconds(1);

    private CheckpointPass() {}

    /**
     * Scores a run.
     *
     * @throws LogalignException if there are no checkpoints, or a pattern fits none of their layers
     */
    static void over(Path run, RunFolder folder, CheckpointScorer scorer, TrackRun tracked, boolean quiet)
            throws InterruptedException {
        RunFolder.Scan scan = folder.scan();
        scan.problems().forEach(tracked::tellProblem);
        scan.notes().forEach(tracked::tellNote);
        scan.leftovers().forEach(tracked::tellNote);
        List<Checkpoint> checkpoints = scan.checkpoints();
        if (checkpoints.isEmpty() && tracked.series().rows().isEmpty()) {
            tracked.tellRepeats();
            throw new LogalignException(Names.printable(run) + ": there are no checkpoints; they are called"
                    + " step_N.weights.safetensors or checkpoint-N/model.safetensors, or say where they are with"
                    + " --pattern");
        }
        scorer.checkPatterns(checkpoints);
        Map<Checkpoint, Optional<CheckpointStamp>> fresh = new LinkedHashMap<>();
        try (Progress progress = new Progress("checkpoints", checkpoints.size(), quiet)) {
            for (Checkpoint checkpoint : checkpoints) {
                if (isFresh(checkpoint)) {
                    fresh.put(checkpoint, Optional.ofNullable(scorer.stamp(checkpoint)));
                }
                tracked.add(checkpoint);
                progress.step();
            }
        }
        if (!fresh.isEmpty()) {
            Thread.sleep(FRESH);
            for (Map.Entry<Checkpoint, Optional<CheckpointStamp>> before : fresh.entrySet()) {
                if (!before.getValue().equals(Optional.ofNullable(scorer.stamp(before.getKey())))) {
                    tracked.add(before.getKey());
                }
            }
        }
        tracked.tellRepeats();
        tracked.completeSpectra(checkpoints);
    }

    private static boolean isFresh(Checkpoint checkpoint) {
        Instant since = Instant.now().minus(FRESH);
        return checkpoint.problem() == null && checkpoint.files().stream().anyMatch(file -> isNewerThan(since, file));
    }

    private static boolean isNewerThan(Instant since, Path file) {
        try {
            return Files.getLastModifiedTime(file).toInstant().isAfter(since);
        } catch (IOException notThere) {
            return false;
        }
    }
}
