package io.github.logalign.cli;

import io.github.logalign.internal.io.Names;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.score.LayerJob;
import io.github.logalign.score.LayerScore;
import io.github.logalign.score.LayerThreads;
import io.github.logalign.score.Outcome;
import io.github.logalign.score.Scorer;
import java.io.PrintWriter;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;

/**
 * Computes rows in several threads, in the order of the jobs, with progress on the terminal and a line for each bad
 * row.
 */
final class RowRunner {

    private final int threads;
    private final boolean quiet;
    private final PrintWriter err;

    RowRunner(int threads, boolean quiet, PrintWriter err) {
        this.threads = threads;
        this.quiet = quiet;
        this.err = err;
    }

    /**
     * Computes all rows.
     *
     * @param keep receives each result, in the thread that computed it
     * @throws LogalignException if the thread is interrupted
     */
    List<LayerScore> run(List<LayerJob> jobs, Scorer scorer, BiConsumer<LayerJob, Scorer.Result> keep) {
        return run(jobs, scorer, (job, sharing) -> sharing.score(job), keep);
    }

    /**
     * Computes all rows in some way.
     *
     * @param way computes one, with a scorer that has its share of the threads
     * @param keep receives each result, in the thread that computed it
     * @throws LogalignException if the thread is interrupted
     */
    List<LayerScore> run(List<LayerJob> jobs, Scorer scorer, BiFunction<LayerJob, Scorer, Scorer.Result> way,
            BiConsumer<LayerJob, Scorer.Result> keep) {
        List<LayerScore> rows;
        try (Progress progress = new Progress("layers", jobs.size(), quiet)) {
            rows = LayerThreads.run(jobs, threads, scorer::cost, (job, share) -> {
                Scorer.Result result = way.apply(job, scorer.withThreads(share));
                keep.accept(job, result);
                return result.row();
            }, progress::step);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            // A partial result would look complete.
            throw new LogalignException("interrupted: not all layers were computed, and nothing was written",
                    interrupted);
        }
        report(rows, quiet, err);
        return rows;
    }

    /** Says what is wrong with which row, and what else should be known. */
    static void report(List<LayerScore> rows, boolean quiet, PrintWriter err) {
        for (LayerScore row : rows) {
            if (row.outcome() instanceof Outcome.Missing missing) {
                err.println("logalign: " + missing.status().word() + ": " + Names.escaped(missing.reason()));
            }
        }
        if (!quiet) {
            RowNotes.each(rows,
                    (layers, note) -> err.println("logalign: note: " + layers + ": " + Names.escaped(note)));
        }
        err.flush();
    }

    /** The exit code: 0 if every row is ok. */
    static int exitCode(List<LayerScore> rows) {
        return rows.stream().allMatch(row -> row.outcome() instanceof Outcome.Ok) ? 0 : 1;
    }
}
