package io.github.logalign;

import io.github.logalign.internal.Boundary;
import io.github.logalign.internal.check.Arguments;
import io.github.logalign.internal.blas.NativeBuffer;
import io.github.logalign.internal.events.Events;
import io.github.logalign.internal.events.FactorisationEvent;
import io.github.logalign.internal.engine.ErrorModel;
import io.github.logalign.internal.engine.Factorizer;
import io.github.logalign.internal.engine.FactorizedWeights;
import io.github.logalign.internal.engine.GroupMoments;
import io.github.logalign.internal.engine.KernelMemory;
import io.github.logalign.internal.engine.Directions;
import io.github.logalign.internal.engine.PackedDirections;
import io.github.logalign.internal.engine.WeightSource;
import io.github.logalign.internal.engine.WeightsIdentity;
import io.github.logalign.internal.simd.Simd;
import io.github.logalign.matrix.Computation.Kind;
import io.github.logalign.matrix.Computation;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.matrix.Matrix;
import io.github.logalign.matrix.Method;
import io.github.logalign.matrix.Precision;
import io.github.logalign.matrix.TokenGroups;
import io.github.logalign.matrix.TokenMask;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The weight spectrum p of an m x n matrix W, its singular values, and its right singular vectors, on which activations
 * are projected. {@code p_i = sigma_i^2 / sum_j sigma_j^2} for i = 1..r, r = min(m, n), sigma descending.
 *
 * <p>Nothing in the memory of W is kept. What projects (r n elements of float64, or of float32 in single precision: the right
 * singular vectors, or of a wide W by {@link Method#GRAM} a copy of W and m^2 elements more) lives in the caller's arena.
 *
 * <p>Accuracy: the absolute error of p is near the unit roundoff by either method. Small singular values have an absolute
 * error of about the unit roundoff times the largest one, by {@link Method#GRAM} of its square root times the largest.
 *
 * <p>Thread safety: immutable; any number of threads may project at once if the arena is one that all of them may read.
 * Works from virtual threads and from threads with a small stack.
 *
 * <p>Source: arXiv 2605.28975.
 *
 * <p>This file is long because of its documentation.
 */
public final class WeightSpectrum {

    private final int rows;
    private final int columns;
    private final SpectrumOptions options;
    private final FactorizedWeights factorized;
    private final double[] p;
    private final WeightsIdentity identity;
    private final boolean difference;

    private WeightSpectrum(Matrix w, SpectrumOptions options, FactorizedWeights factorized) {
        this.rows = Math.toIntExact(w.rows());
        this.columns = Math.toIntExact(w.columns());
        this.options = options;
        this.factorized = factorized;
        this.p = factorized.spectrum();
        this.identity = WeightsIdentity.of(w);
        this.difference = w.difference().isPresent();
    }

    /**
     * The spectrum of W by SVD in float64.
     *
     * @param w m x n, finite; read only during the call
     * @param arena where the right singular vectors live
     * @return the spectrum
     * @throws IllegalStateException as from {@link #of(Matrix, SpectrumOptions, Arena)}
     * @throws LogalignException as from {@link #of(Matrix, SpectrumOptions, Arena)}
     */
    public static WeightSpectrum of(Matrix w, Arena arena) {
        return of(w, SpectrumOptions.DEFAULT, arena);
    }

    /**
     * The spectrum of W.
     *
     * @param w m x n, finite; read only during the call
     * @param options method, precision, and whether vectors are wanted
     * @param arena where the right singular vectors live
     * @return the spectrum
     * @throws IllegalStateException if the arena or that of W is closed, or confined to another thread
     * @throws LogalignException if an element is NaN or infinite (the message has its index), if no LAPACK library is found
     *     or memory cannot be allocated, if LAPACK does not converge, or if W is too large to factorise
     */
    public static WeightSpectrum of(Matrix w, SpectrumOptions options, Arena arena) {
        Arguments.required(w, "w");
        Arguments.required(options, "options");
        Arguments.required(arena, "arena");
        return Boundary.call(() -> {
            KernelMemory.check(w);
            NativeBuffer.checkOpen(arena);
            Factorizer factorizer = new Factorizer(
                    ProcessBlas.INSTANCE, options.method(), options.vectors(), options.route(), options.products());
            WeightSource source = new WeightSource(w, options.precision(), options.threads());
            FactorisationEvent event = Events.areRecorded() ? FactorisationEvent.begun() : null;
            WeightSpectrum spectrum = new WeightSpectrum(w, options, factorizer.factorize(source, arena));
            if (event != null) {
                event.finish(w.rows(), w.columns(), spectrum.computation().toString(), options.threads(),
                        NativeBuffer.liveBytes());
            }
            return spectrum;
        });
    }

    /**
     * A spectrum that was computed before. W is not factorised, and read only as far as it takes to tell it from others.
     *
     * @param w m x n, that of which the parts were computed
     * @param parts from {@link #parts}; their vectors are read only during the call
     * @param options as they were then
     * @param arena where the right singular vectors live
     * @return a spectrum equal to that one; projections may differ by rounding if it was of a wide W by {@link Method#GRAM}
     * @throws IllegalArgumentException if the parts are of other sizes or of another precision
     * @throws IllegalStateException as from {@link #of(Matrix, SpectrumOptions, Arena)}
     * @throws LogalignException if memory cannot be allocated
     */
    public static WeightSpectrum restored(Matrix w, SpectrumParts parts, SpectrumOptions options, Arena arena) {
        Arguments.required(w, "w");
        Arguments.required(parts, "parts");
        Arguments.required(options, "options");
        Arguments.required(arena, "arena");
        Matrix vectors = parts.rightSingularVectors();
        if (parts.squares().length != Math.min(w.rows(), w.columns()) || vectors.columns() != w.columns()) {
            throw new IllegalArgumentException("the parts of a spectrum of " + vectors.rows() + " directions of "
                    + vectors.columns() + " coordinates are none of W of " + w.rows() + " x " + w.columns());
        }
        if (parts.computation().precision() != options.precision()) {
            throw new IllegalArgumentException("the parts of a spectrum in another precision than "
                    + options.precision());
        }
        return Boundary.call(() -> {
            KernelMemory.check(w);
            NativeBuffer.checkOpen(arena);
            Directions directions = options.vectors()
                    ? PackedDirections.of(vectors, options.precision(), arena)
                    : null;
            return new WeightSpectrum(w, options, new FactorizedWeights(parts.squares(), parts.exponent(),
                    parts.numericalRank(), parts.computation().steps().getFirst(), directions));
        });
    }

    /**
     * What this spectrum consists of, to be kept.
     *
     * @param arena where a copy of the right singular vectors is to live
     * @return the parts
     * @throws IllegalStateException as from {@link #rightSingularVectors}
     * @throws LogalignException if memory cannot be allocated
     */
    public SpectrumParts parts(Arena arena) {
        return new SpectrumParts(factorized.squares(), factorized.exponent(), numericalRank(), computation(),
                rightSingularVectors(arena));
    }

    /**
     * The number of rows of W.
     *
     * @return m
     */
    public int rows() {
        return rows;
    }

    /**
     * The input dimension of the layer.
     *
     * @return n
     */
    public int columns() {
        return columns;
    }

    /**
     * The weight spectrum.
     *
     * @return r values that sum to 1, descending, as a copy; all 0 if W is 0
     */
    public double[] p() {
        return p.clone();
    }

    /**
     * The singular values of W. Those beyond float64's range are infinite.
     *
     * @return r values, descending, as a copy
     */
    public double[] singularValues() {
        return factorized.singularValues();
    }

    /**
     * The number of singular values above max(m, n) eps sigma_1; from the Gram matrix above the square root of max(m, n)
     * eps, times sigma_1. eps is that of the precision.
     *
     * @return from 0 to r
     */
    public int numericalRank() {
        return factorized.numericalRank();
    }

    /**
     * The stable rank {@code sum sigma^2 / sigma_1^2}.
     *
     * @return at least 1, or 0 if W is 0
     */
    public double stableRank() {
        return factorized.stableRank();
    }

    /**
     * How far p spreads.
     *
     * @return the spread, empty if W is 0 or empty
     */
    public Optional<Spread> spread() {
        return numericalRank() == 0 ? Optional.empty() : Optional.of(Spread.of(p));
    }

    /**
     * The method that ran; never {@link Method#AUTO}.
     *
     * @return the method
     */
    public Method method() {
        return factorized.step().kind() == Kind.GRAM ? Method.GRAM : Method.SVD;
    }

    /**
     * What ran.
     *
     * @return one step, the factorisation; without routines if W is 0
     */
    public Computation computation() {
        return new Computation(options.precision(), List.of(factorized.step()));
    }

    /**
     * The precision of the factorisation and of projections.
     *
     * @return the precision
     */
    public Precision precision() {
        return options.precision();
    }

    /**
     * The right singular vectors, one a row, in the order of the singular values; their signs are arbitrary, and where
     * singular values coincide so is the basis.
     *
     * @param arena where they are to live
     * @return r x n, row-major, F64 or, in single precision, F32
     * @throws IllegalStateException if the vectors were not wanted, or an arena is closed or confined to another thread
     * @throws LogalignException if memory cannot be allocated
     */
    public Matrix rightSingularVectors(Arena arena) {
        Arguments.required(arena, "arena");
        return Boundary.call(() -> directions().unpacked(arena));
    }

    /**
     * Projects activations on the right singular vectors.
     *
     * @param x T x n, finite; read only during the call
     * @return the activation spectrum of all T tokens
     * @throws IllegalArgumentException as from {@link #project(Matrix, TokenMask)}
     * @throws IllegalStateException as from {@link #project(Matrix, TokenMask)}
     * @throws LogalignException as from {@link #project(Matrix, TokenMask)}
     */
    public ActivationSpectrum project(Matrix x) {
        return project(x, null);
    }

    /**
     * Projects the activations of the tokens that count.
     *
     * @param x T x n, finite in the rows that count; the others are not read
     * @param mask T values, or null if every token counts
     * @return the activation spectrum
     * @throws IllegalArgumentException if x has not n columns, or the mask not T values
     * @throws IllegalStateException if the vectors were not wanted, or their arena or that of x is closed or confined to
     *     another thread
     * @throws LogalignException if an element is NaN or infinite (the message has its index)
     */
    public ActivationSpectrum project(Matrix x, @Nullable TokenMask mask) {
        return project(x, mask, null);
    }

    /**
     * Projects the activations of the tokens that count, of which groups belong together.
     *
     * @param x T x n, finite in the rows that count; the others are not read
     * @param mask T values, or null if every token counts
     * @param groups of T tokens, or null if they are not known; then there is no {@link #uncertainty}
     * @return the activation spectrum
     * @throws IllegalArgumentException if x has not n columns, or the mask or the groups not T tokens
     * @throws IllegalStateException as from {@link #project(Matrix, TokenMask)}
     * @throws LogalignException as from {@link #project(Matrix, TokenMask)}
     */
    public ActivationSpectrum project(Matrix x, @Nullable TokenMask mask, @Nullable TokenGroups groups) {
        ActivationSums sums = accumulator();
        sums.add(x, mask, groups);
        return sums.spectrum();
    }

    /**
     * An empty accumulator for activations that arrive in batches.
     *
     * @return the accumulator
     * @throws IllegalStateException if the vectors were not wanted
     */
    public ActivationSums accumulator() {
        directions();
        return new ActivationSums(this);
    }

    /**
     * The alignment of W with activations.
     *
     * @param q their spectrum, projected on these vectors
     * @return the alignment, or why it is undefined
     * @throws IllegalArgumentException if q was projected on the vectors of another W
     */
    public Alignment alignment(ActivationSpectrum q) {
        identity.requireSame(Arguments.required(q, "q").weights(), "the projected activations");
        UndefinedReason reason = UndefinedReason.of(rows, columns, p.length > 0 && numericalRank() == 0, q.tokens(),
                q.isZero());
        if (reason != null) {
            return new Alignment.Undefined(difference ? reason.ofDifference() : reason);
        }
        double overlap = Boundary.call(() -> Simd.kernels().dot(p, q.values()));
        return Alignment.Defined.of(columns, overlap,
                ErrorModel.ofSpectra(precision().unitRoundoff(), method() == Method.GRAM));
    }

    /**
     * The share of the activations' energy in the null space of W: {@code 1 - sum q_i} over the numerical rank.
     *
     * @param q the spectrum of the activations, projected on these vectors
     * @return from 0 to 1, empty if there are no activations or all are 0
     * @throws IllegalArgumentException if q was projected on the vectors of another W
     */
    public Optional<Double> nullSpaceEnergy(ActivationSpectrum q) {
        identity.requireSame(Arguments.required(q, "q").weights(), "the projected activations");
        if (q.isZero()) {
            return Optional.empty();
        }
        double inside = 0;
        for (int i = 0; i < numericalRank(); i++) {
            inside += q.values()[i];
        }
        return Optional.of(Math.clamp(1 - inside, 0.0, 1.0));
    }

    /**
     * How sure that alignment and that share are.
     *
     * @param q the spectrum of the activations, projected on these vectors
     * @return empty if the alignment is undefined, or if some tokens were in no group
     * @throws IllegalArgumentException if q was projected on the vectors of another W
     */
    public Optional<Uncertainty> uncertainty(ActivationSpectrum q) {
        GroupMoments groups = Arguments.required(q, "q").groups();
        return alignment(q) instanceof Alignment.Defined alignment && groups != null
                ? Optional.of(Uncertainty.of(alignment, groups, nullSpaceEnergy(q).orElse(null)))
                : Optional.empty();
    }

    double[] spectrumValues() {
        return p;
    }

    SpectrumOptions options() {
        return options;
    }

    WeightsIdentity identity() {
        return identity;
    }

    /** Upon which activations are projected. */
    Directions directions() {
        Directions directions = factorized.directions();
        if (directions == null) {
            throw new IllegalStateException("this spectrum was computed without vectors: ask for them in its options");
        }
        if (!directions.memory().scope().isAlive()) {
            throw new IllegalStateException("the arena of the right singular vectors is closed");
        }
        return directions;
    }
}
