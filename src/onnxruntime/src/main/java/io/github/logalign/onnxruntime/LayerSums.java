package io.github.logalign.onnxruntime;

import io.github.logalign.ActivationSpectrum;
import io.github.logalign.ActivationSums;
import io.github.logalign.Alignment;
import io.github.logalign.AlignmentOptions;
import io.github.logalign.AlignmentSums;
import io.github.logalign.SpectrumOptions;
import io.github.logalign.Uncertainty;
import io.github.logalign.WeightSpectrum;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.matrix.Matrix;
import io.github.logalign.matrix.Method;
import io.github.logalign.matrix.TokenGroups;
import io.github.logalign.matrix.TokenMask;
import io.github.logalign.score.ErrorBars;
import io.github.logalign.score.Findings;
import io.github.logalign.score.LayerInfo;
import io.github.logalign.score.LayerScore;
import io.github.logalign.score.ModelRunner.Request;
import io.github.logalign.score.Outcome;
import io.github.logalign.score.ScoreMethod;
import io.github.logalign.score.ScoreOptions;
import java.lang.foreign.Arena;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What one layer sums up while the model runs: norms, or projections on the singular vectors of its weights. */
final class LayerSums {

    /** What tokens belong together by. */
    private static final String GROUPS = "sequences";

    private final LinearLayer layer;
    private final LayerInfo info;
    private final ScoreOptions options;
    private @Nullable AlignmentSums norms;
    private @Nullable WeightSpectrum spectrum;
    private @Nullable ActivationSums projections;
    private @Nullable String failure;
    private double seconds;

    /**
     * Reads the weights.
     *
     * @param w output x input
     * @param arena where singular vectors are to live
     */
    LayerSums(LinearLayer layer, LayerInfo info, Matrix w, Request request, Arena arena) {
        this.layer = layer;
        this.info = info;
        this.options = request.options();
        work(() -> {
            if (options.method() == ScoreMethod.NORM) {
                norms = AlignmentSums.of(w, AlignmentOptions.DEFAULT.withPrecision(options.precision()));
            } else {
                WeightSpectrum factorised = WeightSpectrum.of(w, spectrumOptions(request.threads()), arena);
                spectrum = factorised;
                projections = factorised.accumulator();
            }
        });
    }

    private SpectrumOptions spectrumOptions(int threads) {
        Method method = switch (options.method()) {
            case SVD, NORM -> Method.SVD;
            case GRAM -> Method.GRAM;
            case AUTO -> Method.AUTO;
        };
        return new SpectrumOptions(method, options.precision(), true, threads, options.svdRoute(), options.products());
    }

    LinearLayer layer() {
        return layer;
    }

    /**
     * Adds a batch; a layer whose values are not finite fails by itself.
     *
     * @param sequences of the batch, whose tokens follow each other
     */
    void add(Matrix x, Matrix y, @Nullable TokenMask mask, int sequences) {
        TokenMask fitting = mask != null && mask.tokens() == x.rows() ? mask : null;
        TokenGroups groups = x.rows() > 0 && x.rows() % sequences == 0
                ? TokenGroups.consecutive(x.rows(), sequences)
                : null;
        work(() -> {
            if (norms != null) {
                norms.add(x, layer.product(y), fitting, groups);
            } else if (projections != null) {
                projections.add(x, fitting, groups);
            }
        });
    }

    private void work(Runnable step) {
        if (failure != null) {
            return;
        }
        long start = System.nanoTime();
        try {
            step.run();
        } catch (LogalignException unusable) {
            failure = String.valueOf(unusable.getMessage());
        }
        seconds += (System.nanoTime() - start) * 1e-9;
    }

    /** The row of the layer. */
    LayerScore row() {
        return new LayerScore(info, outcome(), seconds);
    }

    private Outcome outcome() {
        WeightSpectrum w = spectrum;
        ActivationSums sums = projections;
        AlignmentSums given = norms;
        if (failure != null) {
            return new Outcome.Failed(layer.name() + ": " + failure);
        }
        if (given != null) {
            Findings findings = new Findings(
                    new Findings.Run(ScoreMethod.NORM, given.computation().toString(), options.precision()),
                    new Findings.Tokens(given.tokens(), given.maskedTokens()), null, null);
            return outcome(given.alignment(), given.uncertainty(), findings);
        }
        if (w == null || sums == null) {
            return new Outcome.Skipped(layer.name() + ": nothing was computed");
        }
        ActivationSpectrum q = sums.spectrum();
        Findings findings = new Findings(
                new Findings.Run(w.method() == Method.SVD ? ScoreMethod.SVD : ScoreMethod.GRAM,
                        w.computation().and(q.computation()).toString(), w.precision()),
                new Findings.Tokens(q.tokens(), q.maskedTokens()),
                new Findings.WeightSummary(w.numericalRank(), w.stableRank(), w.spread().orElse(null)),
                new Findings.InputSummary(q.spread().orElse(null), w.nullSpaceEnergy(q).orElse(null)));
        return outcome(w.alignment(q), w.uncertainty(q), findings);
    }

    private Outcome outcome(Alignment alignment, Optional<Uncertainty> uncertainty, Findings findings) {
        return switch (alignment) {
            case Alignment.Defined defined -> new Outcome.Scored(
                    defined.overlap(), defined.lar(), defined.larErrorEstimate(),
                    uncertainty.map(known -> ErrorBars.of(known, GROUPS)).orElse(null), findings);
            case Alignment.Undefined undefined -> new Outcome.Undefined(
                    layer.name() + ": " + undefined.reason().explanation(), findings);
        };
    }
}
