package io.github.logalign.cli;

import io.github.logalign.internal.io.Names;
import io.github.logalign.score.LayerScore;
import io.github.logalign.score.Scorer;
import io.github.logalign.track.Checkpoint;
import io.github.logalign.track.SeriesRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Says what goes on while a run is followed: what is watched, each checkpoint that was scored, and what is waited for if
 * nothing happens for a while. These are lines for a log file as much as for a terminal.
 */
final class FollowLog {

    /** How long nothing may happen without a word. */
    private static final Duration QUIET = Duration.ofMinutes(1);

    /** The least time between two lines about waiting. */
    private static final Duration BETWEEN = Duration.ofMinutes(5);

    private final Path run;
    private final String kind;
    private final TrackLog log;
    private final Clock clock;
    private Instant lastEvent;
    private @Nullable Instant lastWaiting;

    /**
     * Makes a log.
     *
     * @param run what is followed
     * @param kind what is waited for, in the singular
     */
    FollowLog(Path run, String kind, TrackLog log, Clock clock) {
        this.run = run;
        this.kind = kind;
        this.log = log;
        this.clock = clock;
        this.lastEvent = clock.instant();
    }

    /**
     * Says what is watched. Call once.
     *
     * @param present how many there are
     * @param lastStep the last step of the series, or -1
     */
    void watching(int present, long lastStep, Duration poll) {
        log.event("watching " + Names.printable(run) + " every " + seconds(poll) + ": " + kind + "s there: " + present
                + (lastStep < 0 ? "" : "; rows up to step " + lastStep + " are known")
                + "; Ctrl-C or SIGTERM ends it");
    }

    /**
     * Says that a checkpoint was scored, unless it could not be read, which was said then.
     *
     * @param results what is new; if there is nothing, nothing is said
     * @param headline the layer whose LAR is shown, if any
     */
    void scored(long step, List<Scorer.Result> results, Optional<LayerScore> headline, Duration took) {
        if (results.isEmpty()) {
            return;
        }
        lastEvent = clock.instant();
        if (results.getFirst().row().layer().equals(SeriesRow.EVERY_LAYER)) {
            return;
        }
        StringBuilder line = new StringBuilder("step " + step + ": " + results.size()
                + (results.size() == 1 ? " layer" : " layers"));
        headline.ifPresent(row -> row.scored().ifPresent(score -> line.append(String.format(
                Locale.ROOT, ", LAR of %s %.4f", Names.printable(row.layer()), score.lar()))));
        log.event(line.append(", ").append(seconds(took)).toString());
    }

    /**
     * Says what is waited for if nothing has happened for a minute, and that was not said in the last minutes. Call at each
     * poll.
     *
     * @param incomplete the checkpoints that are there but not complete, in the order of their steps
     * @param files the files whose last change tells whether the run is alive
     * @param lastStep the last step of the series, or -1
     */
    void waiting(List<Checkpoint> incomplete, List<Path> files, long lastStep) {
        Instant now = clock.instant();
        if (Duration.between(lastEvent, now).compareTo(QUIET) < 0
                || (lastWaiting != null && Duration.between(lastWaiting, now).compareTo(BETWEEN) < 0)) {
            return;
        }
        lastWaiting = now;
        if (!incomplete.isEmpty()) {
            log.event(missing(incomplete));
            return;
        }
        String changed = files.stream().flatMap(file -> modified(file).stream()).max(Instant::compareTo)
                .map(time -> " (newest file changed " + age(Duration.between(time, now)) + " ago)").orElse("");
        log.event((lastStep < 0 ? "waiting for the first " + kind : "waiting for a " + kind + " after step " + lastStep)
                + " in " + Names.printable(run) + changed);
    }

    private String missing(List<Checkpoint> incomplete) {
        Checkpoint newest = incomplete.getLast();
        Path activations = newest.activations();
        String what = Names.printable(run.relativize(newest.weights()));
        String others = incomplete.size() == 1 ? "" : " (checkpoints that wait: " + incomplete.size() + ")";
        return activations != null && !Files.exists(activations)
                ? "step " + newest.step() + ": " + what + " is there, waiting for "
                        + Names.printable(String.valueOf(activations.getFileName())) + others
                : "step " + newest.step() + ": waiting until " + what + " and what belongs to it no longer change"
                        + others;
    }

    private static Optional<Instant> modified(Path file) {
        try {
            return Optional.of(Files.getLastModifiedTime(file).toInstant());
        } catch (IOException gone) {
            return Optional.empty();
        }
    }

    private static String seconds(Duration time) {
        return String.format(Locale.ROOT, time.compareTo(Duration.ofSeconds(10)) < 0 ? "%.1f s" : "%.0f s",
                time.toMillis() * 1e-3);
    }

    private static String age(Duration time) {
        if (time.toHours() >= 48) {
            return time.toDays() + " days";
        }
        if (time.toMinutes() >= 120) {
            return time.toHours() + " h";
        }
        return time.toSeconds() >= 120 ? time.toMinutes() + " min" : Math.max(0, time.toSeconds()) + " s";
    }
}
