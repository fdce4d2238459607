package io.github.logalign;

import io.github.logalign.internal.Boundary;
import io.github.logalign.internal.check.Arguments;
import io.github.logalign.internal.blas.Blas;
import io.github.logalign.internal.blas.NativeBuffer;
import io.github.logalign.internal.engine.ErrorModel;
import io.github.logalign.internal.engine.Factors;
import io.github.logalign.internal.engine.GramFactorization;
import io.github.logalign.internal.engine.KernelMemory;
import io.github.logalign.internal.engine.SvdFactorization;
import io.github.logalign.internal.engine.WeightSource;
import io.github.logalign.internal.engine.WorkingTypes;
import io.github.logalign.internal.simd.Element;
import io.github.logalign.internal.simd.Kernels;
import io.github.logalign.internal.simd.Panels;
import io.github.logalign.internal.simd.Simd;
import io.github.logalign.matrix.Computation.Kind;
import io.github.logalign.matrix.Computation.Step;
import io.github.logalign.matrix.Computation;
import io.github.logalign.matrix.ElementType;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.matrix.Matrix.Orientation;
import io.github.logalign.matrix.Matrix;
import io.github.logalign.matrix.Method;
import io.github.logalign.matrix.Precision;
import io.github.logalign.matrix.Products;
import io.github.logalign.matrix.TokenMask;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The weight spectrum p of an m x n matrix W, its singular values, and its right singular vectors, upon which activations
 * are projected. {@code p_i = sigma_i^2 / sum_j sigma_j^2} for i = 1..r, r = min(m, n), sigma descending.
 *
 * <p>Nothing of W is kept. The right singular vectors (r n elements of float64, or of float32 in single precision) live in
 * the caller's arena.
 *
 * <p>Accuracy: the absolute error of p is near the unit roundoff by either method. Small singular values have an absolute
 * error of about the unit roundoff times the largest one, by {@link Method#GRAM} of its square root times the largest.
 *
 * <p>Thread safety: immutable; any number of threads may project at once if the arena is one that all of them may read.
 * Works from virtual threads and from threads with a small stack.
 *
 * <p>Source: arXiv 2605.28975.
 */
public final class WeightSpectrum {

    private final int rows;
    private final int columns;
    private final double[] p;
    private final double[] singularValues;
    private final int numericalRank;
    private final double stableRank;
    private final Computation computation;
    private final @Nullable MemorySegment panels;
    private final int panelWidth;
    private final int threads;
    private final Products products;

    private WeightSpectrum(
            WeightSource w, Factors factors, Products products, @Nullable MemorySegment panels, int panelWidth) {
        this.rows = w.rows();
        this.columns = w.columns();
        this.computation = new Computation(w.precision(), List.of(factors.step()));
        this.panels = panels;
        this.panelWidth = panelWidth;
        this.threads = w.threads();
        this.products = products;
        double[] squares = factors.squares();
        double sum = 0;
        for (double square : squares) {
            sum += square;
        }
        this.p = new double[squares.length];
        this.singularValues = new double[squares.length];
        for (int i = 0; i < squares.length && sum > 0; i++) {
            p[i] = squares[i] / sum;
            singularValues[i] = Math.scalb(Math.sqrt(squares[i]), -w.exponent());
        }
        this.numericalRank = countAbove(squares, rankTolerance());
        this.stableRank = sum == 0 ? 0 : sum / squares[0];
    }

    /**
     * The spectrum of W by SVD in float64.
     *
     * @param w m x n, finite; read only during the call
     * @param arena where the right singular vectors live
     * @return the spectrum
     * @throws IllegalStateException if the arena or that of W is closed, or confined to another thread
     * @throws LogalignException if an element is not finite (with its index), if LAPACK or the memory is not to be had,
     *     if LAPACK does not converge, or if W is too large to factorise
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
     * @throws LogalignException if an element is not finite (with its index), if LAPACK or the memory is not to be had,
     *     if LAPACK does not converge, or if W is too large to factorise
     */
    public static WeightSpectrum of(Matrix w, SpectrumOptions options, Arena arena) {
        Arguments.required(w, "w");
        Arguments.required(options, "options");
        Arguments.required(arena, "arena");
        return Boundary.call(() -> compute(w, options, arena));
    }

    private static WeightSpectrum compute(Matrix w, SpectrumOptions options, Arena arena) {
        KernelMemory.check(w.segment());
        NativeBuffer.checkOpen(arena);
        WeightSource source = new WeightSource(w, options.precision(), options.threads());
        if (source.isEmpty()) {
            return ofZero(source, options, arena);
        }
        WeightSpectrum found = of(source, options.method() == Method.SVD ? Method.SVD : Method.GRAM, options, arena);
        boolean lost = options.method() == Method.AUTO && found.numericalRank < found.p.length;
        return lost && !found.isZero() ? of(source, Method.SVD, options, arena) : found;
    }

    private static WeightSpectrum of(WeightSource source, Method method, SpectrumOptions options, Arena arena) {
        try {
            Factors factors = factorise(source, method, options);
            if (source.fits()) {
                return of(source, factors, options, arena);
            }
            factors.close();
        } catch (WeightSource.TooLarge unscaled) {
            // Known by its type alone: what follows is the remedy.
        }
        WeightSource scaled = source.rescaled();
        return of(scaled, factorise(scaled, method, options), options, arena);
    }

    private static Factors factorise(WeightSource source, Method method, SpectrumOptions options) {
        Blas blas = Blas.get();
        return method == Method.GRAM
                ? GramFactorization.run(source, blas, options.vectors(), options.products())
                : SvdFactorization.run(source, blas, options.vectors(), options.route());
    }

    /** Takes the vectors over, in the layout that the kernels read. */
    private static WeightSpectrum of(WeightSource source, Factors factors, SpectrumOptions options, Arena arena) {
        if (factors.squares()[0] == 0) {
            factors.close();
            return ofZero(source, options, arena);
        }
        Kernels kernels = Simd.kernels();
        Element working = source.element();
        int width = kernels.panelWidth(working);
        Factors.Vectors vectors = factors.vectors();
        if (vectors == null) {
            return new WeightSpectrum(source, factors, options.products(), null, width);
        }
        int n = source.columns();
        int directions = factors.squares().length;
        try (vectors) {
            MemorySegment panels = NativeBuffer.allocate(
                    Panels.byteSize(Panels.count(directions, width), width, n, working),
                    arena);
            Panels.pack(
                    working, vectors.memory().segment(), vectors.start(), vectors.directionStride(),
                    vectors.coordinateStride(), directions, n, width, panels);
            return new WeightSpectrum(source, factors, options.products(), panels, width);
        }
    }

    /** All directions are as good as any other: the unit vectors. */
    private static WeightSpectrum ofZero(WeightSource source, SpectrumOptions options, Arena arena) {
        Element working = source.element();
        int width = Simd.kernels().panelWidth(working);
        int n = source.columns();
        int directions = Math.min(source.rows(), n);
        Kind kind = options.method() == Method.SVD ? Kind.SVD_DIRECT : Kind.GRAM;
        Factors factors = new Factors(new double[directions], new Step(kind, Set.of(), List.of()), null);
        if (!options.vectors()) {
            return new WeightSpectrum(source, factors, options.products(), null, width);
        }
        MemorySegment panels = NativeBuffer.allocate(
                Panels.byteSize(Panels.count(directions, width), width, n, working),
                arena);
        panels.fill((byte) 0);
        for (int direction = 0; direction < directions; direction++) {
            long index = Panels.index(direction, direction, width, n);
            if (working == Element.F64) {
                panels.setAtIndex(ValueLayout.JAVA_DOUBLE, index, 1);
            } else {
                panels.setAtIndex(ValueLayout.JAVA_FLOAT, index, 1);
            }
        }
        return new WeightSpectrum(source, factors, options.products(), panels, width);
    }

    /** The square of the ratio sigma_i / sigma_1 below which a singular value counts as 0. */
    private double rankTolerance() {
        double tolerance = Math.max(rows, columns) * 2 * precision().unitRoundoff();
        // From the Gram matrix the tolerance is the square root, and here it is squared.
        return method() == Method.GRAM ? tolerance : tolerance * tolerance;
    }

    private boolean isZero() {
        return stableRank == 0;
    }

    private static int countAbove(double[] squares, double tolerance) {
        int count = 0;
        while (count < squares.length && squares[count] > tolerance * squares[0]) {
            count++;
        }
        return count;
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
        return singularValues.clone();
    }

    /**
     * The number of singular values above max(m, n) eps sigma_1; from the Gram matrix above the square root of max(m, n)
     * eps, times sigma_1. eps is that of the precision.
     *
     * @return from 0 to r
     */
    public int numericalRank() {
        return numericalRank;
    }

    /**
     * The stable rank {@code sum sigma^2 / sigma_1^2}.
     *
     * @return at least 1, or 0 if W is 0
     */
    public double stableRank() {
        return stableRank;
    }

    /**
     * How far p spreads.
     *
     * @return the spread, empty if W is 0 or empty
     */
    public Optional<Spread> spread() {
        return numericalRank == 0 ? Optional.empty() : Optional.of(Spread.of(p));
    }

    /**
     * The method that ran; never {@link Method#AUTO}.
     *
     * @return the method
     */
    public Method method() {
        return computation.steps().getFirst().kind() == Kind.GRAM ? Method.GRAM : Method.SVD;
    }

    /**
     * What ran.
     *
     * @return one step, the factorisation; without routines if W is 0
     */
    public Computation computation() {
        return computation;
    }

    /**
     * The precision of the factorisation and of projections.
     *
     * @return the precision
     */
    public Precision precision() {
        return computation.precision();
    }

    /**
     * The right singular vectors, one a row, in the order of the singular values; their signs are arbitrary, and where
     * singular values coincide so is the basis.
     *
     * @param arena where they are to live
     * @return r x n, row-major, F64 or, in single precision, F32
     * @throws IllegalStateException if the vectors were not wanted, or an arena is closed or confined to another thread
     * @throws LogalignException if the memory is not to be had
     */
    public Matrix rightSingularVectors(Arena arena) {
        Arguments.required(arena, "arena");
        return Boundary.call(() -> copyVectors(arena));
    }

    private Matrix copyVectors(Arena arena) {
        MemorySegment packed = panels();
        Element working = WorkingTypes.element(precision());
        int directions = p.length;
        MemorySegment target = arena.allocate((long) directions * columns * working.bytes(), working.bytes());
        for (int direction = 0; direction < directions; direction++) {
            for (int coordinate = 0; coordinate < columns; coordinate++) {
                long from = Panels.index(direction, coordinate, panelWidth, columns);
                long to = (long) direction * columns + coordinate;
                if (working == Element.F64) {
                    target.setAtIndex(ValueLayout.JAVA_DOUBLE, to, packed.getAtIndex(ValueLayout.JAVA_DOUBLE, from));
                } else {
                    target.setAtIndex(ValueLayout.JAVA_FLOAT, to, packed.getAtIndex(ValueLayout.JAVA_FLOAT, from));
                }
            }
        }
        ElementType type = working == Element.F64 ? ElementType.F64 : ElementType.F32;
        return new Matrix(
                target, type, directions, columns, columns, Orientation.ROW_MAJOR, ByteOrder.nativeOrder());
    }

    /**
     * Projects activations on the right singular vectors.
     *
     * @param x T x n, finite; read only during the call
     * @return the activation spectrum of all T tokens
     * @throws IllegalArgumentException if x has not n columns
     * @throws IllegalStateException if the vectors were not wanted, or their arena or that of x is closed or confined to
     *     another thread
     * @throws LogalignException if an element is not finite, with its index
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
     * @throws LogalignException if an element is not finite, with its index
     */
    public ActivationSpectrum project(Matrix x, @Nullable TokenMask mask) {
        ActivationSums sums = accumulator();
        sums.add(x, mask);
        return sums.spectrum();
    }

    /**
     * An empty accumulator for activations that arrive in batches.
     *
     * @return the accumulator
     * @throws IllegalStateException if the vectors were not wanted
     */
    public ActivationSums accumulator() {
        panels();
        return new ActivationSums(this);
    }

    /**
     * The alignment of W with activations.
     *
     * @param q their spectrum, projected on these vectors
     * @return the alignment, or why it is undefined
     * @throws IllegalArgumentException if q has not r entries
     */
    public Alignment alignment(ActivationSpectrum q) {
        checkSize(Arguments.required(q, "q"));
        return Boundary.call(() -> align(q));
    }

    private Alignment align(ActivationSpectrum q) {
        UndefinedReason reason = UndefinedReason.of(rows, columns, p.length > 0 && numericalRank == 0, q.tokens(),
                q.isZero());
        if (reason != null) {
            return new Alignment.Undefined(reason);
        }
        double overlap = Simd.kernels().dot(p, q.values());
        return Alignment.Defined.of(columns, overlap,
                new ErrorModel(precision().unitRoundoff(), method() == Method.GRAM));
    }

    /**
     * The share of the activations' energy in the null space of W: {@code 1 - sum q_i} over the numerical rank.
     *
     * @param q the spectrum of the activations, projected on these vectors
     * @return from 0 to 1, empty if there are no activations or all are 0
     * @throws IllegalArgumentException if q has not r entries
     */
    public Optional<Double> nullSpaceEnergy(ActivationSpectrum q) {
        checkSize(Arguments.required(q, "q"));
        if (q.isZero()) {
            return Optional.empty();
        }
        double inside = 0;
        for (int i = 0; i < numericalRank; i++) {
            inside += q.values()[i];
        }
        return Optional.of(Math.clamp(1 - inside, 0.0, 1.0));
    }

    /** By what projections are taken. */
    Products products() {
        return products;
    }

    /** How many threads may work on projections. */
    int threads() {
        return threads;
    }

    private void checkSize(ActivationSpectrum q) {
        if (q.size() != p.length) {
            throw new IllegalArgumentException(
                    "the activation spectrum has " + q.size() + " entries, the weight spectrum " + p.length);
        }
    }

    MemorySegment panels() {
        if (panels == null) {
            throw new IllegalStateException("this spectrum was computed without vectors: ask for them in its options");
        }
        if (!panels.scope().isAlive()) {
            throw new IllegalStateException("the arena of the right singular vectors is closed");
        }
        return panels;
    }

    int panelWidth() {
        return panelWidth;
    }

    int size() {
        return p.length;
    }
}
