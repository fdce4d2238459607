package io.github.logalign.score;

import io.github.logalign.AlignmentSums;
import io.github.logalign.Uncertainty;
import io.github.logalign.internal.Boundary;
import io.github.logalign.internal.check.Arguments;
import io.github.logalign.internal.events.Events;
import io.github.logalign.internal.events.ScoreEvent;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.matrix.Matrix;
import io.github.logalign.matrix.Precision;
import io.github.logalign.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Scores jobs, one at a time. Bad data costs a row, never more.
 *
 * <p>Thread safety: immutable; any number of threads may score at once.
 */
public final class Scorer {

    private final ScoreOptions options;
    private final Masks masks;
    private final Grouping grouping;
    private final int threads;
    private final @Nullable SpectrumStore store;

    /**
     * Makes a scorer.
     *
     * @param options how to score
     * @param masks which tokens of which layers count
     */
    public Scorer(ScoreOptions options, Masks masks) {
        this(options, masks, Grouping.AUTO, 1, null);
    }

    private Scorer(ScoreOptions options, Masks masks, Grouping grouping, int threads, @Nullable SpectrumStore store) {
        this.grouping = grouping;
        this.store = store;
        this.options = options;
        this.masks = masks;
        this.threads = threads;
    }

    /**
     * The same with several threads for a layer.
     *
     * @param threadsOfLayer how many a layer may use, at least 1
     * @return a scorer
     */
    public Scorer withThreads(int threadsOfLayer) {
        return new Scorer(options, masks, grouping, threadsOfLayer, store);
    }

    /**
     * The same with spectra that were kept: weights that have one are not factorised.
     *
     * @param spectra where they are
     * @return a scorer
     */
    public Scorer withStore(SpectrumStore spectra) {
        return new Scorer(options, masks, grouping, threads, spectra);
    }

    /**
     * The same with groups of tokens that belong together.
     *
     * @param tokens which
     * @return a scorer
     */
    public Scorer withGroups(Grouping tokens) {
        return new Scorer(options, masks, Arguments.required(tokens, "tokens"), threads, store);
    }

    /**
     * The same with other masks.
     *
     * @param tokens which tokens of which layers count
     * @return a scorer
     */
    public Scorer withMasks(Masks tokens) {
        return new Scorer(options, Arguments.required(tokens, "tokens"), grouping, threads, store);
    }

    /** The same without spectra. */
    Scorer byNormForm() {
        return new Scorer(options.byNormForm(), masks, grouping, threads, null);
    }

    Masks masks() {
        return masks;
    }

    /**
     * How long a job takes on one thread, compared with others.
     *
     * @param job what would be computed
     * @return about how many multiplications, 0 if nothing would be computed
     */
    public double cost(LayerJob job) {
        return estimate(job, options::cost);
    }

    /**
     * How much memory a job takes besides its files.
     *
     * @param job what would be computed
     * @return about how many bytes, 0 if nothing would be computed
     */
    public double memory(LayerJob job) {
        return estimate(job, (m, n, tokens) -> options.memory(m, n, tokens, threads));
    }

    /** What a layer of some size takes. */
    private interface Estimate {
        double of(long m, long n, long tokens);
    }

    private static double estimate(LayerJob job, Estimate estimate) {
        Matrix w = job.w();
        if (job.refusal() != null || w == null) {
            return 0;
        }
        try {
            Matrix x = job.x();
            return estimate.of(w.rows(), w.columns(), x == null ? 0 : x.rows());
        } catch (LogalignException unreadable) {
            return 0;
        }
    }

    /**
     * A row and the spectra behind it.
     *
     * @param row the row
     * @param spectra null if none were computed
     * @param uncertainty how sure LAR is; null where LAR has no value
     * @param fingerprint of which tokens the inputs are; null if that is unknown
     */
    public record Result(LayerScore row, @Nullable Spectra spectra, @Nullable Uncertainty uncertainty,
            @Nullable String fingerprint) {

        /**
         * The same of known tokens.
         *
         * @param tokens their fingerprint
         * @return a result
         */
        public Result withFingerprint(String tokens) {
            return new Result(row, spectra, uncertainty, tokens);
        }

        /**
         * The same with a warning.
         *
         * @param warning what the user should know
         * @return a result
         */
        public Result withWarning(String warning) {
            return new Result(row.withWarning(warning), spectra, uncertainty, fingerprint);
        }

        Result withUpdate(UpdateScore update, double moreSeconds) {
            return new Result(new LayerScore(row.info(), row.outcome(), row.seconds() + moreSeconds, update), spectra,
                    uncertainty, fingerprint);
        }
    }

    /**
     * Inputs of a layer, and which tokens of them count.
     *
     * @param job the layer with its inputs in one file
     * @param masks the masks that belong to this file
     */
    public record Batch(LayerJob job, Masks masks) {}

    /**
     * Computes one row.
     *
     * @param job what to compute
     * @return the row, with a reason if there is no result
     */
    public Result score(LayerJob job) {
        List<Batch> only = List.of(new Batch(job, masks));
        try (SharedWeights weights = weights(job)) {
            return score(only, weights);
        }
    }

    /**
     * The weights of a layer, to be factorised once for several rows.
     *
     * @param job the layer; its file must stay open
     * @return closed by the caller
     */
    public SharedWeights weights(LayerJob job) {
        return new SharedWeights(job, options, threads, store);
    }

    /**
     * Computes one row from the inputs in several files, as if they were in one.
     *
     * @param batches the same layer in each file, at least one
     * @param weights of this layer
     * @return the row, with a reason if there is no result
     */
    public Result score(List<Batch> batches, SharedWeights weights) {
        LayerJob job = batches.getFirst().job();
        List<String> warnings = new ArrayList<>(job.info().warnings());
        ScoreEvent event = Events.areRecorded() ? ScoreEvent.begun() : null;
        long start = System.nanoTime();
        LayerComputation.Found found;
        try {
            found = new LayerComputation(options, grouping, threads, warnings).of(batches, weights);
        } catch (LogalignException bad) {
            found = LayerComputation.Found.without(new Outcome.Failed(String.valueOf(bad.getMessage())));
        } catch (IllegalArgumentException wrongCall) {
            throw wrongCall;
        } catch (RuntimeException | Error failure) {
            String where = job.weight() == null ? "the layer" : job.weight().where();
            String reason = where + ": " + Boundary.translated(failure).getMessage();
            found = LayerComputation.Found.without(new Outcome.Failed(reason));
        }
        double seconds = (System.nanoTime() - start) * 1e-9;
        if (event != null) {
            event.finish(job.info().layer(), found.outcome().getClass().getSimpleName());
        }
        return new Result(
                new LayerScore(job.info().withWarnings(warnings), found.outcome(), seconds), found.spectra(),
                found.uncertainty(), null);
    }

    /**
     * The row of a layer of which nothing is known but sums, such as training writes.
     *
     * @param info what is known of the layer
     * @param sums what was summed up over its tokens, of products in float32
     * @return the row, with a reason if LAR is undefined
     */
    public static Result ofSums(LayerInfo info, AlignmentSums sums) {
        List<String> warnings = new ArrayList<>(Arguments.required(info, "info").warnings());
        LayerComputation.Found found = new LayerComputation(
                new ScoreOptions(ScoreMethod.NORM, Precision.SINGLE), Grouping.AUTO, 1, warnings)
                .of(info, Arguments.required(sums, "sums"));
        return new Result(new LayerScore(info.withWarnings(warnings), found.outcome(), 0), null, found.uncertainty(),
                null);
    }

    /** Says where bad data was found. */
    static <T> T at(Tensor tensor, Supplier<T> computation) {
        try {
            return computation.get();
        } catch (LogalignException bad) {
            throw new LogalignException(tensor.where() + ": " + bad.getMessage(), bad);
        }
    }
}
