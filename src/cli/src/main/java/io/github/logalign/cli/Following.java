package io.github.logalign.cli;

import io.github.logalign.score.Scorer;
import io.github.logalign.track.Checkpoint;
import io.github.logalign.track.RunFolder;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Watches a live run, and scores each checkpoint when it is complete and again when it has changed. */
final class Following {

    private final Path run;
    private final RunFolder folder;
    private final RunScorer scorer;
    private final TrackRun tracked;
    private final Duration pause;
    private final boolean untilAlarm;
    private final Clock clock;

    /**
     * Creates a watcher.
     *
     * @param pause the time between two polls
     * @param untilAlarm whether to end at the first alarm
     * @param clock the time
     */
    Following(Path run, RunFolder folder, RunScorer scorer, Duration pause, boolean untilAlarm, Clock clock) {
        this.run = run;
        this.folder = folder;
        this.scorer = scorer;
        this.tracked = scorer.run();
        this.pause = pause;
        this.untilAlarm = untilAlarm;
        this.clock = clock;
    }

    /** Follows the run until the JVM is stopped. */
    void until(StopHook stop) throws InterruptedException {
        Arrivals arrivals = new Arrivals(pause);
        FollowLog log = new FollowLog(run, "checkpoint", tracked.log(), clock);
        boolean first = true;
        boolean checked = false;
        do {
            RunFolder.Scan scan = folder.scan();
            List<Checkpoint> present = scan.checkpoints();
            if (first) {
                tracked.reportGone(present);
                log.watching(present.size(), tracked.lastStep(), pause);
            }
            // Leftovers are reported only for runs that have ended: in a live run a temporary folder becomes a
            // checkpoint.
            scan.notes().forEach(tracked.log()::note);
            scan.problems().forEach(tracked.log()::problem);
            for (Checkpoint checkpoint : present) {
                if (arrivals.isReady(checkpoint)) {
                    checked = checked || scorer.checkPatterns(List.of(checkpoint));
                    Instant start = clock.instant();
                    List<Scorer.Result> results = scorer.add(checkpoint);
                    log.scored(checkpoint.step(), results, tracked.headline(results),
                            Duration.between(start, clock.instant()));
                    tracked.reportAlarms();
                }
                if (ended()) {
                    return;
                }
            }
            tracked.log().repeats();
            if (first) {
                scorer.completeSpectra(present);
                first = false;
            }
            tracked.write();
            log.waiting(present.stream().filter(arrivals::isAwaited).toList(),
                    present.stream().flatMap(checkpoint -> checkpoint.files().stream()).toList(), tracked.lastStep());
        } while (!ended() && !stop.comesWithin(pause));
    }

    private boolean ended() {
        return untilAlarm && !tracked.alarms().fired().isEmpty();
    }
}
