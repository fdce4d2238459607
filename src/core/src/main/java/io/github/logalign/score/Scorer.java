package io.github.logalign.score;

import io.github.logalign.ActivationSpectrum;
import io.github.logalign.Alignment;
import io.github.logalign.AlignmentSums;
import io.github.logalign.Spread;
import io.github.logalign.UndefinedReason;
import io.github.logalign.WeightSpectrum;
import io.github.logalign.internal.Boundary;
import io.github.logalign.internal.events.Events;
import io.github.logalign.internal.events.ScoreEvent;
import io.github.logalign.matrix.Computation;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.matrix.Matrix;
import io.github.logalign.matrix.Method;
import io.github.logalign.matrix.Precision;
import io.github.logalign.score.Findings.InputSummary;
import io.github.logalign.score.Findings.Run;
import io.github.logalign.score.Findings.Tokens;
import io.github.logalign.score.Findings.WeightSummary;
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

    /** An estimate beyond this is worth a warning: the precision is not what one may expect. */
    private static final double WARN_DOUBLE = 1e-9;

    private static final double WARN_SINGLE = 1e-4;

    private final ScoreOptions options;
    private final Masks masks;
    private final int threads;
    private final @Nullable SpectrumStore store;

    /**
     * Makes a scorer.
     *
     * @param options how to score
     * @param masks which tokens of which layers count
     */
    public Scorer(ScoreOptions options, Masks masks) {
        this(options, masks, 1, null);
    }

    private Scorer(ScoreOptions options, Masks masks, int threads, @Nullable SpectrumStore store) {
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
        return new Scorer(options, masks, threadsOfLayer, store);
    }

    /**
     * The same with spectra that were kept: weights that have one are not factorised.
     *
     * @param spectra where they are
     * @return a scorer
     */
    public Scorer withStore(SpectrumStore spectra) {
        return new Scorer(options, masks, threads, spectra);
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
     */
    public record Result(LayerScore row, @Nullable Spectra spectra) {}

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
        Found found;
        try {
            found = compute(batches, weights, warnings);
        } catch (LogalignException bad) {
            found = new Found(new Outcome.Failed(String.valueOf(bad.getMessage())), null);
        } catch (IllegalArgumentException wrongCall) {
            throw wrongCall;
        } catch (RuntimeException | Error failure) {
            String where = job.weight() == null ? "the layer" : job.weight().where();
            String reason = where + ": " + Boundary.translated(failure).getMessage();
            found = new Found(new Outcome.Failed(reason), null);
        }
        double seconds = (System.nanoTime() - start) * 1e-9;
        if (event != null) {
            event.finish(job.info().layer(), found.outcome().getClass().getSimpleName());
        }
        return new Result(
                new LayerScore(job.info().withWarnings(warnings), found.outcome(), seconds), found.spectra());
    }

    private record Found(Outcome outcome, @Nullable Spectra spectra) {}

    private Found compute(List<Batch> batches, SharedWeights weights, List<String> warnings) {
        LayerJob job = batches.getFirst().job();
        Tensor weight = job.weight();
        Matrix w = job.w();
        for (Batch batch : batches) {
            if (batch.job().refusal() != null) {
                return new Found(batch.job().refusal(), null);
            }
        }
        if (weight == null || w == null) {
            return new Found(new Outcome.Skipped("there is nothing to compute"), null);
        }
        if (job.activation() == null) {
            return weightsAlone(weight, weights);
        }
        LayerInputs inputs = LayerInputs.of(weight, w, batches, warnings);
        return options.method() == ScoreMethod.NORM
                ? normForm(inputs, warnings)
                : spectra(inputs, weights, warnings);
    }

    private static Found weightsAlone(Tensor weight, SharedWeights weights) {
        WeightSpectrum spectrum = weights.spectrum();
        Findings findings = new Findings(run(spectrum, spectrum.computation()), null, summary(spectrum), null);
        Outcome outcome = spectrum.spread().isPresent()
                ? new Outcome.Decomposed(findings)
                : new Outcome.Undefined(Remarks.zeroWeights(weight), findings);
        return new Found(outcome, new Spectra(spectrum.p(), null, spectrum.singularValues()));
    }

    private Found spectra(LayerInputs inputs, SharedWeights weights, List<String> warnings) {
        WeightSpectrum spectrum = weights.spectrum();
        ActivationSpectrum q = inputs.project(spectrum);
        Alignment alignment = spectrum.alignment(q);
        if (options.method() == ScoreMethod.AUTO
                && spectrum.method() == Method.GRAM
                && alignment instanceof Alignment.Defined defined
                && defined.larErrorEstimate() > warningThreshold()) {
            WeightSpectrum again = weights.bySvd();
            ActivationSpectrum qAgain = inputs.project(again);
            return found(inputs, again, qAgain, again.alignment(qAgain), warnings);
        }
        return found(inputs, spectrum, q, alignment, warnings);
    }

    private Found found(
            LayerInputs inputs, WeightSpectrum spectrum, ActivationSpectrum q, Alignment alignment,
            List<String> warnings) {
        Spread spread = q.spread().orElse(null);
        Double nullSpaceEnergy = spectrum.nullSpaceEnergy(q).orElse(null);
        Findings findings = new Findings(
                run(spectrum, spectrum.computation().and(q.computation())),
                new Tokens(q.tokens(), q.maskedTokens()),
                summary(spectrum),
                spread == null && nullSpaceEnergy == null ? null : new InputSummary(spread, nullSpaceEnergy));
        return new Found(outcome(inputs, alignment, findings, warnings),
                new Spectra(spectrum.p(), q.q(), spectrum.singularValues()));
    }

    private static Run run(WeightSpectrum spectrum, Computation ran) {
        ScoreMethod method = spectrum.method() == Method.SVD ? ScoreMethod.SVD : ScoreMethod.GRAM;
        return new Run(method, ran.toString(), spectrum.precision());
    }

    private static WeightSummary summary(WeightSpectrum spectrum) {
        return new WeightSummary(
                spectrum.numericalRank(), spectrum.stableRank(), spectrum.spread().orElse(null));
    }

    private Found normForm(LayerInputs inputs, List<String> warnings) {
        AlignmentSums sums = at(inputs.weight(), () -> AlignmentSums.of(inputs.w(), options.alignment(threads)));
        inputs.addTo(sums);
        Findings findings = new Findings(
                new Run(ScoreMethod.NORM, sums.computation().toString(), options.precision()),
                new Tokens(sums.tokens(), sums.maskedTokens()), null, null);
        return new Found(outcome(inputs, sums.alignment(), findings, warnings), null);
    }

    private Outcome outcome(LayerInputs inputs, Alignment alignment, Findings findings, List<String> warnings) {
        return switch (alignment) {
            case Alignment.Defined defined -> {
                double error = defined.larErrorEstimate();
                if (error > warningThreshold()) {
                    warnings.add(Remarks.inaccurate(error, findings.run()));
                }
                yield new Outcome.Scored(defined.overlap(), defined.lar(), error, findings);
            }
            case Alignment.Undefined(UndefinedReason why) -> new Outcome.Undefined(
                    inputs.undefined(why), findings);
        };
    }

    private double warningThreshold() {
        return options.precision() == Precision.DOUBLE ? WARN_DOUBLE : WARN_SINGLE;
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
