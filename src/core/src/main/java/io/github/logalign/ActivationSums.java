package io.github.logalign;

import io.github.logalign.internal.Boundary;
import io.github.logalign.internal.check.Arguments;
import io.github.logalign.internal.blas.NativeBuffer;
import io.github.logalign.internal.blas.Work;
import io.github.logalign.internal.engine.KernelMemory;
import io.github.logalign.internal.engine.Directions;
import io.github.logalign.internal.engine.TokenProjector;
import io.github.logalign.internal.engine.RowRanges;
import io.github.logalign.internal.engine.ScaledSum;
import io.github.logalign.internal.events.Events;
import io.github.logalign.internal.engine.TokenBlocks;
import io.github.logalign.internal.engine.WeightsIdentity;
import io.github.logalign.matrix.Computation.Kind;
import io.github.logalign.matrix.Computation.Step;
import io.github.logalign.matrix.Computation;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.matrix.Matrix;
import io.github.logalign.matrix.Precision;
import io.github.logalign.matrix.Products;
import io.github.logalign.matrix.Routine;
import io.github.logalign.matrix.TokenMask;
import java.io.Serial;
import java.io.Serializable;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Sums of squared projections over tokens that arrive in batches, maybe in several threads or processes: each adds to its
 * own sums, and the sums are merged. This pools tokens; averaging the LARs of batches would give another, wrong number.
 *
 * <p>Serializable. A deserialised instance can be merged and read, but not added to.
 *
 * <p>Thread safety: none; use one for each thread and merge them.
 */
public final class ActivationSums implements Serializable {

    @Serial
    private static final long serialVersionUID = 1L;

    /** Tokens that are worth a thread. */
    private static final int MIN_TOKENS = 256;

    private final transient @Nullable WeightSpectrum weights;

    /** Which weights they are. */
    private final WeightsIdentity identity;

    /** The input dimension n. */
    private final int columns;

    /** The precision of the projections. */
    private final Precision precision;

    /** Sums of squared projections of the activations times 2^exponent. */
    private final double[] projected;

    /** What the activations were multiplied by, as an exponent of 2. */
    private int exponent;

    /** Whether the exponent has a meaning yet. */
    private boolean anyProjected;

    /** Sum of squares of the activations. */
    private final ScaledSum energy = new ScaledSum();

    /** What projected. */
    private final EnumSet<Routine> routines = EnumSet.noneOf(Routine.class);

    /** How many tokens counted. */
    private long tokens;

    /** How many tokens a mask left out. */
    private long maskedTokens;

    ActivationSums(WeightSpectrum weights) {
        this.weights = weights;
        this.identity = weights.identity();
        this.columns = weights.columns();
        this.precision = weights.precision();
        this.projected = new double[weights.directions().count()];
    }

    /** Empty sums for the weights of others. */
    private ActivationSums(ActivationSums others) {
        this.weights = others.weights;
        this.identity = others.identity;
        this.columns = others.columns;
        this.precision = others.precision;
        this.projected = new double[others.projected.length];
    }

    /**
     * Adds a batch in which every token counts.
     *
     * @param x T x n, finite; read only during the call
     * @throws IllegalArgumentException if x has not n columns
     * @throws IllegalStateException if these sums were deserialised, or the arena of the vectors or of x is closed or
     *     confined to another thread
     * @throws LogalignException if an element is NaN or infinite (the message has its index), or memory cannot be allocated;
     *     the sums are as they were
     */
    public void add(Matrix x) {
        add(x, null);
    }

    /**
     * Adds a batch.
     *
     * @param x T x n, finite in the rows that count; read only during the call
     * @param mask T values, or null if every token counts
     * @throws IllegalArgumentException if x has not n columns, or the mask not T values
     * @throws IllegalStateException if these sums were deserialised, or the arena of the vectors or of x is closed or
     *     confined to another thread
     * @throws LogalignException if an element is NaN or infinite (the message has its index), or memory cannot be allocated;
     *     the sums are as they were
     */
    public void add(Matrix x, @Nullable TokenMask mask) {
        Arguments.required(x, "x");
        WeightSpectrum w = weights;
        if (w == null) {
            throw new IllegalStateException("sums that were deserialised have no vectors to project on: merge them");
        }
        if (x.columns() != columns) {
            throw new IllegalArgumentException(
                    "the activations have " + x.columns() + " columns, the weights have " + columns);
        }
        Boundary.run(() -> Events.projection(
                () -> add(w, x, mask), x.rows(), columns, projected.length, x.segment().byteSize()));
    }

    private void add(WeightSpectrum w, Matrix x, @Nullable TokenMask mask) {
        Directions directions = w.directions();
        KernelMemory.check(directions.memory());
        KernelMemory.check(x.segment());
        int parts = RowRanges.count(w.options().threads(), x.rows(), MIN_TOKENS, x.segment(), directions.memory());
        List<ActivationSums> batches = RowRanges.run(Work.BATCH, parts, part -> {
            ActivationSums batch = new ActivationSums(w);
            batch.project(directions, w.options().products(), x, mask, RowRanges.start(part, parts, x.rows()),
                    RowRanges.start(part + 1, parts, x.rows()));
            return batch;
        });
        batches.forEach(this::merge);
    }

    private void project(
            Directions directions, Products products, Matrix x, @Nullable TokenMask mask, long first, long last) {
        try (TokenProjector projector = directions.readable().projector(products, ProcessBlas.INSTANCE, last - first);
                TokenBlocks blocks = new TokenBlocks(
                        x, mask, precision, "activations", first, last, projector.blockBytes());
                NativeBuffer sums = NativeBuffer.allocate(directions.room() * Double.BYTES)) {
            projector.prepare(blocks);
            while (blocks.advance()) {
                if (columns == 0) {
                    continue;
                }
                NativeBuffer.clear(sums.segment());
                projector.add(blocks.segment(), blocks.offset(), blocks.stride(), blocks.tokens(), sums.segment());
                addProjected(sums.segment(), blocks.exponent());
                energy.add(blocks.sumOfSquares(), blocks.exponent());
            }
            routines.addAll(projector.routines());
            tokens = blocks.counted();
            maskedTokens = last - first - tokens;
        }
    }

    private void addProjected(MemorySegment sums, int sumsExponent) {
        if (!anyProjected) {
            exponent = sumsExponent;
            anyProjected = true;
        }
        int common = Math.min(exponent, sumsExponent);
        double own = Math.scalb(1.0, 2 * (common - exponent));
        double added = Math.scalb(1.0, 2 * (common - sumsExponent));
        for (int i = 0; i < projected.length; i++) {
            projected[i] = projected[i] * own + sums.getAtIndex(ValueLayout.JAVA_DOUBLE, i) * added;
        }
        exponent = common;
    }

    /**
     * The same sums once more: what is added to one later is not added to the other.
     *
     * @return a copy
     */
    public ActivationSums copy() {
        ActivationSums copy = new ActivationSums(this);
        copy.merge(this);
        return copy;
    }

    /** Forgets all tokens, to be used again for others. */
    public void reset() {
        Arrays.fill(projected, 0);
        exponent = 0;
        anyProjected = false;
        energy.reset();
        routines.clear();
        tokens = 0;
        maskedTokens = 0;
    }

    /**
     * Adds what another one has summed up with the same weights.
     *
     * @param other sums on the right singular vectors of the same W; unchanged
     * @throws IllegalArgumentException if they are of another W
     */
    public void merge(ActivationSums other) {
        Arguments.required(other, "other");
        identity.requireSame(other.identity, "the other sums");
        if (other.anyProjected) {
            MemorySegment sums = MemorySegment.ofArray(other.projected);
            addProjected(sums, other.exponent);
        }
        routines.addAll(other.routines);
        energy.add(other.energy);
        tokens += other.tokens;
        maskedTokens += other.maskedTokens;
    }

    private Computation computation() {
        List<Step> steps = routines.isEmpty()
                ? List.of()
                : List.of(new Step(Kind.PROJECTION, routines, List.of()));
        return new Computation(precision, steps);
    }

    /**
     * The spectrum of all tokens so far.
     *
     * @return the spectrum, which later additions do not change
     */
    public ActivationSpectrum spectrum() {
        double[] q = new double[projected.length];
        if (!energy.isZero()) {
            for (int i = 0; i < q.length; i++) {
                q[i] = Math.min(1, energy.fraction(projected[i], exponent));
            }
        }
        return new ActivationSpectrum(identity, q, tokens, maskedTokens, energy.isZero(), computation());
    }
}
