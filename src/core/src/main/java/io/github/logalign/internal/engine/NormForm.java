package io.github.logalign.internal.engine;

import io.github.logalign.internal.blas.NativeBuffer;
import io.github.logalign.internal.simd.Element;
import io.github.logalign.internal.simd.Panels;
import io.github.logalign.matrix.Computation.Kind;
import io.github.logalign.matrix.Computation.Step;
import io.github.logalign.matrix.Matrix;
import io.github.logalign.matrix.NormRoute;
import io.github.logalign.matrix.Precision;
import io.github.logalign.matrix.Products;
import io.github.logalign.matrix.Routine;
import io.github.logalign.matrix.TokenMask;
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
 * {@code ||X W^T||_F^2} of batches X for one W: from the outputs, or from the inner product of the Gram matrices of W and
 * X.
 *
 * <p>For one thread at a time.
 */
public final class NormForm {

    /** Rows of W are packed this many bytes at a time, so that converting the tokens again for each pack costs little. */
    private static final long PACK_BYTES = 16L << 20;

    /** Rows that are worth a thread. */
    private static final int MIN_ROWS = 512;

    /** An error in LAR that the inner product may have before the outputs are taken instead. */
    private static final double INNER_TOLERANCE = 1e-9;

    private static final double INNER_TOLERANCE_SINGLE = 2e-6;

    private final BlasSource blasSource;
    private final Matrix w;
    private final int columns;
    private final Precision precision;
    private final int threads;
    private final NormRoute route;
    private final Products products;

    /** ||W||_F^2, and what W is multiplied by. */
    private final SquaredNorm weights;

    /** W^T W, once it was needed. */
    private @Nullable GramAccumulator weightGram;

    /**
     * Reads W once.
     *
     * @param w kept, and read again for each batch
     */
    public NormForm(
            BlasSource blasSource, Matrix w, Precision precision, int threads, NormRoute route, Products products) {
        this.blasSource = blasSource;
        this.w = w;
        this.columns = Math.toIntExact(w.columns());
        this.precision = precision;
        this.threads = threads;
        this.route = route;
        this.products = products;
        // In float64 products of narrower numbers need no scaling.
        this.weights = SquaredNorm.of(w, null, precision, "weights", precision == Precision.SINGLE, threads);
    }

    /** ||W||_F^2. */
    public ScaledSum weightEnergy() {
        return weights.sum();
    }

    /** Sums up a batch. */
    public BatchSums sum(Matrix x, @Nullable TokenMask mask) {
        KernelMemory.check(w.segment());
        KernelMemory.check(x.segment());
        SquaredNorm inputs = SquaredNorm.of(x, mask, precision, "activations", false, threads);
        if (columns == 0 || weights.sum().isZero() || inputs.sum().isZero()) {
            return BatchSums.exact(inputs, new ScaledSum(), Set.of());
        }
        boolean weightsSummed = weightGram != null;
        NormRoute chosen = Planner.normForm(w.rows(), columns, inputs.counted(), route, weightsSummed);
        BatchSums sums = chosen == NormRoute.INNER ? byInnerProduct(x, mask, inputs) : null;
        return sums == null ? byOutputs(x, mask, inputs) : sums;
    }

    private BatchSums byOutputs(Matrix x, @Nullable TokenMask mask, SquaredNorm inputs) {
        int parts = RowRanges.count(threads, w.rows(), MIN_ROWS, w.segment(), x.segment());
        ScaledSum energy = new ScaledSum();
        Set<Step> steps = new HashSet<>();
        RowRanges.run(parts, part -> outputs(
                x, mask, RowRanges.start(part, parts, w.rows()), RowRanges.start(part + 1, parts, w.rows())))
                .forEach(outputs -> {
                    energy.add(outputs.energy());
                    outputs.routines().forEach(
                            routine -> steps.add(new Step(Kind.OUTPUTS, Set.of(routine), List.of())));
                });
        return BatchSums.exact(inputs, energy, steps);
    }

    /** The energy of the outputs of some rows of W, and what took them. */
    private record Outputs(ScaledSum energy, Set<Routine> routines) {}

    private Outputs outputs(Matrix x, @Nullable TokenMask mask, long first, long last) {
        Element working = WorkingTypes.element(precision);
        int width = PackedDirections.panelWidth(precision);
        long rowBytes = (long) columns * working.bytes();
        int packRows = (int) Math.min(last - first, Math.max(width, PACK_BYTES / rowBytes / width * width));
        ScaledSum energy = new ScaledSum();
        Set<Routine> routines = EnumSet.noneOf(Routine.class);
        try (BlockReader reader = new BlockReader(w, "weights");
                NativeBuffer plain = NativeBuffer.allocate(packRows * rowBytes);
                NativeBuffer panels = NativeBuffer.allocate(PackedDirections.byteSize(packRows, columns, precision));
                NativeBuffer sums = NativeBuffer
                        .allocate((long) Panels.count(packRows, width) * width * Double.BYTES)) {
            for (long row = first; row < last; row += packRows) {
                int count = (int) Math.min(packRows, last - row);
                reader.read(row, count, false, working, weights.exponent(), plain.segment(), 0);
                Panels.pack(working, plain.segment(), 0, columns, 1, count, columns, width, panels.segment());
                PackedDirections directions = new PackedDirections(panels.segment(), width, count, columns, precision);
                try (TokenBlocks blocks = new TokenBlocks(x, mask, precision, "activations");
                        Projector projector = new Projector(directions, products, blasSource, x.rows())) {
                    projector.prepare(blocks);
                    while (blocks.advance()) {
                        sums.segment().fill((byte) 0);
                        projector.add(
                                blocks.segment(), blocks.offset(), blocks.stride(), blocks.tokens(), sums.segment());
                        double total = 0;
                        for (int i = 0; i < count; i++) {
                            total += sums.segment().getAtIndex(ValueLayout.JAVA_DOUBLE, i);
                        }
                        energy.add(total, blocks.exponent() + weights.exponent());
                    }
                    routines.addAll(projector.routines());
                }
            }
        }
        return new Outputs(energy, routines);
    }

    /**
     * The inner product of the Gram matrices of W and of a batch.
     *
     * @return null if the numbers have to be scaled, or its error would show in LAR
     */
    private @Nullable BatchSums byInnerProduct(Matrix x, @Nullable TokenMask mask, SquaredNorm inputs) {
        if (weights.exponent() != 0) {
            return null;
        }
        GramAccumulator ofWeights = weightGram == null
                ? GramAccumulator.of(new WeightSource(w, precision, threads), products, blasSource,
                        Arena.ofAuto())
                : weightGram;
        weightGram = ofWeights;
        int parts = RowRanges.count(threads, x.rows(), Math.max(2L * columns, MIN_ROWS), x.segment());
        AtomicBoolean scaled = new AtomicBoolean();
        try (GramAccumulator ofInputs = GramAccumulator.of(parts,
                () -> new GramAccumulator(precision, products, blasSource, columns), (sums, part) -> {
                    long first = RowRanges.start(part, parts, x.rows());
                    long last = RowRanges.start(part + 1, parts, x.rows());
                    try (TokenBlocks blocks = new TokenBlocks(x, mask, precision, "activations", first, last)) {
                        addUnlessScaled(sums, blocks, scaled);
                    }
                })) {
            GramTriangle.InnerProduct product = ofWeights.innerProduct(ofInputs);
            ScaledSum energy = new ScaledSum();
            energy.add(Math.max(0, product.value()), 0);
            ScaledSum error = new ScaledSum();
            error.add(ErrorModel.ofInnerProduct(precision.unitRoundoff(), product), 0);
            if (scaled.get() || (route == NormRoute.AUTO && isInaccurate(energy, error))) {
                return null;
            }
            return new BatchSums(
                    inputs, energy, error, Set.of(new Step(Kind.INNER, ofInputs.routines(), List.of())));
        }
    }

    private static void addUnlessScaled(GramAccumulator sums, TokenBlocks blocks, AtomicBoolean scaled) {
        blocks.copyAll();
        while (!scaled.get() && blocks.advance()) {
            if (blocks.exponent() != 0) {
                scaled.set(true);
            } else {
                MemorySegment block = blocks.segment();
                sums.add((row, count, target) -> MemorySegment.copy(
                        block, row * blocks.stride(), target, 0, count * blocks.stride()), 0, blocks.tokens());
            }
        }
    }

    private boolean isInaccurate(ScaledSum energy, ScaledSum error) {
        double larError = ErrorModel.larError(columns, 1, energy.isZero() ? 1 : error.dividedBy(energy));
        return larError > (precision == Precision.DOUBLE ? INNER_TOLERANCE : INNER_TOLERANCE_SINGLE);
    }
}
