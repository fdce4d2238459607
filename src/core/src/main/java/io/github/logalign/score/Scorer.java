package io.github.logalign.score;

import io.github.logalign.ActivationSpectrum;
import io.github.logalign.Alignment;
import io.github.logalign.AlignmentSums;
import io.github.logalign.SpectrumOptions;
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
import io.github.logalign.matrix.TokenMask;
import io.github.logalign.score.Findings.InputSummary;
import io.github.logalign.score.Findings.Run;
import io.github.logalign.score.Findings.Tokens;
import io.github.logalign.score.Findings.WeightSummary;
import io.github.logalign.tensor.MaskTensor;
import io.github.logalign.tensor.Tensor;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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

    /**
     * Makes a scorer.
     *
     * @param options how to score
     * @param masks which tokens of which layers count
     */
    public Scorer(ScoreOptions options, Masks masks) {
        this(options, masks, 1);
    }

    private Scorer(ScoreOptions options, Masks masks, int threads) {
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
        return new Scorer(options, masks, threadsOfLayer);
    }

    /**
     * How long a job takes on one thread, compared with others.
     *
     * @param job what would be computed
     * @return about how many multiplications, 0 if nothing would be computed
     */
    public double cost(LayerJob job) {
        Matrix w = job.w();
        if (job.refusal() != null || w == null) {
            return 0;
        }
        try {
            Matrix x = job.x();
            return options.cost(w.rows(), w.columns(), x == null ? 0 : x.rows());
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
     * Computes one row.
     *
     * @param job what to compute
     * @return the row, with a reason if there is no result
     */
    public Result score(LayerJob job) {
        List<String> warnings = new ArrayList<>(job.info().warnings());
        ScoreEvent event = Events.areRecorded() ? ScoreEvent.begun() : null;
        long start = System.nanoTime();
        Found found;
        try {
            found = compute(job, warnings);
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

    /** A layer whose tensors are there. */
    private record Inputs(Tensor weight, Matrix w, Tensor activation, Matrix x, @Nullable MaskTensor mask) {

        @Nullable
        TokenMask tokenMask() {
            return mask == null ? null : mask.tokens();
        }
    }

    private Found compute(LayerJob job, List<String> warnings) {
        Tensor weight = job.weight();
        Matrix w = job.w();
        if (job.refusal() != null) {
            return new Found(job.refusal(), null);
        }
        if (weight == null || w == null) {
            return new Found(new Outcome.Skipped("there is nothing to compute"), null);
        }
        Tensor activation = job.activation();
        Matrix x = job.x();
        if (activation == null || x == null) {
            return weightsAlone(weight, w);
        }
        checkFit(weight, w, activation, x);
        Inputs inputs = new Inputs(weight, w, activation, x, maskOf(job, activation, warnings));
        return options.method() == ScoreMethod.NORM ? normForm(inputs, warnings) : spectra(inputs, warnings);
    }

    /** To close a shared one stops all threads for a moment, which shows where layers take a millisecond. */
    @SuppressWarnings("MustBeClosed") // its callers close it
    private Arena arena() {
        return threads == 1 ? Arena.ofConfined() : Arena.ofShared();
    }

    private Found weightsAlone(Tensor weight, Matrix w) {
        try (Arena arena = arena()) {
            SpectrumOptions wanted = options.spectrum(false, threads);
            WeightSpectrum spectrum = at(weight, () -> WeightSpectrum.of(w, wanted, arena));
            Findings findings = new Findings(run(spectrum, spectrum.computation()), null, summary(spectrum), null);
            Outcome outcome = spectrum.spread().isPresent()
                    ? new Outcome.Decomposed(findings)
                    : new Outcome.Undefined(Remarks.zeroWeights(weight), findings);
            return new Found(outcome, new Spectra(spectrum.p(), null, spectrum.singularValues()));
        }
    }

    private Found spectra(Inputs inputs, List<String> warnings) {
        try (Arena arena = arena()) {
            SpectrumOptions wanted = options.spectrum(true, threads);
            WeightSpectrum spectrum = at(inputs.weight(), () -> WeightSpectrum.of(inputs.w(), wanted, arena));
            ActivationSpectrum q = project(inputs, spectrum);
            Alignment alignment = spectrum.alignment(q);
            if (options.method() == ScoreMethod.AUTO
                    && spectrum.method() == Method.GRAM
                    && alignment instanceof Alignment.Defined defined
                    && defined.larErrorEstimate() > warningThreshold()) {
                SpectrumOptions accurate = wanted.withMethod(Method.SVD);
                WeightSpectrum again = at(inputs.weight(), () -> WeightSpectrum.of(inputs.w(), accurate, arena));
                ActivationSpectrum qAgain = project(inputs, again);
                return found(inputs, again, qAgain, again.alignment(qAgain), warnings);
            }
            return found(inputs, spectrum, q, alignment, warnings);
        }
    }

    private static ActivationSpectrum project(Inputs inputs, WeightSpectrum spectrum) {
        return at(inputs.activation(), () -> spectrum.project(inputs.x(), inputs.tokenMask()));
    }

    private Found found(
            Inputs inputs, WeightSpectrum spectrum, ActivationSpectrum q, Alignment alignment, List<String> warnings) {
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

    private Found normForm(Inputs inputs, List<String> warnings) {
        AlignmentSums sums = at(inputs.weight(), () -> AlignmentSums.of(inputs.w(), options.alignment(threads)));
        at(inputs.activation(), () -> {
            sums.add(inputs.x(), inputs.tokenMask());
            return sums;
        });
        Findings findings = new Findings(
                new Run(ScoreMethod.NORM, sums.computation().toString(), options.precision()),
                new Tokens(sums.tokens(), sums.maskedTokens()), null, null);
        return new Found(outcome(inputs, sums.alignment(), findings, warnings), null);
    }

    private Outcome outcome(Inputs inputs, Alignment alignment, Findings findings, List<String> warnings) {
        return switch (alignment) {
            case Alignment.Defined defined -> {
                double error = defined.larErrorEstimate();
                if (error > warningThreshold()) {
                    warnings.add(Remarks.inaccurate(error, findings.run()));
                }
                yield new Outcome.Scored(defined.overlap(), defined.lar(), error, findings);
            }
            case Alignment.Undefined(UndefinedReason why) -> new Outcome.Undefined(
                    Remarks.undefined(why, inputs.weight(), inputs.activation(), inputs.mask()), findings);
        };
    }

    private double warningThreshold() {
        return options.precision() == Precision.DOUBLE ? WARN_DOUBLE : WARN_SINGLE;
    }

    private static void checkFit(Tensor weight, Matrix w, Tensor activation, Matrix x) {
        if (x.columns() != w.columns()) {
            throw new LogalignException(weight.where() + " has n = " + w.columns() + " inputs, but "
                    + activation.where() + " has " + x.columns() + " columns; record its own inputs");
        }
    }

    private @Nullable MaskTensor maskOf(LayerJob job, Tensor activation, List<String> warnings) {
        Optional<MaskTensor> mask = masks.of(job);
        if (mask.isEmpty()) {
            masks.noteOnMissing().ifPresent(warnings::add);
            return null;
        }
        mask.get().checkFits(activation, job.activationMatrix() != null);
        mask.get().note().ifPresent(warnings::add);
        return mask.get();
    }

    /** Says where bad data was found. */
    private static <T> T at(Tensor tensor, Supplier<T> computation) {
        try {
            return computation.get();
        } catch (LogalignException bad) {
            throw new LogalignException(tensor.where() + ": " + bad.getMessage(), bad);
        }
    }
}
