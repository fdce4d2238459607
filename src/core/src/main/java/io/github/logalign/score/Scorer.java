package io.github.logalign.score;

import io.github.logalign.ActivationSpectrum;
import io.github.logalign.Alignment;
import io.github.logalign.AlignmentSums;
import io.github.logalign.SpectrumOptions;
import io.github.logalign.Spread;
import io.github.logalign.UndefinedReason;
import io.github.logalign.WeightSpectrum;
import io.github.logalign.internal.Boundary;
import io.github.logalign.matrix.Computation;
import io.github.logalign.matrix.ElementType;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.matrix.Matrix;
import io.github.logalign.matrix.Method;
import io.github.logalign.matrix.Precision;
import io.github.logalign.matrix.TokenMask;
import io.github.logalign.score.LayerScore.Status;
import io.github.logalign.tensor.MaskTensor;
import io.github.logalign.tensor.Tensor;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
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
     * The same with its share of threads that work on several layers at a time.
     *
     * @param allThreads how many there are
     * @param layers how many layers are waiting for them
     * @return a scorer that uses what the layers leave over, at least one thread for each
     */
    public Scorer sharing(int allThreads, int layers) {
        return new Scorer(options, masks, Math.max(1, allThreads / Math.max(1, layers)));
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
     * @return the row, with a status and a reason if it is not ok
     */
    public Result score(LayerJob job) {
        Row row = new Row(job);
        long start = System.nanoTime();
        try {
            compute(job, row);
        } catch (LogalignException bad) {
            row.status = Status.FAILED;
            row.reason = bad.getMessage();
        } catch (IllegalArgumentException wrongCall) {
            throw wrongCall;
        } catch (RuntimeException | Error failure) {
            row.status = Status.FAILED;
            row.reason = where(job.weight()) + ": " + Boundary.translated(failure).getMessage();
        }
        row.seconds = (System.nanoTime() - start) * 1e-9;
        return new Result(row.finish(), row.spectra);
    }

    private void compute(LayerJob job, Row row) {
        Tensor weight = job.weight();
        Matrix w = job.w();
        if (w != null) {
            row.rows = w.rows();
            row.cols = w.columns();
            row.elementType = w.elementType();
        }
        Refusal refusal = job.refusal();
        if (refusal != null || weight == null || w == null) {
            row.status = refusal == null ? Status.SKIPPED : refusal.status();
            row.reason = refusal == null ? "there is nothing to compute" : refusal.reason();
            return;
        }
        Tensor activation = job.activation();
        Matrix x = job.x();
        if (activation != null && x != null) {
            checkFit(weight, w, activation, x);
            row.mask = maskOf(job, activation, row);
            if (options.method() == ScoreMethod.NORM) {
                normForm(row, weight, w, activation, x);
                return;
            }
        }
        try (Arena arena = Arena.ofShared()) {
            SpectrumOptions wanted = options.spectrum(x != null, threads);
            WeightSpectrum spectrum = at(weight, () -> WeightSpectrum.of(w, wanted, arena));
            if (activation == null || x == null) {
                row.take(spectrum, null);
                return;
            }
            spectra(row, spectrum, weight, w, activation, x, arena);
        }
    }

    private void spectra(
            Row row, WeightSpectrum spectrum, Tensor weight, Matrix w, Tensor activation, Matrix x, Arena arena) {
        TokenMask tokenMask = row.tokenMask();
        ActivationSpectrum q = at(activation, () -> spectrum.project(x, tokenMask));
        Alignment alignment = spectrum.alignment(q);
        if (options.method() == ScoreMethod.AUTO
                && spectrum.method() == Method.GRAM
                && alignment instanceof Alignment.Defined defined
                && defined.larErrorEstimate() > warningThreshold()) {
            SpectrumOptions accurate = options.spectrum(true, threads).withMethod(Method.SVD);
            WeightSpectrum again = at(weight, () -> WeightSpectrum.of(w, accurate, arena));
            ActivationSpectrum qAgain = at(activation, () -> again.project(x, tokenMask));
            row.take(again, qAgain);
            row.take(again.alignment(qAgain), warningThreshold());
            return;
        }
        row.take(spectrum, q);
        row.take(alignment, warningThreshold());
    }

    private void normForm(Row row, Tensor weight, Matrix w, Tensor activation, Matrix x) {
        AlignmentSums sums = at(weight, () -> AlignmentSums.of(w, options.alignment(threads)));
        at(activation, () -> {
            sums.add(x, row.tokenMask());
            return sums;
        });
        row.tokens = sums.tokens();
        row.maskedTokens = sums.maskedTokens();
        row.method = ScoreMethod.NORM;
        row.computation = sums.computation();
        row.precision = options.precision();
        row.take(sums.alignment(), warningThreshold());
    }

    private double warningThreshold() {
        return options.precision() == Precision.DOUBLE ? WARN_DOUBLE : WARN_SINGLE;
    }

    private void checkFit(Tensor weight, Matrix w, Tensor activation, Matrix x) {
        if (x.columns() != w.columns()) {
            throw new LogalignException(weight.where() + " has n = " + w.columns() + " inputs, but "
                    + activation.where() + " has " + x.columns() + " columns; record its own inputs");
        }
    }

    private @Nullable MaskTensor maskOf(LayerJob job, Tensor activation, Row row) {
        Optional<MaskTensor> mask = masks.of(job);
        if (mask.isEmpty()) {
            masks.noteOnMissing().ifPresent(row.warnings::add);
            return null;
        }
        mask.get().checkFits(activation, job.activationMatrix() != null);
        mask.get().note().ifPresent(row.warnings::add);
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

    private static String where(@Nullable Tensor tensor) {
        return tensor == null ? "the layer" : tensor.where();
    }

    /** A row while it grows. */
    private static final class Row {

        private final LayerJob job;
        private final List<String> warnings;
        private @Nullable Long rows;
        private @Nullable Long cols;
        private @Nullable ElementType elementType;
        private @Nullable Long tokens;
        private @Nullable Long maskedTokens;
        private @Nullable ScoreMethod method;
        private @Nullable Computation computation;
        private @Nullable Precision precision;
        private @Nullable Alignment alignment;
        private @Nullable Double larErrorEstimate;
        private @Nullable Integer numericalRank;
        private @Nullable Double nullSpaceEnergy;
        private @Nullable Spread weightSpread;
        private @Nullable Spread activationSpread;
        private @Nullable Double stableRank;
        private Status status = Status.OK;
        private @Nullable String reason;
        private double seconds;
        private @Nullable Spectra spectra;
        private @Nullable MaskTensor mask;

        Row(LayerJob job) {
            this.job = job;
            this.warnings = new ArrayList<>(job.warnings());
        }

        @Nullable
        TokenMask tokenMask() {
            return mask == null ? null : mask.tokens();
        }

        void take(WeightSpectrum spectrum, @Nullable ActivationSpectrum q) {
            method = spectrum.method() == Method.SVD ? ScoreMethod.SVD : ScoreMethod.GRAM;
            computation = spectrum.computation();
            precision = spectrum.precision();
            numericalRank = spectrum.numericalRank();
            stableRank = spectrum.stableRank();
            weightSpread = spectrum.spread().orElse(null);
            spectra = new Spectra(spectrum.p(), q == null ? null : q.q(), spectrum.singularValues());
            if (q != null) {
                computation = computation.and(q.computation());
                tokens = q.tokens();
                maskedTokens = q.maskedTokens();
                activationSpread = q.spread().orElse(null);
                nullSpaceEnergy = spectrum.nullSpaceEnergy(q).orElse(null);
            } else if (spectrum.spread().isEmpty()) {
                undefined(UndefinedReason.ZERO_WEIGHTS);
            }
        }

        void take(Alignment found, double warningThreshold) {
            switch (found) {
                case Alignment.Defined defined -> {
                    alignment = defined;
                    larErrorEstimate = defined.larErrorEstimate();
                    if (defined.larErrorEstimate() > warningThreshold) {
                        warnings.add(warning(defined.larErrorEstimate()));
                    }
                }
                case Alignment.Undefined(UndefinedReason why) -> undefined(why);
            }
        }

        private String warning(double error) {
            String advice;
            if (precision == Precision.SINGLE) {
                advice = "; use --precision double";
            } else {
                advice = method == ScoreMethod.GRAM ? "; use --method svd or norm" : "";
            }
            return Double.isInfinite(error)
                    ? "the overlap is so small that rounding alone could make it" + advice
                    : String.format(Locale.ROOT, "LAR may be off by %.1e: the overlap is tiny", error) + advice;
        }

        private void undefined(UndefinedReason why) {
            status = Status.UNDEFINED;
            boolean ofActivations = why == UndefinedReason.NO_TOKENS || why == UndefinedReason.ZERO_ACTIVATIONS;
            if (why == UndefinedReason.NO_TOKENS && mask != null && mask.tokens().tokens() > 0) {
                reason = mask.tensor().where() + " masks every token of " + where(job.activation())
                        + "; give another mask";
                return;
            }
            reason = where(ofActivations ? job.activation() : job.weight()) + ": " + why.explanation()
                    + (ofActivations ? "; record other activations" : "; leave this layer out");
        }

        LayerScore finish() {
            Tensor activation = job.activation();
            return new LayerScore(
                    job.layer(),
                    job.weightsFile().toString(),
                    job.tensorName(),
                    rows,
                    cols,
                    elementType,
                    activation == null ? null : activation.path().toString(),
                    job.activationName(),
                    tokens,
                    maskedTokens,
                    method,
                    computation == null ? null : computation.toString(),
                    precision,
                    alignment == null ? null : alignment.overlap(),
                    alignment == null ? null : alignment.lar(),
                    larErrorEstimate,
                    alignment == null ? null : alignment.effectiveDimension(),
                    numericalRank,
                    nullSpaceEnergy,
                    weightSpread,
                    activationSpread,
                    stableRank,
                    job.orientation(),
                    job.orientationReason(),
                    status,
                    reason,
                    warnings,
                    seconds);
        }
    }
}
