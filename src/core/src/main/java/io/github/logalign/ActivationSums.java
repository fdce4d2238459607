package io.github.logalign;

import io.github.logalign.internal.Boundary;
import io.github.logalign.internal.check.Arguments;
import io.github.logalign.internal.blas.Work;
import io.github.logalign.internal.engine.KernelMemory;
import io.github.logalign.internal.engine.Directions;
import io.github.logalign.internal.engine.GroupMoments;
import io.github.logalign.internal.engine.GroupTotal;
import io.github.logalign.internal.engine.Projection;
import io.github.logalign.internal.engine.RowRanges;
import io.github.logalign.internal.engine.ScaledSum;
import io.github.logalign.internal.engine.TokenProjector;
import io.github.logalign.internal.events.Events;
import io.github.logalign.internal.engine.WeightsIdentity;
import io.github.logalign.matrix.Computation.Kind;
import io.github.logalign.matrix.Computation.Step;
import io.github.logalign.matrix.Computation;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.matrix.Matrix;
import io.github.logalign.matrix.Precision;
import io.github.logalign.matrix.Routine;
import io.github.logalign.matrix.TokenGroups;
import io.github.logalign.matrix.TokenMask;
import java.io.Serial;
import java.io.Serializable;
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

    /** What groups of tokens summed up to. */
    private final GroupMoments groups = new GroupMoments();

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
        add(x, mask, null);
    }

    /**
     * Adds a batch of which groups of tokens belong together.
     *
     * @param x T x n, finite in the rows that count; read only during the call
     * @param mask T values, or null if every token counts
     * @param itsGroups of T tokens; each is another group than those of earlier batches. Null if they are not known: then
     *     there is no {@link WeightSpectrum#uncertainty}
     * @throws IllegalArgumentException if x has not n columns, or the mask or the groups not T tokens
     * @throws IllegalStateException as from {@link #add(Matrix, TokenMask)}
     * @throws LogalignException as from {@link #add(Matrix, TokenMask)}
     */
    public void add(Matrix x, @Nullable TokenMask mask, @Nullable TokenGroups itsGroups) {
        Arguments.required(x, "x");
        WeightSpectrum w = weights;
        if (w == null) {
            throw new IllegalStateException("sums that were deserialised have no vectors to project on: merge them");
        }
        if (x.columns() != columns) {
            throw new IllegalArgumentException(
                    "the activations have " + x.columns() + " columns, the weights have " + columns);
        }
        if (itsGroups != null && itsGroups.tokens() != x.rows()) {
            throw new IllegalArgumentException(
                    "the groups have " + itsGroups.tokens() + " tokens, the activations " + x.rows());
        }
        Boundary.run(() -> Events.projection(
                () -> add(w, x, mask, itsGroups), x.rows(), columns, projected.length, KernelMemory.byteSize(x)));
    }

    private void add(WeightSpectrum w, Matrix x, @Nullable TokenMask mask, @Nullable TokenGroups itsGroups) {
        Directions directions = w.directions();
        KernelMemory.check(directions.memory());
        KernelMemory.check(x);
        int possible = RowRanges.readByAll(directions.memory())
                ? RowRanges.count(w.options().threads(), x.rows(), MIN_TOKENS, x)
                : 1;
        int parts = itsGroups == null ? possible : Math.clamp(itsGroups.count(), 1, possible);
        List<ActivationSums> batches = RowRanges.run(Work.BATCH, parts, part -> {
            ActivationSums batch = new ActivationSums(w);
            long units = itsGroups == null ? x.rows() : itsGroups.count();
            long first = RowRanges.start(part, parts, units);
            long last = RowRanges.start(part + 1, parts, units);
            if (itsGroups == null) {
                batch.project(w, x, mask, first, last);
            } else {
                batch.project(w, x, mask, itsGroups, (int) first, (int) last);
            }
            return batch;
        });
        maskedTokens += x.rows();
        for (ActivationSums batch : batches) {
            merge(batch);
            maskedTokens -= batch.tokens;
        }
    }

    /** The tokens from a first to before a last. */
    private void project(WeightSpectrum w, Matrix x, @Nullable TokenMask mask, long first, long last) {
        try (Projection projection = projection(w, x, mask, first, last)) {
            while (projection.advance()) {
                add(projection);
            }
            finish(projection);
        }
    }

    /** The groups from a first to before a last. */
    private void project(
            WeightSpectrum w, Matrix x, @Nullable TokenMask mask, TokenGroups itsGroups, int first, int last) {
        double[] p = w.spectrumValues();
        try (Projection projection = projection(w, x, mask, 0, x.rows())) {
            for (int number = first; number < last; number++) {
                ScaledSum inputs = new ScaledSum();
                ScaledSum outputs = new ScaledSum();
                ScaledSum inside = new ScaledSum();
                long before = projection.counted();
                projection.restrictTo(itsGroups, number);
                while (projection.advance()) {
                    add(projection);
                    inputs.add(projection.sumOfSquares(), projection.exponent());
                    outputs.add(projection.weightedSum(p), projection.exponent());
                    inside.add(projection.sumOfFirst(w.numericalRank()), projection.exponent());
                }
                groups.add(new GroupTotal(projection.counted() - before, inputs, outputs, inside));
            }
            finish(projection);
        }
    }

    private Projection projection(WeightSpectrum w, Matrix x, @Nullable TokenMask mask, long first, long last) {
        Directions directions = w.directions();
        TokenProjector projector = directions.readable()
                .projector(w.options().products(), ProcessBlas.INSTANCE, last - first);
        return new Projection(directions, projector, x, mask, precision, first, last);
    }

    private void add(Projection projection) {
        addProjected(projection.sums(), projection.exponent());
        energy.add(projection.sumOfSquares(), projection.exponent());
    }

    private void finish(Projection projection) {
        routines.addAll(projection.routines());
        tokens = projection.counted();
    }

    private void addProjected(double[] sums, int sumsExponent) {
        if (!anyProjected) {
            exponent = sumsExponent;
            anyProjected = true;
        }
        int common = Math.min(exponent, sumsExponent);
        double own = Math.scalb(1.0, 2 * (common - exponent));
        double added = Math.scalb(1.0, 2 * (common - sumsExponent));
        for (int i = 0; i < projected.length; i++) {
            projected[i] = projected[i] * own + sums[i] * added;
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
        groups.reset();
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
            addProjected(other.projected, other.exponent);
        }
        routines.addAll(other.routines);
        energy.add(other.energy);
        groups.add(other.groups);
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
        return new ActivationSpectrum(identity, q, tokens, maskedTokens, energy.isZero(), computation(),
                groups.tokens() == tokens ? groups.copy() : null);
    }
}
