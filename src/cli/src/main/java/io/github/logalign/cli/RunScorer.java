package io.github.logalign.cli;

import io.github.logalign.score.Scorer;
import io.github.logalign.track.Checkpoint;
import io.github.logalign.track.CheckpointScorer;
import io.github.logalign.track.CheckpointStamp;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Scores the checkpoints of a run into its series. Scoring happens outside the lock of the series, so that a stop in the
 * middle of a large layer can write the finished rows at once.
 */
final class RunScorer {

    private final CheckpointScorer scorer;
    private final TrackRun run;

    RunScorer(CheckpointScorer scorer, TrackRun run) {
        this.scorer = scorer;
        this.run = run;
    }

    /** The run whose series grows. */
    TrackRun run() {
        return run;
    }

    /**
     * Checks that the patterns match something, as {@link CheckpointScorer#checkPatterns} does.
     *
     * @return false if no checkpoint could be read
     */
    boolean checkPatterns(List<Checkpoint> checkpoints) {
        return scorer.checkPatterns(checkpoints);
    }

    /** The state of a checkpoint's files, or null. */
    @Nullable
    CheckpointStamp stamp(Checkpoint checkpoint) {
        return scorer.stamp(checkpoint);
    }

    /**
     * Scores a checkpoint, reports failures, and writes the files if that is due.
     *
     * @return the new results
     */
    List<Scorer.Result> add(Checkpoint checkpoint) throws InterruptedException {
        CheckpointStamp stamp = scorer.stamp(checkpoint);
        TrackRun.Known known = run.known(checkpoint.step(), stamp);
        List<Scorer.Result> results = scorer.score(checkpoint, known.finished(), stamp);
        run.adopt(checkpoint.step(), stamp);
        if (results.isEmpty() && known.finished().isEmpty() && stamp != null && scorer.stamp(checkpoint) == null) {
            run.log().note("step " + checkpoint.step() + ": its files were removed before they could be scored");
        }
        run.add(checkpoint, results, stamp, known.changed());
        return results;
    }

    /** Scores checkpoints whose rows were finished earlier again, only for the spectra in the report. */
    void completeSpectra(List<Checkpoint> checkpoints) throws InterruptedException {
        if (!run.needsSpectra() || checkpoints.isEmpty()) {
            return;
        }
        Set<Checkpoint> chosen = new LinkedHashSet<>(List.of(
                checkpoints.getFirst(), checkpoints.get(checkpoints.size() / 2), checkpoints.getLast()));
        for (Checkpoint checkpoint : chosen) {
            if (!run.hasSpectra(checkpoint.step())) {
                run.keepSpectra(checkpoint.step(), scorer.score(checkpoint, Set.of(), null));
            }
        }
    }
}
