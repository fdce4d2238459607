package io.github.logalign.cli;

import io.github.logalign.Environment;
import io.github.logalign.internal.io.AtomicFile;
import io.github.logalign.internal.io.Names;
import io.github.logalign.report.HtmlReport;
import io.github.logalign.report.Metrics;
import io.github.logalign.report.SeriesFile;
import io.github.logalign.report.SeriesTable;
import io.github.logalign.score.Glob;
import io.github.logalign.score.LayerScore;
import io.github.logalign.score.Outcome;
import io.github.logalign.score.Scorer;
import io.github.logalign.track.Alarm;
import io.github.logalign.track.AlarmRules;
import io.github.logalign.track.Checkpoint;
import io.github.logalign.track.CheckpointScorer;
import io.github.logalign.track.CheckpointStamp;
import io.github.logalign.track.Series;
import io.github.logalign.track.SeriesRow;
import io.github.logalign.track.Tracker;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A series in the making, with the files that show it. Scoring happens outside the lock, so that a stop in the middle of a
 * large layer can write what is finished at once.
 */
final class TrackRun {

    /** Writing takes no more than about this share of the time. */
    private static final int WRITE_SHARE = 10;

    private static final String NOTE = "note: ";
    private static final String FAILED = "failed: ";

    private static final int ALARM = 3;
    private static final int NOT_ALL_OK = 1;

    /**
     * What does not change during a run.
     *
     * @param title of the report
     * @param rules which alarms
     * @param metrics to show beside
     * @param out the series file, or null
     * @param report the report, or null
     * @param threads how many
     * @param live whether alarms are told when they fire
     * @param quiet whether notes are left out
     * @param layers which are shown; empty for all. The series file keeps every row
     */
    record Setup(
            String title,
            AlarmRules rules,
            Metrics metrics,
            @Nullable Path out,
            @Nullable Path report,
            int threads,
            boolean live,
            boolean quiet,
            List<Glob> layers) {

        private boolean shows(SeriesRow row) {
            return layers.isEmpty()
                    || row.layer().equals(SeriesRow.EVERY_LAYER)
                    || layers.stream().anyMatch(row.score().info()::fits);
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
    private final Set<Alarm> told = new HashSet<>();
    private boolean unwritten = true;
    private long nextWrite = System.nanoTime();

    TrackRun(Setup setup, Tracker tracker, CheckpointScorer scorer, PrintWriter err) {
        this.setup = setup;
        this.tracker = tracker;
        this.scorer = scorer;
        this.err = err;
        told.addAll(alarms());
    }

    /** Scores a checkpoint, tells what went wrong, and writes the files if that is due. */
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
                tellNote(
                        "rows of a series file that does not say of which files or config.json they are were kept; delete"
                                + " the series file to score them again");
            }
            if (results.isEmpty()) {
                return;
            }
            List<String> dropped = tracker.add(checkpoint.step(), results, stamp);
            if (changed) {
                tellChange(checkpoint, dropped);
            }
            unwritten = true;
            if (setup.report != null) {
                spectra.keep(checkpoint.step(), results);
            }
            results.forEach(result -> tell(result, checkpoint));
            if (setup.live) {
                tellAlarms();
            }
            if (System.nanoTime() - nextWrite >= 0) {
                write();
            }
        }
    }

    private void tellChange(Checkpoint checkpoint, List<String> dropped) {
        String step = "step " + checkpoint.step();
        tell(repeats.tell(NOTE, "",
                step + " is scored again: its files have changed since, or the options that say how to read them",
                checkpoint), false);
        if (!dropped.isEmpty()) {
            tell(repeats.tell(NOTE, "",
                    "rows of other layers at " + step + " were of the files as they were before, and are"
                            + " gone: " + dropped.stream().map(Names::printable).collect(Collectors.joining(", ")),
                    checkpoint), false);
        }
    }

    /** A line about what looks like a checkpoint and is none, once. */
    synchronized void tellProblem(String problem) {
        if (problems.add(problem)) {
            tell(repeats.tell(FAILED, problem), true);
        }
    }

    /** A line about what was assumed or left aside, once. */
    synchronized void tellNote(String note) {
        if (notes.add(note)) {
            tell(repeats.tell(NOTE, note), false);
        }
    }

    /** After all checkpoints that are there: how many more had what was told of one of them. */
    synchronized void tellRepeats() {
        for (String line : repeats.more()) {
            tell(line, !line.startsWith(NOTE));
        }
    }

    private void tell(Scorer.Result result, Checkpoint checkpoint) {
        LayerScore row = result.row();
        String layer = row.layer().equals(SeriesRow.EVERY_LAYER) ? "" : Names.printable(row.layer());
        if (row.outcome() instanceof Outcome.Missing missing) {
            tell(repeats.tell(missing.status().word() + ": ", layer, missing.reason(), checkpoint), true);
        }
        for (String warning : row.warnings()) {
            tell(repeats.tell(NOTE, layer, layer + ": " + warning, checkpoint), false);
        }
    }

    private void tell(@Nullable String line, boolean important) {
        if (line != null && (important || !setup.quiet)) {
            err.println("logalign: " + Names.escaped(line));
            err.flush();
        }
    }

    private void tellAlarms() {
        for (Alarm alarm : alarms()) {
            if (told.add(alarm)) {
                err.println("logalign: " + SeriesTable.line(alarm));
                err.flush();
            }
        }
    }

    /** Scores again, for their spectra only, the checkpoints of the report whose rows were finished earlier. */
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

    /** Writes the files, if there is anything new. */
    synchronized void write() {
        if (!unwritten) {
            return;
        }
        long start = System.nanoTime();
        if (setup.out != null) {
            Series all = tracker.series();
            SeriesFile.write(setup.out, environment, setup.threads, all, setup.rules.alarms(all));
        }
        if (setup.report != null) {
            HtmlReport.Content content = new HtmlReport.Content(
                    setup.title, series(), alarms(), spectra.chosen(), setup.metrics, environment);
            AtomicFile.write(setup.report, out -> HtmlReport.write(out, content));
        }
        unwritten = false;
        long end = System.nanoTime();
        nextWrite = end + WRITE_SHARE * (end - start);
    }

    /** The rows of the layers that were asked for. */
    synchronized Series series() {
        return tracker.series().where(setup::shows);
    }

    /** The alarms of the layers that were asked for. */
    synchronized List<Alarm> alarms() {
        return setup.rules.alarms(series());
    }

    synchronized int exitCode(boolean failOnAlarm) {
        if (failOnAlarm && !alarms().isEmpty()) {
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
