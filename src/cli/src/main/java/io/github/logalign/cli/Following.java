package io.github.logalign.cli;

import io.github.logalign.track.Checkpoint;
import io.github.logalign.track.CheckpointScorer;
import io.github.logalign.track.RunFolder;
import java.time.Duration;
import java.util.List;

/** Watches a live run, and scores each checkpoint when it is complete and again when it has changed. */
final class Following {

    private final RunFolder folder;
    private final CheckpointScorer scorer;
    private final TrackRun tracked;
    private final Duration pause;
    private final boolean untilAlarm;

    /**
     * Creates a watcher.
     *
     * @param pause the time between two polls
     * @param untilAlarm whether to end at the first alarm
     */
    Following(RunFolder folder, CheckpointScorer scorer, TrackRun tracked, Duration pause, boolean untilAlarm) {
        this.folder = folder;
        this.scorer = scorer;
        this.tracked = tracked;
        this.pause = pause;
        this.untilAlarm = untilAlarm;
    }

    /** Follows the run until the JVM is stopped. */
    void until(StopHook stop) throws InterruptedException {
        Arrivals arrivals = new Arrivals(pause);
        boolean first = true;
        boolean checked = false;
        do {
            RunFolder.Scan scan = folder.scan();
            // Leftovers are reported only for runs that have ended: in a live run a temporary folder becomes a
            // checkpoint.
            scan.notes().forEach(tracked::reportNote);
            scan.problems().forEach(tracked::reportProblem);
            for (Checkpoint checkpoint : scan.checkpoints()) {
                if (arrivals.isReady(checkpoint)) {
                    checked = checked || scorer.checkPatterns(List.of(checkpoint));
                    tracked.add(checkpoint);
                }
                if (ended()) {
                    return;
                }
            }
            tracked.reportRepeats();
            if (first) {
                tracked.completeSpectra(scan.checkpoints());
                first = false;
            }
            tracked.write();
        } while (!ended() && !stop.comesWithin(pause));
    }

    private boolean ended() {
        return untilAlarm && !tracked.alarms().fired().isEmpty();
    }
}
