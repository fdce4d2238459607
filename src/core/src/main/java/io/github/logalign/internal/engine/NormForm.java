package io.github.logalign.internal.engine;

import io.github.logalign.internal.blas.NativeBuffer;
import io.github.logalign.internal.blas.Work;
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
 * <p>Thread safety: any number of threads may sum up batches at once.
 */
public final class NormForm {

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

    private final PackedRows packedRows;

    /** W^T W, once it was needed for a second time: what is used once is freed at once. */
    private volatile @Nullable GramAccumulator weightGram;

    private final AtomicBoolean weightGramWasUsed = new AtomicBoolean();

    /**
     * Reads W once.
     *
     * @param w kept, and read again for each batch
     * @param keepPacked whether a packed copy of W is kept, so that batches need not read W
     */
    public NormForm(BlasSource blasSource, Matrix w, Precision precision, int threads, NormRoute route,
            Products products, boolean keepPacked) {
        this.blasSource = blasSource;
        this.w = w;
        this.columns = Math.toIntExact(w.columns());
        this.precision = precision;
        this.threads = threads;
        this.route = route;
        this.products = products;
        // In float64 products of narrower numbers need no scaling.
        this.weights = SquaredNorm.of(w, null, precision, "weights", precision == Precision.SINGLE, threads);
        this.packedRows = new PackedRows(w, precision, weights.exponent(), keepPacked);
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
        int parts = packedRows.isPackedAnew()
                ? RowRanges.count(threads, w.rows(), MIN_ROWS, w.segment(), x.segment())
                : RowRanges.count(threads, w.rows(), MIN_ROWS, x.segment());
        int panels = packedRows.panels();
        ScaledSum energy = new ScaledSum();
        Set<Step> steps = new HashSet<>();
        RowRanges.run(Work.BATCH, parts, part -> {
            Outputs outputs = new Outputs(new ScaledSum(), EnumSet.noneOf(Routine.class));
            packedRows.forEach((int) RowRanges.start(part, parts, panels),
                    (int) RowRanges.start(part + 1, parts, panels),
                    rows -> add(x, mask, rows, outputs));
            return outputs;
        }).forEach(outputs -> {
            energy.add(outputs.energy());
            outputs.routines().forEach(routine -> steps.add(new Step(Kind.OUTPUTS, Set.of(routine), List.of())));
        });
        return BatchSums.exact(inputs, energy, steps);
    }

    /** The energy of the outputs of some rows of W, and what took them. */
    private record Outputs(ScaledSum energy, Set<Routine> routines) {}

    private void add(Matrix x, @Nullable TokenMask mask, PackedDirections rows, Outputs outputs) {
        try (TokenBlocks blocks = new TokenBlocks(x, mask, precision, "activations");
                Projector projector = new Projector(rows, products, blasSource, x.rows());
                NativeBuffer sums = NativeBuffer.allocate(rows.room() * Double.BYTES)) {
            projector.prepare(blocks);
            while (blocks.advance()) {
                NativeBuffer.clear(sums.segment());
                projector.add(blocks.segment(), blocks.offset(), blocks.stride(), blocks.tokens(), sums.segment());
                double total = 0;
                for (int i = 0; i < rows.count(); i++) {
                    total += sums.segment().getAtIndex(ValueLayout.JAVA_DOUBLE, i);
                }
                outputs.energy().add(total, blocks.exponent() + weights.exponent());
            }
            outputs.routines().addAll(projector.routines());
        }
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
        if (weightGramWasUsed.getAndSet(true)) {
            return byInnerProduct(weightGram(), x, mask, inputs);
        }
        try (GramAccumulator once = gramOfWeights(null)) {
            return byInnerProduct(once, x, mask, inputs);
        }
    }

    private @Nullable BatchSums byInnerProduct(
            GramAccumulator ofWeights, Matrix x, @Nullable TokenMask mask, SquaredNorm inputs) {
        int parts = RowRanges.count(threads, x.rows(), Math.max(2L * columns, MIN_ROWS), x.segment());
        AtomicBoolean scaled = new AtomicBoolean();
        try (GramAccumulator ofInputs = GramAccumulator.of(Work.BATCH, parts,
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

    private synchronized GramAccumulator weightGram() {
        GramAccumulator known = weightGram;
        if (known == null) {
            known = gramOfWeights(Arena.ofAuto());
            weightGram = known;
        }
        return known;
    }

    private GramAccumulator gramOfWeights(@Nullable Arena arena) {
        return GramAccumulator.of(
                Work.BATCH, new WeightSource(w, precision, threads), products, blasSource, arena);
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
