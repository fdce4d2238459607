package io.github.logalign.score;

import io.github.logalign.ActivationSpectrum;
import io.github.logalign.Alignment;
import io.github.logalign.AlignmentSums;
import io.github.logalign.Spread;
import io.github.logalign.Uncertainty;
import io.github.logalign.UndefinedReason;
import io.github.logalign.WeightSpectrum;
import io.github.logalign.matrix.Computation;
import io.github.logalign.matrix.Matrix;
import io.github.logalign.matrix.Method;
import io.github.logalign.matrix.Precision;
import io.github.logalign.score.Findings.InputSummary;
import io.github.logalign.score.Findings.Run;
import io.github.logalign.score.Findings.Tokens;
import io.github.logalign.score.Findings.WeightSummary;
import io.github.logalign.score.Scorer.Batch;
import io.github.logalign.tensor.Tensor;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The computation of one row by the method asked for.
 *
 * @param options how to score
 * @param grouping which tokens belong together
 * @param threads how many the layer may use
 * @param warnings gets what the user should know
 */
record LayerComputation(ScoreOptions options, Grouping grouping, int threads, List<String> warnings) {

    /** An estimate beyond this is worth a warning: the precision is not what one may expect. */
    private static final double WARN_DOUBLE = 1e-9;

    private static final double WARN_SINGLE = 1e-4;

    /**
     * What was found.
     *
     * @param outcome the result, or why there is none
     * @param spectra null if none were computed
     * @param uncertainty how sure LAR is; null where it has no value
     */
    record Found(Outcome outcome, @Nullable Spectra spectra, @Nullable Uncertainty uncertainty) {

        static Found without(Outcome outcome) {
            return new Found(outcome, null, null);
        }
    }

    /** From the inputs in several files, as if they were in one. */
    Found of(List<Batch> batches, SharedWeights weights) {
        LayerJob job = batches.getFirst().job();
        Tensor weight = job.weight();
        Matrix w = job.w();
        for (Batch batch : batches) {
            if (batch.job().refusal() != null) {
                return Found.without(batch.job().refusal());
            }
        }
        if (weight == null || w == null) {
            return Found.without(new Outcome.Skipped("there is nothing to compute"));
        }
        if (job.activation() == null) {
            return weightsAlone(weight, weights);
        }
        LayerInputs inputs = LayerInputs.of(weight, w, batches, grouping, warnings);
        return options.method() == ScoreMethod.NORM
                ? normForm(inputs)
                : spectra(inputs, weights);
    }

    private static Found weightsAlone(Tensor weight, SharedWeights weights) {
        WeightSpectrum spectrum = weights.spectrum();
        Findings findings = new Findings(run(spectrum, spectrum.computation()), null, summary(spectrum), null);
        Outcome outcome = spectrum.spread().isPresent()
                ? new Outcome.Decomposed(findings)
                : new Outcome.Undefined(Remarks.zeroWeights(weight), findings);
        return new Found(outcome, new Spectra(spectrum.p(), null, spectrum.singularValues()), null);
    }

    private Found spectra(LayerInputs inputs, SharedWeights weights) {
        WeightSpectrum spectrum = weights.spectrum();
        ActivationSpectrum q = inputs.project(spectrum);
        Alignment alignment = spectrum.alignment(q);
        if (options.method() == ScoreMethod.AUTO
                && spectrum.method() == Method.GRAM
                && alignment instanceof Alignment.Defined defined
                && defined.larErrorEstimate() > warningThreshold()) {
            WeightSpectrum again = weights.bySvd();
            ActivationSpectrum qAgain = inputs.project(again);
            return found(inputs, again, qAgain, again.alignment(qAgain));
        }
        return found(inputs, spectrum, q, alignment);
    }

    private Found found(
            LayerInputs inputs, WeightSpectrum spectrum, ActivationSpectrum q, Alignment alignment) {
        Spread spread = q.spread().orElse(null);
        Double nullSpaceEnergy = spectrum.nullSpaceEnergy(q).orElse(null);
        Findings findings = new Findings(
                run(spectrum, spectrum.computation().and(q.computation())),
                new Tokens(q.tokens(), q.maskedTokens()),
                summary(spectrum),
                spread == null && nullSpaceEnergy == null ? null : new InputSummary(spread, nullSpaceEnergy));
        Uncertainty uncertainty = spectrum.uncertainty(q).orElse(null);
        ErrorBars bars = uncertainty == null ? null : ErrorBars.of(uncertainty, inputs.groupedBy());
        return new Found(outcome(alignment, bars, findings, inputs::undefined),
                new Spectra(spectrum.p(), q.q(), spectrum.singularValues()), uncertainty);
    }

    private static Run run(WeightSpectrum spectrum, Computation ran) {
        ScoreMethod method = spectrum.method() == Method.SVD ? ScoreMethod.SVD : ScoreMethod.GRAM;
        return new Run(method, ran.toString(), spectrum.precision());
    }

    private static WeightSummary summary(WeightSpectrum spectrum) {
        return new WeightSummary(
                spectrum.numericalRank(), spectrum.stableRank(), spectrum.spread().orElse(null));
    }

    private Found normForm(LayerInputs inputs) {
        AlignmentSums sums = Scorer.at(inputs.weight(), () -> AlignmentSums.of(inputs.w(), options.alignment(threads)));
        inputs.addTo(sums);
        return normForm(sums, inputs.groupedBy(), inputs::undefined);
    }

    /** From sums that were taken elsewhere. */
    Found of(LayerInfo info, AlignmentSums sums) {
        return normForm(sums, "given groups", why -> Remarks.undefined(why, info));
    }

    private Found normForm(AlignmentSums sums, String groupedBy, Function<UndefinedReason, String> undefined) {
        Findings findings = new Findings(
                new Run(ScoreMethod.NORM, sums.computation().toString(), options.precision()),
                new Tokens(sums.tokens(), sums.maskedTokens()), null, null);
        Uncertainty uncertainty = sums.uncertainty().orElse(null);
        ErrorBars bars = uncertainty == null ? null : ErrorBars.of(uncertainty, groupedBy);
        return new Found(outcome(sums.alignment(), bars, findings, undefined), null, uncertainty);
    }

    private Outcome outcome(Alignment alignment, @Nullable ErrorBars bars, Findings findings,
            Function<UndefinedReason, String> undefined) {
        return switch (alignment) {
            case Alignment.Defined defined -> {
                double error = defined.larErrorEstimate();
                if (error > warningThreshold()) {
                    warnings.add(Remarks.inaccurate(error, findings.run()));
                }
                yield new Outcome.Scored(defined.overlap(), defined.lar(), error, bars, findings);
            }
            case Alignment.Undefined(UndefinedReason why) -> new Outcome.Undefined(undefined.apply(why), findings);
        };
    }

    private double warningThreshold() {
        return options.precision() == Precision.DOUBLE ? WARN_DOUBLE : WARN_SINGLE;
    }
}
