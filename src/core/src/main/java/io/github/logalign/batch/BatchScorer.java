package io.github.logalign.batch;

import io.github.logalign.internal.check.Arguments;
import io.github.logalign.score.LayerJob;
import io.github.logalign.score.LayerScore;
import io.github.logalign.score.LayerThreads;
import io.github.logalign.score.Masks;
import io.github.logalign.score.Outcome;
import io.github.logalign.score.ScoreOptions;
import io.github.logalign.score.Scorer;
import io.github.logalign.score.Selection;
import io.github.logalign.score.SharedWeights;
import io.github.logalign.score.SpectrumStore;
import io.github.logalign.tensor.ReadOptions;
import java.util.List;
import java.util.Locale;

/**
 * Scores the layers of many jobs. A file that neighbouring jobs have in common is opened once, and a weight that they have
 * in common is factorised once. Threads are divided among the layers of many jobs, so that none waits while another job
 * ends.
 *
 * <p>Memory: independent of the number of jobs; what the layers that are computed at once need.
 *
 * <p>Thread safety: immutable; each call has files and threads of its own.
 */
public final class BatchScorer {

    private final ScoreOptions options;
    private final Selection selection;
    private final ReadOptions reading;
    private final int threads;
    private final MemoryBudget budget;
    private final Scorer scorer;

    /**
     * Makes a scorer.
     *
     * @param options how layers are scored
     * @param selection what of the files is wanted, where a job does not name a tensor
     * @param reading how files are read
     * @param threads how many threads compute at a time, at least 1
     * @param memory about how many bytes the layers that are computed at once may take besides their files
     */
    public BatchScorer(
            ScoreOptions options, Selection selection, ReadOptions reading, int threads, long memory) {
        this.budget = new MemoryBudget(memory);
        this.options = Arguments.required(options, "options");
        this.scorer = new Scorer(options, Masks.NONE);
        this.selection = Arguments.required(selection, "selection");
        this.reading = Arguments.required(reading, "reading");
        if (threads < 1) {
            throw new IllegalArgumentException("at least one thread is needed, not " + threads);
        }
        this.threads = threads;
    }

    private BatchScorer(BatchScorer other, SpectrumStore spectra) {
        this.options = other.options;
        this.selection = other.selection;
        this.reading = other.reading;
        this.threads = other.threads;
        this.budget = other.budget;
        this.scorer = other.scorer.withStore(spectra);
    }

    /**
     * The same with spectra that were kept: weights that have one are not factorised.
     *
     * @param spectra where they are
     * @return a scorer
     */
    public BatchScorer withStore(SpectrumStore spectra) {
        return new BatchScorer(this, spectra);
    }

    /**
     * Scores jobs. A job whose files cannot be read costs a row, never more.
     *
     * @param jobs what to score, neighbours with common files side by side
     * @param sink takes the rows, in any order and from several threads
     * @throws InterruptedException if the calling thread is interrupted; layers in progress are finished first, and no
     *     others are started
     */
    public void score(List<BatchJob> jobs, BatchSink sink) throws InterruptedException {
        int next = 0;
        while (next < jobs.size()) {
            try (BatchWindow window = new BatchWindow(options, selection, reading, sink)) {
                while (next < jobs.size() && window.hasRoom()) {
                    if (Thread.interrupted()) {
                        throw new InterruptedException();
                    }
                    window.plan(jobs.get(next));
                    next++;
                }
                LayerThreads.run(window.layers(), threads, layer -> layer.cost(scorer), (layer, share) -> {
                    score(layer, share, sink);
                    return layer;
                }, () -> {});
            }
        }
    }

    private void score(SharedLayer layer, int share, BatchSink sink) {
        Scorer sharing = scorer.withThreads(share);
        double memory = sharing.memory(layer.first());
        if (!budget.isEnough(memory)) {
            if (share > 1) {
                // Each thread of a layer takes memory of its own.
                score(layer, 1, sink);
            } else {
                layer.rows().forEach(row -> sink.accept(tooLarge(row, memory)));
            }
            return;
        }
        try (MemoryBudget.Share _ = budget.take(memory);
                SharedWeights weights = sharing.weights(layer.first())) {
            for (SharedLayer.Row row : layer.rows()) {
                Scorer.Result result = score(sharing, row, weights);
                sink.accept(new BatchRow(row.job().number(), row.part(), row.job().labels(), result.row(),
                        result.spectra()));
            }
        }
    }

    /** What is wrong with a weight is said of the file that the row is of, not of another one with the same numbers. */
    private static Scorer.Result score(Scorer scorer, SharedLayer.Row row, SharedWeights shared) {
        Scorer.Result result = scorer.score(row.batches(), shared);
        if (!(result.row().outcome() instanceof Outcome.Failed) || shared.isOf(row.layer())) {
            return result;
        }
        try (SharedWeights own = scorer.weights(row.layer())) {
            return scorer.score(row.batches(), own);
        }
    }

    private BatchRow tooLarge(SharedLayer.Row row, double memory) {
        String reason = String.format(Locale.ROOT,
                "%s takes about %.0f MB of memory, and %.0f MB are allowed for all layers"
                        + " at once; allow more",
                where(row.layer()), memory / 1e6, budget.bytes() / 1e6);
        return new BatchRow(row.job().number(), row.part(), row.job().labels(),
                new LayerScore(row.layer().info(), new Outcome.Failed(reason), 0));
    }

    private static String where(LayerJob layer) {
        return layer.weight() == null ? layer.layer() : layer.weight().where();
    }
}
