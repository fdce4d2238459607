package io.github.logalign.cli;

import io.github.logalign.internal.io.Names;
import io.github.logalign.report.SeriesTable;
import io.github.logalign.score.LayerScore;
import io.github.logalign.score.Outcome;
import io.github.logalign.score.Scorer;
import io.github.logalign.track.Alarm;
import io.github.logalign.track.Checkpoint;
import io.github.logalign.track.SeriesRow;
import java.io.PrintWriter;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a run has to say on standard error, line by line. A line that applies to many checkpoints is printed once.
 *
 * <p>Thread safety: any number of threads.
 */
final class TrackLog {

    private static final String NOTE = "note: ";
    private static final String FAILED = "failed: ";

    private final PrintWriter err;
    private final boolean quiet;
    private final Repeats repeats = new Repeats();
    private final Set<String> problems = new LinkedHashSet<>();
    private final Set<String> notes = new HashSet<>();

    /**
     * Makes a log.
     *
     * @param quiet whether to print failures and alarms only
     */
    TrackLog(PrintWriter err, boolean quiet) {
        this.err = err;
        this.quiet = quiet;
    }

    /** Reports a problem with what looks like a checkpoint, once. */
    synchronized void problem(String problem) {
        if (problems.add(problem)) {
            print(repeats.report(FAILED, problem), true);
        }
    }

    synchronized boolean hasProblems() {
        return !problems.isEmpty();
    }

    /** Reports an assumption or a skipped entry, once. */
    synchronized void note(String note) {
        if (notes.add(note)) {
            print(repeats.report(NOTE, note), false);
        }
    }

    /** Reports what goes on, each time. */
    synchronized void event(String line) {
        print(line, false);
    }

    /** Reports what was found at a checkpoint beside values. */
    synchronized void results(List<Scorer.Result> results, Checkpoint checkpoint) {
        List<LayerScore> rows = results.stream().map(Scorer.Result::row).toList();
        for (LayerScore row : rows) {
            String layer = row.layer().equals(SeriesRow.EVERY_LAYER) ? "" : Names.printable(row.layer());
            if (row.outcome() instanceof Outcome.Missing missing) {
                print(repeats.report(missing.status().word() + ": ", layer, missing.reason(), checkpoint), true);
            }
        }
        RowNotes.each(rows, (layers, note) -> print(
                repeats.report(NOTE, layers, layers + ": " + note, checkpoint), false));
    }

    /** Reports that a checkpoint was scored again, and which rows that cost. */
    synchronized void change(Checkpoint checkpoint, List<String> dropped) {
        String step = "step " + checkpoint.step();
        print(repeats.report(NOTE, "",
                step + " is scored again: its files, or the options for reading them, have changed since",
                checkpoint), false);
        if (!dropped.isEmpty()) {
            print(repeats.report(NOTE, "",
                    "rows of other layers at " + step + " came from an earlier state of the files and were removed: "
                            + dropped.stream().map(Names::printable).collect(Collectors.joining(", ")),
                    checkpoint), false);
        }
    }

    /** Reports an alarm, which nothing silences. */
    synchronized void alarm(Alarm alarm) {
        err.println("logalign: " + SeriesTable.line(alarm));
        err.flush();
    }

    /** Call after the present checkpoints: reports how many more had the same message. */
    synchronized void repeats() {
        for (String line : repeats.more()) {
            print(line, !line.startsWith(NOTE));
        }
    }

    private void print(@Nullable String line, boolean important) {
        if (line != null && (important || !quiet)) {
            err.println("logalign: " + Names.escaped(line));
            err.flush();
        }
    }
}
