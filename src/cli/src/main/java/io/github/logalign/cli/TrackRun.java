package io.github.logalign.cli;

import io.github.logalign.Environment;
import io.github.logalign.internal.io.AtomicFile;
import io.github.logalign.internal.io.Names;
import io.github.logalign.report.HtmlReport;
import io.github.logalign.report.Metrics;
import io.github.logalign.report.SampleFile;
import io.github.logalign.report.SeriesEvents;
import io.github.logalign.report.SeriesFile;
import io.github.logalign.report.SeriesTable;
import io.github.logalign.score.LayerScore;
import io.github.logalign.score.Outcome;
import io.github.logalign.score.Scorer;
import io.github.logalign.score.Selection;
import io.github.logalign.track.Alarm;
import io.github.logalign.track.AlarmRules;
import io.github.logalign.track.Alarms;
import io.github.logalign.track.Checkpoint;
import io.github.logalign.track.CheckpointScorer;
import io.github.logalign.track.CheckpointStamp;
import io.github.logalign.track.LayerSample;
import io.github.logalign.track.Series;
import io.github.logalign.track.SeriesRow;
import io.github.logalign.track.Tracker;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A series being computed, with its output files. Scoring happens outside the lock, so that a stop in the middle of a
 * large layer can write the finished rows at once.
 */
final class TrackRun {

    /** Writing takes at most about one part in this many of the time. */
    private static final int WRITE_SHARE = 10;

    private static final String NOTE = "note: ";
    private static final String FAILED = "failed: ";

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
     * @param live whether to report alarms when they fire
     * @param quiet whether to suppress notes
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
            boolean live,
            boolean quiet,
            Selection selection) {

        /** Whether a row is of the selected layers. */
        static boolean shows(Selection selection, SeriesRow row) {
            return row.layer().equals(SeriesRow.EVERY_LAYER) || selection.wants(row.score().info());
        }
    }

    private final Setup setup;
    private final Tracker tracker;
    private final CheckpointScorer scorer;
    private final PrintWriter err;
    private final Environment environment = Environment.current();
    private final KeptSpectra spectra = new KeptSpectra();
    private final Repeats repeats = new Repeats();
    private final Set<String> problems = new LinkedHashSet<>();
    private final Set<String> notes = new HashSet<>();
    private final Set<Alarm> reported = new HashSet<>();
    private boolean unwritten = true;
    private long nextWrite = System.nanoTime();

    TrackRun(Setup setup, Tracker tracker, CheckpointScorer scorer, PrintWriter err) {
        this.setup = setup;
        this.tracker = tracker;
        this.scorer = scorer;
        this.err = err;
        reported.addAll(alarms().fired());
    }

    /** Scores a checkpoint, reports failures, and writes the files if that is due. */
    void add(Checkpoint checkpoint) throws InterruptedException {
        CheckpointStamp stamp = scorer.stamp(checkpoint);
        Set<String> finished;
        boolean changed;
        synchronized (this) {
            finished = tracker.finished(checkpoint.step(), stamp);
            changed = tracker.hasChanged(checkpoint.step(), stamp);
        }
        List<Scorer.Result> results = scorer.score(checkpoint, finished, stamp);
        synchronized (this) {
            if (stamp != null && tracker.adopt(checkpoint.step(), stamp)) {
                unwritten = true;
                reportNote(
                        "rows of a series file without the state of their files or config.json were kept; delete the "
                                + "series file to score them again");
            }
            if (results.isEmpty()) {
                return;
            }
            List<String> dropped = tracker.add(checkpoint.step(), results, stamp);
            if (changed) {
                reportChange(checkpoint, dropped);
            }
            unwritten = true;
            if (setup.report != null) {
                spectra.keep(checkpoint.step(), results);
            }
            report(results.stream().map(Scorer.Result::row).toList(), checkpoint);
            if (setup.live) {
                reportAlarms();
            }
            if (System.nanoTime() - nextWrite >= 0) {
                write();
            }
        }
    }

    private void reportChange(Checkpoint checkpoint, List<String> dropped) {
        String step = "step " + checkpoint.step();
        report(repeats.report(NOTE, "",
                step + " is scored again: its files, or the options for reading them, have changed since",
                checkpoint), false);
        if (!dropped.isEmpty()) {
            report(repeats.report(NOTE, "",
                    "rows of other layers at " + step + " came from an earlier state of the files and were removed: "
                            + "" + dropped.stream().map(Names::printable).collect(Collectors.joining(", ")),
                    checkpoint), false);
        }
    }

    /** Reports the layers of the baseline that cannot be watched, by reason. */
    void reportUnwatched() {
        Map<String, Set<String>> layers = new TreeMap<>();
        setup.rules.evaluate(Series.EMPTY).unwatched()
                .forEach((layer, reason) -> layers.computeIfAbsent(reason, first -> new TreeSet<>())
                        .add(Names.printable(layer)));
        layers.forEach((reason, names) -> reportNote(
                "not watched for alarms: " + String.join(", ", names) + ": " + reason));
    }

    /** Reports patterns of layers to watch that fit none of the run. */
    void checkWatched() {
        Series all = series();
        if (!all.layers().isEmpty() && setup.rules.watched(all).isEmpty()) {
            reportProblem("--watch: no layer of the run matches; compare the names, or leave it out");
        }
    }

    /** Reports a problem with what looks like a checkpoint, once. */
    synchronized void reportProblem(String problem) {
        if (problems.add(problem)) {
            report(repeats.report(FAILED, problem), true);
        }
    }

    /** Reports an assumption or a skipped entry, once. */
    synchronized void reportNote(String note) {
        if (notes.add(note)) {
            report(repeats.report(NOTE, note), false);
        }
    }

    /** Call after the present checkpoints: reports how many more had the same message. */
    synchronized void reportRepeats() {
        for (String line : repeats.more()) {
            report(line, !line.startsWith(NOTE));
        }
    }

    private void report(List<LayerScore> rows, Checkpoint checkpoint) {
        for (LayerScore row : rows) {
            String layer = row.layer().equals(SeriesRow.EVERY_LAYER) ? "" : Names.printable(row.layer());
            if (row.outcome() instanceof Outcome.Missing missing) {
                report(repeats.report(missing.status().word() + ": ", layer, missing.reason(), checkpoint), true);
            }
        }
        RowNotes.each(rows, (layers, note) -> report(
                repeats.report(NOTE, layers, layers + ": " + note, checkpoint), false));
    }

    private void report(@Nullable String line, boolean important) {
        if (line != null && (important || !setup.quiet)) {
            err.println("logalign: " + Names.escaped(line));
            err.flush();
        }
    }

    private void reportAlarms() {
        for (Alarm alarm : alarms().fired()) {
            if (reported.add(alarm)) {
                err.println("logalign: " + SeriesTable.line(alarm));
                err.flush();
            }
        }
    }

    /** Scores checkpoints whose rows were finished earlier again, only for the spectra in the report. */
    void completeSpectra(List<Checkpoint> checkpoints) throws InterruptedException {
        if (setup.report == null || checkpoints.isEmpty()) {
            return;
        }
        Set<Checkpoint> chosen = new LinkedHashSet<>(List.of(
                checkpoints.getFirst(), checkpoints.get(checkpoints.size() / 2), checkpoints.getLast()));
        for (Checkpoint checkpoint : chosen) {
            boolean missing;
            synchronized (this) {
                missing = !spectra.has(checkpoint.step());
            }
            if (missing) {
                List<Scorer.Result> results = scorer.score(checkpoint, Set.of(), null);
                synchronized (this) {
                    spectra.keep(checkpoint.step(), results);
                    unwritten = true;
                }
            }
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
        boolean allOk = problems.isEmpty()
                && series().rows().stream().allMatch(row -> row.score().outcome() instanceof Outcome.Ok);
        return allOk ? 0 : NOT_ALL_OK;
    }

    static Duration seconds(double seconds) {
        return Duration.ofMillis(Math.max(1, Math.round(seconds * 1000)));
    }
}
