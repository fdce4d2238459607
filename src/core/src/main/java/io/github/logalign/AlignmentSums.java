package io.github.logalign;

import io.github.logalign.internal.Boundary;
import io.github.logalign.internal.check.Arguments;
import io.github.logalign.internal.engine.BatchSums;
import io.github.logalign.internal.engine.ErrorModel;
import io.github.logalign.internal.engine.GivenOutputs;
import io.github.logalign.internal.engine.GroupMoments;
import io.github.logalign.internal.engine.GroupTotal;
import io.github.logalign.internal.engine.KernelMemory;
import io.github.logalign.internal.engine.NormForm;
import io.github.logalign.internal.engine.ScaledSum;
import io.github.logalign.internal.events.Events;
import io.github.logalign.matrix.Computation.Step;
import io.github.logalign.matrix.Computation;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.matrix.Matrix;
import io.github.logalign.matrix.TokenGroups;
import io.github.logalign.matrix.TokenMask;
import java.io.Serial;
import java.io.Serializable;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * LAR without a factorisation: {@code overlap = ||X W^T||_F^2 / (||W||_F^2 ||X||_F^2)}, summed over batches of tokens. It
 * equals the overlap of the two spectra, but gives neither of them.
 *
 * <p>A batch costs 2 T m n operations from W and X, or one pass over X and Z where Z = X W^T is there already. W is read
 * in blocks at every {@link #add(Matrix, TokenMask)}, so batches should be large; it must stay readable and unchanged as
 * long as such calls are made.
 *
 * <p>Serializable. A deserialised instance can be merged, read, and added to with Z.
 *
 * <p>Thread safety: none; use one for each thread and merge them.
 *
 * <p>This file is long because of its documentation.
 *
 * <p>Source: arXiv 2605.28975.
 */
public final class AlignmentSums implements Serializable {

    @Serial
    private static final long serialVersionUID = 1L;

    /** Null where these sums were deserialised. */
    private final transient @Nullable NormForm normForm;

    /** The number of rows m of W. */
    private final long rows;

    /** The input dimension n. */
    private final int columns;

    /** Whether W is a difference. */
    private final boolean difference;

    /** What products are computed with. */
    private final AlignmentOptions options;

    /** What ran. */
    private final HashSet<Step> steps = new HashSet<>();

    /** The sum of squares of W. */
    private final ScaledSum weightEnergy = new ScaledSum();
    /** The sum of squares of X. */
    private final ScaledSum inputEnergy = new ScaledSum();
    /** The sum of squares of X W^T. */
    private final ScaledSum outputEnergy = new ScaledSum();
    /** How far rounded Gram matrices may have moved that. */
    private final ScaledSum outputError = new ScaledSum();
    /** How many tokens counted. */
    private long tokens;
    /** How many tokens a mask left out. */
    private long maskedTokens;
    /** What groups of tokens summed up to. */
    private final GroupMoments groups = new GroupMoments();

    private AlignmentSums(@Nullable NormForm normForm, long rows, int columns, ScaledSum weightEnergy,
            AlignmentOptions options, boolean difference) {
        this.difference = difference;
        this.normForm = normForm;
        this.rows = rows;
        this.columns = columns;
        this.options = options;
        this.weightEnergy.add(weightEnergy);
    }

    private static AlignmentSums read(Matrix w, AlignmentOptions options) {
        NormForm normForm = new NormForm(ProcessBlas.INSTANCE, w, options.precision(), options.threads(),
                options.route(), options.products(), options.packedWeights());
        return new AlignmentSums(normForm, w.rows(), Math.toIntExact(w.columns()), normForm.weightEnergy(), options,
                w.difference().isPresent());
    }

    /**
     * Empty sums for a layer, in float64.
     *
     * @param w m x n, finite; kept, and read by {@link #add(Matrix, TokenMask)}
     * @return the sums
     * @throws IllegalStateException if the arena of W is closed or confined to another thread
     * @throws LogalignException if an element is NaN or infinite (the message has its index), or memory cannot be allocated
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
     * @throws LogalignException if an element is NaN or infinite (the message has its index), or memory cannot be allocated
     */
    public static AlignmentSums of(Matrix w, AlignmentOptions options) {
        Arguments.required(w, "w");
        Arguments.required(options, "options");
        if (w.columns() > Integer.MAX_VALUE) {
            throw new LogalignException("the weights have " + w.columns() + " columns: more than 2,147,483,647");
        }
        return Boundary.call(() -> read(w, options));
    }

    /**
     * Empty sums for a layer of which only the size is known, to be added to with outputs (X, Z), and to merge with others of
     * this layer.
     *
     * @param rows m
     * @param columns n
     * @param squaredNorm {@code ||W||_F^2}, finite
     * @param options precision and threads
     * @return the sums
     * @throws IllegalArgumentException if a number is negative, the norm not finite, or n more than 2^31 - 1
     */
    public static AlignmentSums of(long rows, long columns, double squaredNorm, AlignmentOptions options) {
        Arguments.required(options, "options");
        if (rows < 0 || columns < 0 || columns > Integer.MAX_VALUE || !(squaredNorm >= 0)
                || squaredNorm == Double.POSITIVE_INFINITY) {
            throw new IllegalArgumentException("no layer is " + rows + " x " + columns + " with a squared norm of "
                    + squaredNorm);
        }
        ScaledSum norm = new ScaledSum();
        norm.add(squaredNorm, 0);
        return new AlignmentSums(null, rows, (int) columns, norm, options, false);
    }

    /**
     * The same sums once more: what is added to one later is not added to the other.
     *
     * @return a copy
     */
    public AlignmentSums copy() {
        AlignmentSums copy = new AlignmentSums(normForm, rows, columns, weightEnergy, options, difference);
        copy.merge(this);
        return copy;
    }

    /**
     * Adds a batch from W and X in which every token counts.
     *
     * @param x T x n, finite; read only during the call
     * @throws IllegalArgumentException if x has not n columns
     * @throws IllegalStateException as from {@link #add(Matrix, TokenMask)}
     * @throws LogalignException as from {@link #add(Matrix, TokenMask)}
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
     * @throws LogalignException if an element is NaN or infinite (the message has its index), or if memory, threads or a
     *     BLAS library cannot be obtained; the sums are as they were
     */
    public void add(Matrix x, @Nullable TokenMask mask) {
        add(x, mask, (TokenGroups) null);
    }

    /**
     * Adds a batch from W and X, of which groups of tokens belong together.
     *
     * @param x T x n, finite in the rows that count; read only during the call
     * @param mask T values, or null if every token counts
     * @param itsGroups of T tokens; each is another group than those of earlier batches. Null if they are not known: then
     *     there is no {@link #uncertainty}
     * @throws IllegalArgumentException if x has not n columns, or the mask or the groups not T tokens
     * @throws IllegalStateException as from {@link #add(Matrix, TokenMask)}
     * @throws LogalignException as from {@link #add(Matrix, TokenMask)}
     */
    public void add(Matrix x, @Nullable TokenMask mask, @Nullable TokenGroups itsGroups) {
        Arguments.required(x, "x");
        NormForm form = normForm;
        if (form == null) {
            throw new IllegalStateException("these sums have no W: merge them, or add with Z");
        }
        checkColumns(x);
        checkGroups(x, itsGroups);
        Boundary.run(() -> Events.projection(
                () -> add(form.sum(x, mask, itsGroups), x.rows()), x.rows(), columns, rows, KernelMemory.byteSize(x)));
    }

    private void add(BatchSums batch, long batchTokens) {
        steps.addAll(batch.steps());
        inputEnergy.add(batch.inputs().sum());
        outputEnergy.add(batch.outputs());
        outputError.add(batch.outputError());
        tokens += batch.inputs().counted();
        maskedTokens += batchTokens - batch.inputs().counted();
        batch.groups().forEach(groups::add);
    }

    /**
     * Adds a batch where the layer's outputs are there already.
     *
     * @param x T x n, finite in the rows that count; read only during the call
     * @param z T x m, the outputs X W^T without a bias, finite in the rows that count; read only during the call
     * @param mask T values for X and Z alike, or null if every token counts
     * @throws IllegalArgumentException if the sizes do not fit
     * @throws IllegalStateException if an arena is closed or confined to another thread
     * @throws LogalignException if an element is NaN or infinite (the message has its index), or if memory, threads or a
     *     BLAS library cannot be obtained; the sums are as they were
     */
    public void add(Matrix x, Matrix z, @Nullable TokenMask mask) {
        checkOutputs(x, z);
        try {
            long counted = GivenOutputs.add(x, z, mask, options.precision(), options.threads(), inputEnergy,
                    outputEnergy);
            steps.add(GivenOutputs.STEP);
            tokens += counted;
            maskedTokens += x.rows() - counted;
        } catch (RuntimeException | Error failure) {
            // Boundary.run would take a lambda, which is allocated at each batch where C2 does not inline it.
            throw Boundary.translated(failure);
        }
    }

    /**
     * Adds a batch where the layer's outputs are there already, and of which groups of tokens belong together.
     *
     * @param x T x n, finite in the rows that count; read only during the call
     * @param z T x m, the outputs X W^T without a bias, finite in the rows that count; read only during the call
     * @param mask T values for X and Z alike, or null if every token counts
     * @param itsGroups of T tokens, or null if they are not known; each is another group than those of earlier batches
     * @throws IllegalArgumentException if the sizes do not fit
     * @throws IllegalStateException as from {@link #add(Matrix, Matrix, TokenMask)}
     * @throws LogalignException as from {@link #add(Matrix, Matrix, TokenMask)}
     */
    public void add(Matrix x, Matrix z, @Nullable TokenMask mask, @Nullable TokenGroups itsGroups) {
        if (itsGroups == null) {
            add(x, z, mask);
            return;
        }
        checkOutputs(x, z);
        checkGroups(x, itsGroups);
        List<GroupTotal> totals = Boundary.call(
                () -> GivenOutputs.ofGroups(x, z, mask, itsGroups, options.precision(), options.threads()));
        steps.add(GivenOutputs.STEP);
        maskedTokens += x.rows();
        for (GroupTotal group : totals) {
            add(group);
            groups.add(group);
            maskedTokens -= group.tokens();
        }
    }

    /**
     * Adds what was summed up elsewhere, such as in a training process, of tokens that are not known to belong together.
     *
     * @param counted how many tokens
     * @param inputs {@code ||X||_F^2} over them
     * @param outputs {@code ||X W^T||_F^2} over them, without a bias
     * @throws IllegalArgumentException if a number is negative or not finite, or a sum of no tokens is not 0
     */
    public void addSums(long counted, double inputs, double outputs) {
        add(total(counted, inputs, outputs));
    }

    /**
     * Adds what was summed up elsewhere of a group of tokens that belong together, such as a document.
     *
     * @param counted how many tokens; a group without any is none
     * @param inputs {@code ||X||_F^2} over them
     * @param outputs {@code ||X W^T||_F^2} over them, without a bias
     * @throws IllegalArgumentException if a number is negative or not finite, or a sum of no tokens is not 0
     */
    public void addGroup(long counted, double inputs, double outputs) {
        GroupTotal group = total(counted, inputs, outputs);
        add(group);
        groups.add(group);
    }

    private GroupTotal total(long counted, double inputs, double outputs) {
        if (counted < 0 || counted > Long.MAX_VALUE - tokens) {
            throw new IllegalArgumentException("no sums are of " + counted + " tokens beside " + tokens);
        }
        if (counted == 0 && (inputs > 0 || outputs > 0)) {
            throw new IllegalArgumentException("sums of no tokens must be 0, not " + inputs + " and " + outputs);
        }
        return new GroupTotal(counted, scaled(inputs, "inputs"), scaled(outputs, "outputs"), new ScaledSum());
    }

    /** At an exponent that leaves room for any number of such sums. */
    private static ScaledSum scaled(double sum, String name) {
        if (!(sum >= 0) || sum == Double.POSITIVE_INFINITY) {
            throw new IllegalArgumentException("the sum of squares of " + name + " is " + sum);
        }
        ScaledSum scaled = new ScaledSum();
        int exponent = -Math.getExponent(sum) / 2;
        scaled.add(Math.scalb(sum, 2 * exponent), exponent);
        return scaled;
    }

    private void add(GroupTotal sums) {
        inputEnergy.add(sums.inputs());
        outputEnergy.add(sums.outputs());
        tokens += sums.tokens();
        steps.add(GivenOutputs.STEP);
    }

    private void checkOutputs(Matrix x, Matrix z) {
        Arguments.required(x, "x");
        Arguments.required(z, "z");
        checkColumns(x);
        if (z.columns() != rows) {
            throw new IllegalArgumentException("the outputs have " + z.columns() + " columns, not " + rows);
        }
        if (z.rows() != x.rows()) {
            throw new IllegalArgumentException(
                    "the outputs have " + z.rows() + " tokens, the activations " + x.rows());
        }
    }

    private static void checkGroups(Matrix x, @Nullable TokenGroups itsGroups) {
        if (itsGroups != null && itsGroups.tokens() != x.rows()) {
            throw new IllegalArgumentException(
                    "the groups have " + itsGroups.tokens() + " tokens, the activations " + x.rows());
        }
    }

    private void checkColumns(Matrix x) {
        if (x.columns() != columns) {
            throw new IllegalArgumentException("the activations have " + x.columns() + " columns, not " + columns);
        }
    }

    /** Forgets all tokens, to be used again for others. */
    public void reset() {
        inputEnergy.reset();
        outputEnergy.reset();
        outputError.reset();
        steps.clear();
        groups.reset();
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
        inputEnergy.add(other.inputEnergy);
        outputEnergy.add(other.outputEnergy);
        outputError.add(other.outputError);
        groups.add(other.groups);
        tokens += other.tokens;
        maskedTokens += other.maskedTokens;
    }

    /**
     * What ran so far.
     *
     * @return outputs or inner products, and by which routines; no steps if nothing ran
     */
    public Computation computation() {
        return new Computation(options.precision(), List.copyOf(steps));
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
            return new Alignment.Undefined(difference ? reason.ofDifference() : reason);
        }
        double overlap = outputEnergy.isZero() ? 0 : outputEnergy.dividedByProduct(weightEnergy, inputEnergy);
        double ofGram = outputError.isZero() ? 0 : outputError.dividedByProduct(weightEnergy, inputEnergy);
        return Alignment.Defined.of(columns, overlap, new ErrorModel(options.precision().unitRoundoff(), ofGram));
    }

    /**
     * How sure that alignment is.
     *
     * @return empty if the alignment is undefined, or if some tokens were added without groups
     */
    public Optional<Uncertainty> uncertainty() {
        return alignment() instanceof Alignment.Defined alignment && groups.tokens() == tokens
                ? Optional.of(Uncertainty.of(alignment, groups, null))
                : Optional.empty();
    }
}
