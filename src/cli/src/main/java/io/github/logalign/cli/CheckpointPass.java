package io.github.logalign.cli;

import io.github.logalign.internal.io.Names;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.track.Checkpoint;
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

/** Scores all present checkpoints of a run. */
final class CheckpointPass {

    /** A file modified less than this ago may be incomplete; it is checked again after the same time. */
    private static final Duration FRESH = Duration.ofSeconds(1);

    private CheckpointPass() {}

    /**
     * Scores a run.
     *
     * @throws LogalignException if there are no checkpoints, or a pattern matches none of their layers
     */
    static void over(Path run, RunFolder folder, RunScorer scorer, boolean quiet)
            throws InterruptedException {
        RunFolder.Scan scan = folder.scan();
        TrackRun tracked = scorer.run();
        TrackLog log = tracked.log();
        scan.problems().forEach(log::problem);
        scan.notes().forEach(log::note);
        scan.leftovers().forEach(log::note);
        List<Checkpoint> checkpoints = scan.checkpoints();
        if (checkpoints.isEmpty() && tracked.series().rows().isEmpty()) {
            log.repeats();
            throw new LogalignException(Names.printable(run) + ": it holds no checkpoints; name them "
                    + "step_N.weights.safetensors or checkpoint-N/model.safetensors, or give their place with "
                    + "--pattern");
        }
        tracked.reportGone(checkpoints);
        scorer.checkPatterns(checkpoints);
        Map<Checkpoint, Optional<CheckpointStamp>> fresh = new LinkedHashMap<>();
        try (Progress progress = new Progress("checkpoints", checkpoints.size(), quiet)) {
            for (Checkpoint checkpoint : checkpoints) {
                if (isFresh(checkpoint)) {
                    fresh.put(checkpoint, Optional.ofNullable(scorer.stamp(checkpoint)));
                }
                scorer.add(checkpoint);
                progress.step();
            }
        }
        if (!fresh.isEmpty()) {
            Thread.sleep(FRESH);
            for (Map.Entry<Checkpoint, Optional<CheckpointStamp>> before : fresh.entrySet()) {
                if (!before.getValue().equals(Optional.ofNullable(scorer.stamp(before.getKey())))) {
                    scorer.add(before.getKey());
                }
            }
        }
        log.repeats();
        scorer.completeSpectra(checkpoints);
    }

    private static boolean isFresh(Checkpoint checkpoint) {
        Instant since = Instant.now().minus(FRESH);
        return checkpoint.problem() == null && checkpoint.files().stream().anyMatch(file -> isNewerThan(since, file));
    }

    private static boolean isNewerThan(Instant since, Path file) {
        try {
            return Files.getLastModifiedTime(file).toInstant().isAfter(since);
        } catch (IOException missing) {
            return false;
        }
    }
}
