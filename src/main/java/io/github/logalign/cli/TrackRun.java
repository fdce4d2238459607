package io.github.logalign.cli;

import io.github.logalign.Environment;
import io.github.logalign.report.HtmlReport;
import io.github.logalign.report.Metrics;
import io.github.logalign.report.SeriesFile;
import io.github.logalign.report.SeriesTable;
import io.github.logalign.score.LayerScore.Status;
import io.github.logalign.score.Scorer;
import io.github.logalign.tensor.AtomicFile;
import io.github.logalign.tensor.Names;
import io.github.logalign.track.Alarm;
import io.github.logalign.track.AlarmRules;
import io.github.logalign.track.Checkpoint;
import io.github.logalign.track.CheckpointScorer;
import io.github.logalign.track.Series;
import io.github.logalign.track.Tracker;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A series in the making, with the files that show it. Scoring happens outside the lock, so that a stop in the middle of a
 * large layer can write what is finished at once.
 */
final class TrackRun {

    /** Writing takes no more than about this share of the time. */
    private static final int WRITE_SHARE = 10;

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
     */
    record Setup(
            String title,
            AlarmRules rules,
            Metrics metrics,
            @Nullable Path out,
            @Nullable Path report,
            int threads,
            boolean live,
            boolean quiet) {}

    private final Setup setup;
    private final Tracker tracker;
    private final CheckpointScorer scorer;
    private final PrintWriter err;
    private final Environment environment = Environment.current();
    private final KeptSpectra spectra = new KeptSpectra();
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
        Set<String> finished;
        synchronized (this) {
            finished = tracker.finished(checkpoint.step());
        }
        List<Scorer.Result> results = scorer.score(checkpoint, finished);
        if (results.isEmpty()) {
            return;
        }
        synchronized (this) {
            tracker.add(checkpoint.step(), results);
            unwritten = true;
            if (setup.report != null) {
                spectra.keep(checkpoint.step(), results);
            }
            results.forEach(this::tell);
            if (setup.live) {
                tellAlarms();
            }
            if (System.nanoTime() - nextWrite >= 0) {
                write();
            }
        }
    }

    /** A line about what looks like a checkpoint and is none, once. */
    synchronized void tellProblem(String problem) {
        if (problems.add(problem)) {
            err.println("logalign: failed: " + Names.escaped(problem));
            err.flush();
        }
    }

    /** A line about what was assumed or left aside, once. */
    synchronized void tellNote(String note) {
        if (notes.add(note) && !setup.quiet) {
            err.println("logalign: note: " + Names.escaped(note));
            err.flush();
        }
    }

    private void tell(Scorer.Result result) {
        if (result.row().status() != Status.OK) {
            err.println("logalign: " + result.row().status().name().toLowerCase(Locale.ROOT) + ": "
                    + Names.escaped(String.valueOf(result.row().reason())));
        }
        if (!setup.quiet) {
            for (String warning : result.row().warnings()) {
                err.println("logalign: note: " + Names.printable(result.row().layer()) + ": " + Names.escaped(warning));
            }
        }
        err.flush();
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
                List<Scorer.Result> results = scorer.score(checkpoint, Set.of());
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
        Series series = series();
        List<Alarm> alarms = alarms();
        if (setup.out != null) {
            SeriesFile.write(setup.out, environment, setup.threads, series, alarms);
        }
        if (setup.report != null) {
            HtmlReport.Content content = new HtmlReport.Content(
                    setup.title, series, alarms, spectra.chosen(), setup.metrics, environment);
            AtomicFile.write(setup.report, out -> HtmlReport.write(out, content));
        }
        unwritten = false;
        long end = System.nanoTime();
        nextWrite = end + WRITE_SHARE * (end - start);
    }

    synchronized Series series() {
        return tracker.series();
    }

    synchronized List<Alarm> alarms() {
        return setup.rules.alarms(tracker.series());
    }

    synchronized int exitCode(boolean failOnAlarm) {
        if (failOnAlarm && !alarms().isEmpty()) {
            return ALARM;
        }
        boolean allOk = problems.isEmpty()
                && series().rows().stream().allMatch(row -> row.score().status() == Status.OK);
        return allOk ? 0 : NOT_ALL_OK;
    }

    static Duration seconds(double seconds) {
        return Duration.ofMillis(Math.max(1, Math.round(seconds * 1000)));
    }
}
