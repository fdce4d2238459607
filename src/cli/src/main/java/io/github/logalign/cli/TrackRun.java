package io.github.logalign.cli;

import io.github.logalign.Environment;
import io.github.logalign.internal.io.AtomicFile;
import io.github.logalign.internal.io.Names;
import io.github.logalign.report.HtmlReport;
import io.github.logalign.report.Metrics;
import io.github.logalign.report.SampleFile;
import io.github.logalign.report.SeriesEvents;
import io.github.logalign.report.SeriesFile;
import io.github.logalign.score.LayerScore;
import io.github.logalign.score.Outcome;
import io.github.logalign.score.Scorer;
import io.github.logalign.score.Selection;
import io.github.logalign.track.Alarm;
import io.github.logalign.track.AlarmRules;
import io.github.logalign.track.Alarms;
import io.github.logalign.track.Checkpoint;
import io.github.logalign.track.CheckpointStamp;
import io.github.logalign.track.LayerSample;
import io.github.logalign.track.Series;
import io.github.logalign.track.SeriesRow;
import io.github.logalign.track.Tracker;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A series being computed, with its output files.
 *
 * <p>Thread safety: any number of threads.
 */
final class TrackRun {

    /** Writing takes at most about one part in this many of the time. */
    private static final int WRITE_SHARE = 10;

    private static final int ALARM = 3;
    private static final int NOT_ALL_OK = 1;

    /**
     * The settings of a run, which do not change.
     *
     * @param title the title of the report
     * @param rules the alarms to watch
     * @param metrics the metrics to show beside LAR
     * @param out the series file, or null
     * @param report the report, or null
     * @param events the event file, or null
     * @param threads the number of threads
     * @param selection the layers to show. The series file keeps every row
     */
    record Setup(
            String title,
            AlarmRules rules,
            Metrics metrics,
            @Nullable Path out,
            @Nullable Path report,
            @Nullable Path events,
            int threads,
            Selection selection) {

        /** Whether a row is of the selected layers. */
        static boolean shows(Selection selection, SeriesRow row) {
            return row.layer().equals(SeriesRow.EVERY_LAYER) || selection.wants(row.score().info());
        }
    }

    private final Setup setup;
    private final Tracker tracker;
    private final TrackLog log;
    private final Environment environment = Environment.current();
    private final KeptSpectra spectra = new KeptSpectra();
    private final Set<Alarm> reported = new HashSet<>();
    private boolean unwritten = true;
    private long nextWrite = System.nanoTime();

    TrackRun(Setup setup, Tracker tracker, TrackLog log) {
        this.setup = setup;
        this.tracker = tracker;
        this.log = log;
        reported.addAll(alarms().fired());
    }

    TrackLog log() {
        return log;
    }

    /**
     * What a series knows of a step.
     *
     * @param finished the layers that need not be scored again
     * @param changed whether it has rows of files that have changed since
     */
    record Known(Set<String> finished, boolean changed) {}

    /** What the series knows of a step whose files have this state, or null if one of them does not exist. */
    synchronized Known known(long step, @Nullable CheckpointStamp stamp) {
        return new Known(tracker.finished(step, stamp), tracker.hasChanged(step, stamp));
    }

    /** Records the state of the files in finished rows that lack it. */
    synchronized void adopt(long step, @Nullable CheckpointStamp stamp) {
        if (stamp != null && tracker.adopt(step, stamp)) {
            unwritten = true;
            log.note("rows of a series file without the state of their files or config.json were kept; delete the "
                    + "series file to score them again");
        }
    }

    /**
     * Adds the results of a checkpoint, reports failures, and writes the files if that is due.
     *
     * @param changed whether the step had rows of files that have changed since
     */
    synchronized void add(
            Checkpoint checkpoint, List<Scorer.Result> results, @Nullable CheckpointStamp stamp, boolean changed) {
        if (results.isEmpty()) {
            return;
        }
        List<String> dropped = tracker.add(checkpoint.step(), results, stamp);
        if (changed) {
            log.change(checkpoint, dropped);
        }
        unwritten = true;
        keepSpectra(checkpoint.step(), results);
        log.results(results, checkpoint);
        if (System.nanoTime() - nextWrite >= 0) {
            write();
        }
    }

    /** Says how many rows are of checkpoints that are gone: of their files nothing is left but these rows. */
    void reportGone(List<Checkpoint> present) {
        reportGone(present.stream().map(Checkpoint::step).collect(Collectors.toSet()),
                "checkpoints that are no longer there");
    }

    /**
     * Says how many rows are of steps that are gone.
     *
     * @param steps those that are there
     * @param where what the others come from
     */
    synchronized void reportGone(Set<Long> steps, String where) {
        List<SeriesRow> gone = tracker.series().rows().stream().filter(row -> !steps.contains(row.step())).toList();
        if (!gone.isEmpty()) {
            long first = gone.getFirst().step();
            long last = gone.getLast().step();
            log.note(gone.size() + (gone.size() == 1 ? " row comes" : " rows come")
                    + " from " + where + ", "
                    + (first == last ? "step " + first : "steps " + first + " to " + last)
                    + "; the series keeps them, and alarms are computed over them too");
        }
    }

    /** Reports the layers of the baseline that cannot be watched, by reason. */
    void reportUnwatched() {
        Map<String, Set<String>> layers = new TreeMap<>();
        setup.rules.evaluate(Series.EMPTY).unwatched()
                .forEach((layer, reason) -> layers.computeIfAbsent(reason, first -> new TreeSet<>())
                        .add(Names.printable(layer)));
        layers.forEach((reason, names) -> log.note(
                "not watched for alarms: " + String.join(", ", names) + ": " + reason));
    }

    /** Reports patterns of layers to watch that fit none of the run. */
    void checkWatched() {
        Series all = series();
        if (!all.layers().isEmpty() && setup.rules.watched(all).isEmpty()) {
            log.problem("--watch: no layer of the run matches; compare the names, or leave it out");
        }
    }

    /** Reports the alarms that fired since the last call. */
    synchronized void reportAlarms() {
        alarms().fired().stream().filter(reported::add).forEach(log::alarm);
    }

    /** The first of these results that has a value and is watched for alarms, or is of the head. */
    synchronized Optional<LayerScore> headline(List<Scorer.Result> results) {
        Set<String> watched = Set.copyOf(setup.rules.watched(series()));
        return results.stream().map(Scorer.Result::row)
                .filter(row -> row.scored().isPresent() && watched.contains(row.layer()))
                .findFirst();
    }

    /** The last step of the series, or -1. */
    synchronized long lastStep() {
        List<SeriesRow> rows = tracker.series().rows();
        return rows.isEmpty() ? -1 : rows.getLast().step();
    }

    /** Whether the report shows spectra. */
    boolean needsSpectra() {
        return setup.report != null;
    }

    synchronized boolean hasSpectra(long step) {
        return spectra.has(step);
    }

    /** Keeps spectra for the report, if there is one. */
    synchronized void keepSpectra(long step, List<Scorer.Result> results) {
        if (needsSpectra()) {
            spectra.keep(step, results);
            unwritten = true;
        }
    }

    /** Writes the files if there are new rows. */
    synchronized void write() {
        if (!unwritten) {
            return;
        }
        long start = System.nanoTime();
        if (setup.out != null) {
            Series all = tracker.series();
            SeriesFile.write(setup.out, environment, setup.threads, all, setup.rules.evaluate(all));
            SampleFile.write(SampleFile.beside(setup.out), tracker.samples(all));
        }
        if (setup.report != null) {
            HtmlReport.Content content = new HtmlReport.Content(
                    setup.title, series(), alarms(), spectra.chosen(), samples(), setup.metrics,
                    environment);
            AtomicFile.write(setup.report, out -> HtmlReport.write(out, content));
        }
        if (setup.events != null) {
            SeriesEvents.write(setup.events, series());
        }
        unwritten = false;
        long end = System.nanoTime();
        nextWrite = end + WRITE_SHARE * (end - start);
    }

    /** The rows of the selected layers. */
    synchronized Series series() {
        return tracker.series().where(row -> Setup.shows(setup.selection, row));
    }

    /** What comparisons need of these rows. */
    synchronized List<LayerSample> samples() {
        return tracker.samples(series());
    }

    /** The alarms of the selected layers. */
    synchronized Alarms alarms() {
        return setup.rules.evaluate(series());
    }

    synchronized int exitCode(boolean failOnAlarm) {
        if (failOnAlarm && !alarms().fired().isEmpty()) {
            return ALARM;
        }
        boolean allOk = !log.hasProblems()
                && series().rows().stream().allMatch(row -> row.score().outcome() instanceof Outcome.Ok);
        return allOk ? 0 : NOT_ALL_OK;
    }
}
