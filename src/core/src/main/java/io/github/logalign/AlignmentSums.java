package io.github.logalign;

import io.github.logalign.internal.Boundary;
import io.github.logalign.internal.check.Arguments;
import io.github.logalign.internal.blas.NativeBuffer;
import io.github.logalign.internal.engine.BlockReader;
import io.github.logalign.internal.engine.ErrorModel;
import io.github.logalign.internal.engine.GramAccumulator;
import io.github.logalign.internal.engine.KernelMemory;
import io.github.logalign.internal.engine.Planner;
import io.github.logalign.internal.engine.Projector;
import io.github.logalign.internal.engine.RowRanges;
import io.github.logalign.internal.engine.ScaledSum;
import io.github.logalign.internal.engine.SquaredNorm;
import io.github.logalign.internal.engine.TokenBlocks;
import io.github.logalign.internal.engine.WeightSource;
import io.github.logalign.internal.engine.WorkingTypes;
import io.github.logalign.internal.simd.Element;
import io.github.logalign.internal.simd.Panels;
import io.github.logalign.internal.simd.Simd;
import io.github.logalign.matrix.Computation.Kind;
import io.github.logalign.matrix.Computation.Step;
import io.github.logalign.matrix.Computation;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.matrix.Matrix;
import io.github.logalign.matrix.NormRoute;
import io.github.logalign.matrix.Precision;
import io.github.logalign.matrix.Products;
import io.github.logalign.matrix.Routine;
import io.github.logalign.matrix.TokenMask;
import java.io.Serial;
import java.io.Serializable;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * LAR without a factorisation: {@code overlap = ||X W^T||_F^2 / (||W||_F^2 ||X||_F^2)}, summed over batches of tokens. It
 * equals the overlap of the two spectra, but gives neither of them.
 *
 * <p>A batch costs 2 T m n operations from W and X, or one pass over X and Z where Z = X W^T is there already. W is read
 * in blocks at every {@link #add(Matrix, TokenMask)}, so batches should be large; it must stay readable and unchanged as
 * long as such calls are made.
 *
 * <p>Serializable. What was deserialised can be merged, read, and added to with Z.
 *
 * <p>Thread safety: none; use one for each thread and merge them.
 *
 * <p>Source: arXiv 2605.28975.
 */
public final class AlignmentSums implements Serializable {

    @Serial
    private static final long serialVersionUID = 1L;

    /** Directions are packed this many bytes at a time, so that converting the tokens again for each pack costs little. */
    private static final long PACK_BYTES = 16L << 20;

    /** Rows of W that are worth a thread. */
    private static final int MIN_ROWS = 512;

    /** An error in LAR that the inner product may have before the outputs are taken instead. */
    private static final double INNER_TOLERANCE = 1e-9;

    private static final double INNER_TOLERANCE_SINGLE = 1e-6;

    private final transient @Nullable Matrix w;

    /** The number of rows m of W. */
    private final long rows;

    /** The input dimension n. */
    private final int columns;

    /** The precision of products. */
    private final Precision precision;

    /** How many threads may work on a batch. */
    private final int threads;

    /** Which way. */
    private final NormRoute route;

    /** By what products are taken. */
    private final Products products;

    /** W^T W, once it was needed. */
    private transient @Nullable GramAccumulator weightGram;

    /** What ran. */
    private final HashSet<Step> steps = new HashSet<>();

    /** Whether any batch was added by the inner product of Gram matrices. */
    private boolean inner;

    /** What W is multiplied by, as an exponent of 2. */
    private final int weightExponent;

    /** Sum of squares of W. */
    private final ScaledSum weightEnergy = new ScaledSum();

    /** Sum of squares of X. */
    private final ScaledSum inputEnergy = new ScaledSum();

    /** Sum of squares of X W^T. */
    private final ScaledSum outputEnergy = new ScaledSum();

    /** How many tokens counted. */
    private long tokens;

    /** How many tokens a mask left out. */
    private long maskedTokens;

    private AlignmentSums(Matrix w, AlignmentOptions options) {
        this.w = w;
        this.rows = w.rows();
        this.columns = Math.toIntExact(w.columns());
        this.precision = options.precision();
        this.threads = options.threads();
        this.route = options.route();
        this.products = options.products();
        // In float64 products of narrower numbers need no scaling.
        SquaredNorm energy = SquaredNorm.of(w, null, precision, "weights", precision == Precision.SINGLE, threads);
        weightEnergy.add(energy.sum());
        this.weightExponent = energy.exponent();
    }

    /** For sums over some tokens only. */
    private AlignmentSums(AlignmentSums like) {
        this.w = like.w;
        this.rows = like.rows;
        this.columns = like.columns;
        this.precision = like.precision;
        this.threads = like.threads;
        this.route = like.route;
        this.products = like.products;
        this.weightGram = like.weightGram;
        this.weightExponent = like.weightExponent;
        this.weightEnergy.add(like.weightEnergy);
    }

    /**
     * Empty sums for a layer, in float64.
     *
     * @param w m x n, finite; kept, and read by {@link #add(Matrix, TokenMask)}
     * @return the sums
     * @throws IllegalStateException if the arena of W is closed or confined to another thread
     * @throws LogalignException if an element is not finite, with its index, or memory is not to be had
     */
    public static AlignmentSums of(Matrix w) {
        return of(w, AlignmentOptions.DEFAULT);
    }

    /**
     * Empty sums for a layer.
     *
     * @param w m x n, finite; kept, and read by {@link #add(Matrix, TokenMask)}
     * @param options precision, threads, and which way
     * @return the sums
     * @throws IllegalStateException if the arena of W is closed or confined to another thread
     * @throws LogalignException if an element is not finite, with its index, or memory is not to be had
     */
    public static AlignmentSums of(Matrix w, AlignmentOptions options) {
        Arguments.required(w, "w");
        Arguments.required(options, "options");
        if (w.columns() > Integer.MAX_VALUE) {
            throw new LogalignException("the weights have " + w.columns() + " columns: more than 2,147,483,647");
        }
        return Boundary.call(() -> new AlignmentSums(w, options));
    }

    /**
     * Adds a batch from W and X in which every token counts.
     *
     * @param x T x n, finite; read only during the call
     * @throws IllegalArgumentException if x has not n columns
     * @throws IllegalStateException if these sums were deserialised, or the arena of W or of x is closed or confined to
     *     another thread
     * @throws LogalignException if an element is not finite, with its index, or memory, threads or the BLAS are not to be
     *     had; the sums are as they were
     */
    public void add(Matrix x) {
        add(x, (TokenMask) null);
    }

    /**
     * Adds a batch from W and X.
     *
     * @param x T x n, finite in the rows that count; read only during the call
     * @param mask T values, or null if every token counts
     * @throws IllegalArgumentException if x has not n columns, or the mask not T values
     * @throws IllegalStateException if these sums were deserialised, or the arena of W or of x is closed or confined to
     *     another thread
     * @throws LogalignException if an element is not finite, with its index, or memory, threads or the BLAS are not to be
     *     had; the sums are as they were
     */
    public void add(Matrix x, @Nullable TokenMask mask) {
        Arguments.required(x, "x");
        Matrix weights = w;
        if (weights == null) {
            throw new IllegalStateException("sums that were deserialised have no W: merge them, or add with Z");
        }
        checkColumns("activations", x.columns(), columns);
        Boundary.run(() -> addBatch(weights, x, mask));
    }

    private void addBatch(Matrix weights, Matrix x, @Nullable TokenMask mask) {
        KernelMemory.check(weights.segment());
        KernelMemory.check(x.segment());
        AlignmentSums batch = new AlignmentSums(this);
        batch.addInputs(x, mask);
        if (columns > 0 && !weightEnergy.isZero() && !batch.inputEnergy.isZero()) {
            NormRoute chosen = Planner.normForm(rows, columns, batch.tokens, route, weightGram != null);
            if (chosen == NormRoute.OUTPUTS || !batch.addInner(weights, x, mask)) {
                batch.addOutputs(weights, x, mask);
            }
            weightGram = batch.weightGram;
        }
        merge(batch);
    }

    /**
     * Adds a batch where the layer's outputs are there already.
     *
     * @param x T x n, finite in the rows that count; read only during the call
     * @param z T x m, the outputs X W^T without a bias, finite in the rows that count; read only during the call
     * @param mask T values for X and Z alike, or null if every token counts
     * @throws IllegalArgumentException if the sizes do not fit
     * @throws IllegalStateException if an arena is closed or confined to another thread
     * @throws LogalignException if an element is not finite, with its index, or memory, threads or the BLAS are not to be
     *     had; the sums are as they were
     */
    public void add(Matrix x, Matrix z, @Nullable TokenMask mask) {
        Arguments.required(x, "x");
        Arguments.required(z, "z");
        checkColumns("activations", x.columns(), columns);
        checkColumns("outputs", z.columns(), rows);
        if (z.columns() > Integer.MAX_VALUE) {
            throw new LogalignException("the outputs have " + z.columns() + " columns: more than 2,147,483,647");
        }
        if (z.rows() != x.rows()) {
            throw new IllegalArgumentException(
                    "the outputs have " + z.rows() + " tokens, the activations " + x.rows());
        }
        Boundary.run(() -> addWithOutputs(x, z, mask));
    }

    private void addWithOutputs(Matrix x, Matrix z, @Nullable TokenMask mask) {
        KernelMemory.check(x.segment());
        KernelMemory.check(z.segment());
        AlignmentSums batch = new AlignmentSums(this);
        batch.addInputs(x, mask);
        batch.outputEnergy.add(SquaredNorm.of(z, mask, precision, "outputs", false, threads).sum());
        batch.steps.add(new Step(Kind.GIVEN_OUTPUTS, Set.of(), List.of()));
        merge(batch);
    }

    private static void checkColumns(String contents, long found, long wanted) {
        if (found != wanted) {
            throw new IllegalArgumentException("the " + contents + " have " + found + " columns, not " + wanted);
        }
    }

    private void addInputs(Matrix x, @Nullable TokenMask mask) {
        SquaredNorm energy = SquaredNorm.of(x, mask, precision, "activations", false, threads);
        inputEnergy.add(energy.sum());
        tokens = energy.counted();
        maskedTokens = x.rows() - tokens;
    }

    private void addOutputs(Matrix weights, Matrix x, @Nullable TokenMask mask) {
        int parts = RowRanges.count(threads, rows, MIN_ROWS, weights.segment(), x.segment());
        RowRanges.run(parts, part -> outputs(
                weights, x, mask, RowRanges.start(part, parts, rows), RowRanges.start(part + 1, parts, rows)))
                .forEach(outputs -> {
                    outputEnergy.add(outputs.energy());
                    outputs.routines().forEach(
                            routine -> steps.add(new Step(Kind.OUTPUTS, Set.of(routine), List.of())));
                });
    }

    /**
     * Adds the inner product of the Gram matrices of W and of a batch, unless the numbers have to be scaled, or its error
     * would show in LAR.
     *
     * @return whether that was done
     */
    private boolean addInner(Matrix weights, Matrix x, @Nullable TokenMask mask) {
        if (weightExponent != 0) {
            return false;
        }
        GramAccumulator ofWeights = weightGram == null
                ? GramAccumulator.of(new WeightSource(weights, precision, threads), products, Arena.ofAuto())
                : weightGram;
        weightGram = ofWeights;
        int parts = RowRanges.count(threads, x.rows(), Math.max(2L * columns, MIN_ROWS), x.segment());
        AtomicBoolean scaled = new AtomicBoolean();
        try (GramAccumulator ofInputs = GramAccumulator.of(parts,
                () -> new GramAccumulator(precision, products, columns), (sums, part) -> {
                    long first = RowRanges.start(part, parts, x.rows());
                    long last = RowRanges.start(part + 1, parts, x.rows());
                    try (TokenBlocks blocks = new TokenBlocks(x, mask, precision, "activations", first, last)) {
                        blocks.copy();
                        while (!scaled.get() && blocks.advance()) {
                            if (blocks.exponent() != 0) {
                                scaled.set(true);
                            } else {
                                MemorySegment block = blocks.segment();
                                sums.add((row, count, target) -> MemorySegment.copy(
                                        block, row * blocks.stride(), target, 0, count * blocks.stride()), 0,
                                        blocks.tokens());
                            }
                        }
                    }
                })) {
            double product = ofWeights.inner(ofInputs);
            ScaledSum energy = new ScaledSum();
            energy.add(Math.max(0, product), 0);
            double overlap = energy.isZero() ? 0 : energy.over(weightEnergy, inputEnergy);
            double error = new ErrorModel(precision.unitRoundoff(), true).larError(columns, overlap);
            double tolerance = precision == Precision.DOUBLE ? INNER_TOLERANCE : INNER_TOLERANCE_SINGLE;
            if (scaled.get() || (route == NormRoute.AUTO && error > tolerance)) {
                return false;
            }
            outputEnergy.add(energy);
            inner = true;
            steps.add(new Step(Kind.INNER, ofInputs.routines(), List.of()));
            return true;
        }
    }

    /** The energy of the outputs of some rows of W, and what took them. */
    private record Outputs(ScaledSum energy, Set<Routine> routines) {}

    private Outputs outputs(Matrix weights, Matrix x, @Nullable TokenMask mask, long first, long last) {
        Element working = WorkingTypes.element(precision);
        int width = Simd.kernels().panelWidth(working);
        long rowBytes = (long) columns * working.bytes();
        int packRows = (int) Math.min(last - first, Math.max(width, PACK_BYTES / rowBytes / width * width));
        int packPanels = Panels.count(packRows, width);
        ScaledSum energy = new ScaledSum();
        Set<Routine> routines = EnumSet.noneOf(Routine.class);
        try (BlockReader reader = new BlockReader(weights, "weights");
                NativeBuffer plain = NativeBuffer.allocate(packRows * rowBytes);
                NativeBuffer panels = NativeBuffer.allocate(Panels.byteSize(packPanels, width, columns, working));
                NativeBuffer sums = NativeBuffer.allocate((long) packPanels * width * Double.BYTES)) {
            for (long row = first; row < last; row += packRows) {
                int count = (int) Math.min(packRows, last - row);
                reader.read(row, count, false, working, weightExponent, plain.segment(), 0);
                Panels.pack(working, plain.segment(), 0, columns, 1, count, columns, width, panels.segment());
                try (TokenBlocks blocks = new TokenBlocks(x, mask, precision, "activations");
                        Projector projector = new Projector(
                                precision, products, panels.segment(), count, columns, x.rows())) {
                    projector.prepare(blocks);
                    while (blocks.advance()) {
                        sums.segment().fill((byte) 0);
                        projector.add(
                                blocks.segment(), blocks.offset(), blocks.stride(), blocks.tokens(), sums.segment());
                        double total = 0;
                        for (int i = 0; i < count; i++) {
                            total += sums.segment().getAtIndex(ValueLayout.JAVA_DOUBLE, i);
                        }
                        energy.add(total, blocks.exponent() + weightExponent);
                    }
                    routines.addAll(projector.routines());
                }
            }
        }
        return new Outputs(energy, routines);
    }

    /** Forgets all tokens, to be used again for others. */
    public void reset() {
        inputEnergy.reset();
        outputEnergy.reset();
        steps.clear();
        inner = false;
        tokens = 0;
        maskedTokens = 0;
    }

    /**
     * Adds what another one has summed up for the same layer.
     *
     * @param other sums with the same W; unchanged
     * @throws IllegalArgumentException if they are of another W
     */
    public void merge(AlignmentSums other) {
        Arguments.required(other, "other");
        if (other.rows != rows || other.columns != columns || !other.weightEnergy.sameAs(weightEnergy)) {
            throw new IllegalArgumentException("sums of different weights do not merge");
        }
        steps.addAll(other.steps);
        inner |= other.inner;
        inputEnergy.add(other.inputEnergy);
        outputEnergy.add(other.outputEnergy);
        tokens += other.tokens;
        maskedTokens += other.maskedTokens;
    }

    /**
     * What ran so far.
     *
     * @return the outputs or the inner product of Gram matrices, and by what; no steps if nothing ran
     */
    public Computation computation() {
        return new Computation(precision, List.copyOf(steps));
    }

    /**
     * The number of tokens that counted.
     *
     * @return how many rows were read
     */
    public long tokens() {
        return tokens;
    }

    /**
     * The number of tokens that a mask left out.
     *
     * @return how many rows were not read
     */
    public long maskedTokens() {
        return maskedTokens;
    }

    /**
     * The alignment of all tokens so far.
     *
     * @return the alignment, or why it is undefined
     */
    public Alignment alignment() {
        UndefinedReason reason = UndefinedReason.of(rows, columns, weightEnergy.isZero(), tokens, inputEnergy.isZero());
        if (reason != null) {
            return new Alignment.Undefined(reason);
        }
        double overlap = outputEnergy.isZero() ? 0 : outputEnergy.over(weightEnergy, inputEnergy);
        return Alignment.Defined.of(columns, overlap, new ErrorModel(precision.unitRoundoff(), inner));
    }
}
