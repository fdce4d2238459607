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
import io.github.logalign.matrix.TokenGroups;
import io.github.logalign.matrix.TokenMask;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
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

    /**
     * Sums up a batch.
     *
     * @param groups whose sums are wanted too; null for none
     */
    public BatchSums sum(Matrix x, @Nullable TokenMask mask, @Nullable TokenGroups groups) {
        KernelMemory.check(w);
        KernelMemory.check(x);
        TokenBatch batch = TokenBatch.read(x, mask, groups, precision, threads);
        SquaredNorm inputs = batch.inputs();
        if (columns == 0 || weights.sum().isZero() || inputs.sum().isZero()) {
            return BatchSums.exact(inputs, new ScaledSum(), Set.of(), batch.totals(batch.noOutputs()));
        }
        boolean weightsSummed = weightGram != null;
        NormRoute chosen = Planner.normForm(w.rows(), columns, inputs.counted(), route, weightsSummed);
        BatchSums sums = chosen == NormRoute.INNER ? byInnerProduct(batch) : null;
        return sums == null ? byOutputs(batch) : sums;
    }

    private BatchSums byOutputs(TokenBatch batch) {
        Matrix x = batch.x();
        int parts = packedRows.isPackedAnew()
                ? RowRanges.count(threads, w.rows(), MIN_ROWS, w, x)
                : RowRanges.count(threads, w.rows(), MIN_ROWS, x);
        int panels = packedRows.panels();
        ScaledSum energy = new ScaledSum();
        ScaledSum[] ofGroups = batch.noOutputs();
        Set<Step> steps = new HashSet<>();
        RowRanges.run(Work.BATCH, parts, part -> {
            Outputs outputs = new Outputs(
                    new ScaledSum(), EnumSet.noneOf(Routine.class), batch.noOutputs());
            packedRows.forEach((int) RowRanges.start(part, parts, panels),
                    (int) RowRanges.start(part + 1, parts, panels),
                    rows -> add(batch, rows, outputs));
            return outputs;
        }).forEach(outputs -> {
            energy.add(outputs.energy());
            for (int group = 0; group < ofGroups.length; group++) {
                ofGroups[group].add(outputs.ofGroups()[group]);
            }
            outputs.routines().forEach(routine -> steps.add(new Step(Kind.OUTPUTS, Set.of(routine), List.of())));
        });
        return BatchSums.exact(batch.inputs(), energy, steps, batch.totals(ofGroups));
    }

    /** The energy of the outputs of some rows of W, what took them, and the energies of groups of tokens. */
    private record Outputs(ScaledSum energy, Set<Routine> routines, ScaledSum[] ofGroups) {}

    private void add(TokenBatch batch, PackedDirections rows, Outputs outputs) {
        Matrix x = batch.x();
        TokenGroups groups = batch.groups();
        try (TokenBlocks blocks = new TokenBlocks(x, batch.mask(), precision, "activations");
                Projector projector = new Projector(rows, products, blasSource, x.rows());
                NativeBuffer sums = NativeBuffer.allocate(rows.room() * Double.BYTES)) {
            projector.prepare(blocks);
            if (groups == null) {
                add(blocks, projector, rows, sums, outputs.energy());
            } else {
                for (int group = 0; group < groups.count(); group++) {
                    ScaledSum ofGroup = new ScaledSum();
                    blocks.restrictTo(groups, group);
                    add(blocks, projector, rows, sums, ofGroup);
                    outputs.ofGroups()[group].add(ofGroup);
                    outputs.energy().add(ofGroup);
                }
            }
            outputs.routines().addAll(projector.routines());
        }
    }

    private void add(TokenBlocks blocks, Projector projector, PackedDirections rows, NativeBuffer sums,
            ScaledSum energy) {
        while (blocks.advance()) {
            NativeBuffer.clear(sums.segment());
            projector.add(blocks.segment(), blocks.offset(), blocks.stride(), blocks.tokens(), sums.segment());
            double total = 0;
            for (int i = 0; i < rows.count(); i++) {
                total += sums.segment().getAtIndex(ValueLayout.JAVA_DOUBLE, i);
            }
            energy.add(total, blocks.exponent() + weights.exponent());
        }
    }

    /**
     * The inner product of the Gram matrices of W and of a batch.
     *
     * @return null if the numbers have to be scaled, or its error would show in LAR
     */
    private @Nullable BatchSums byInnerProduct(TokenBatch batch) {
        if (weights.exponent() != 0) {
            return null;
        }
        if (weightGramWasUsed.getAndSet(true)) {
            return byInnerProduct(weightGram(), batch);
        }
        try (GramAccumulator once = gramOfWeights(null)) {
            return byInnerProduct(once, batch);
        }
    }

    private @Nullable BatchSums byInnerProduct(GramAccumulator ofWeights, TokenBatch batch) {
        Matrix x = batch.x();
        int most = batch.groups() == null ? threads : Math.max(1, Math.min(threads, batch.groupCount()));
        int parts = RowRanges.count(most, x.rows(), Math.max(2L * columns, MIN_ROWS), x);
        AtomicBoolean scaled = new AtomicBoolean();
        ScaledSum[] ofGroups = batch.noOutputs();
        try (GramAccumulator ofInputs = GramAccumulator.of(Work.BATCH, parts, this::gramOfInputs, (sums, part) -> {
            if (batch.groups() == null) {
                long first = RowRanges.start(part, parts, x.rows());
                long last = RowRanges.start(part + 1, parts, x.rows());
                try (TokenBlocks blocks = new TokenBlocks(x, batch.mask(), precision, "activations", first, last)) {
                    addUnlessScaled(sums, blocks, scaled);
                }
            } else {
                addGroups(sums, ofWeights, batch, (int) RowRanges.start(part, parts, batch.groupCount()),
                        (int) RowRanges.start(part + 1, parts, batch.groupCount()), scaled, ofGroups);
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
            return new BatchSums(batch.inputs(), energy, error,
                    Set.of(new Step(Kind.INNER, ofInputs.routines(), List.of())), batch.totals(ofGroups));
        }
    }

    private GramAccumulator gramOfInputs() {
        return new GramAccumulator(precision, products, blasSource, columns);
    }

    /** Adds groups of tokens, and takes the inner product of each. */
    private void addGroups(GramAccumulator sums, GramAccumulator ofWeights, TokenBatch batch, int first, int last,
            AtomicBoolean scaled, ScaledSum[] outputs) {
        TokenGroups groups = Objects.requireNonNull(batch.groups());
        try (TokenBlocks blocks = new TokenBlocks(batch.x(), batch.mask(), precision, "activations");
                GramAccumulator ofGroup = gramOfInputs()) {
            for (int group = first; group < last; group++) {
                ofGroup.clear();
                blocks.restrictTo(groups, group);
                addUnlessScaled(ofGroup, blocks, scaled);
                outputs[group].add(Math.max(0, ofWeights.dot(ofGroup)), 0);
                sums.add(ofGroup);
            }
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
