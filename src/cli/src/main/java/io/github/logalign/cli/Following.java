package io.github.logalign.cli;

import io.github.logalign.track.Checkpoint;
import io.github.logalign.track.CheckpointScorer;
import io.github.logalign.track.RunFolder;
import java.time.Duration;
import java.util.List;

/** Watches a live run, and scores each of its checkpoints when it is complete, again when it has changed. */
final class Following {

    private final RunFolder folder;
    private final CheckpointScorer scorer;
    private final TrackRun tracked;
    private final Duration pause;
    private final boolean untilAlarm;

    /**
     * Prepares it.
     *
     * @param pause between two looks
     * @param untilAlarm whether an alarm ends it
     */
    Following(RunFolder folder, CheckpointScorer scorer, TrackRun tracked, Duration pause, boolean untilAlarm) {
        this.folder = folder;
        this.scorer = scorer;
        this.tracked = tracked;
        this.pause = pause;
        this.untilAlarm = untilAlarm;
    }

    /** Follows until the JVM is told to stop. */
    void until(StopHook stop) throws InterruptedException {
        Arrivals arrivals = new Arrivals(pause);
        boolean first = true;
        boolean checked = false;
        do {
            RunFolder.Scan scan = folder.scan();
            // Leftovers are for runs that have ended: what is temporary in a live run becomes a checkpoint.
            scan.notes().forEach(tracked::tellNote);
            scan.problems().forEach(tracked::tellProblem);
            for (Checkpoint checkpoint : scan.checkpoints()) {
                if (arrivals.isReady(checkpoint)) {
                    checked = checked || scorer.checkPatterns(List.of(checkpoint));
                    tracked.add(checkpoint);
                }
                if (ended()) {
                    return;
                }
            }
            tracked.tellRepeats();
            if (first) {
                tracked.completeSpectra(scan.checkpoints());
                first = false;
            }
            tracked.write();
        } while (!ended() && !stop.comesWithin(pause));
    }

    private boolean ended() {
        return untilAlarm && !tracked.alarms().isEmpty();
    }
}
