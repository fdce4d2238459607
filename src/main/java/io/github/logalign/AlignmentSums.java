package io.github.logalign;

import io.github.logalign.blas.Scratch;
import io.github.logalign.simd.Element;
import io.github.logalign.simd.Kernels;
import io.github.logalign.simd.Panels;
import io.github.logalign.simd.Simd;
import java.io.Serial;
import java.io.Serializable;
import java.lang.foreign.ValueLayout;
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

    private final transient @Nullable Matrix w;

    /** The number of rows m of W. */
    private final long rows;

    /** The input dimension n. */
    private final int columns;

    /** The precision of products. */
    private final Precision precision;

    /** How many threads may work on a batch. */
    private final int threads;

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

    private AlignmentSums(Matrix w, Precision precision, int threads) {
        this.w = w;
        this.rows = w.rows();
        this.columns = Math.toIntExact(w.columns());
        this.precision = precision;
        this.threads = threads;
        // In float64 products of narrower numbers need no scaling.
        Energy energy = Energy.of(w, null, precision, "weights", precision == Precision.SINGLE, threads);
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
        this.weightExponent = like.weightExponent;
        this.weightEnergy.add(like.weightEnergy);
    }

    /**
     * Empty sums for a layer, in float64.
     *
     * @param w m x n, finite; kept, and read by {@link #add(Matrix, TokenMask)}
     * @return the sums
     * @throws LogalignException if an element is not finite, with its index
     */
    public static AlignmentSums of(Matrix w) {
        return of(w, Precision.DOUBLE);
    }

    /**
     * Empty sums for a layer.
     *
     * @param w m x n, finite; kept, and read by {@link #add(Matrix, TokenMask)}
     * @param precision of the products; sums over tokens are in float64
     * @return the sums
     * @throws LogalignException if an element is not finite, with its index
     */
    public static AlignmentSums of(Matrix w, Precision precision) {
        return of(w, precision, 1);
    }

    /**
     * Empty sums for a layer, with several threads.
     *
     * @param w m x n, finite; kept, and read by {@link #add(Matrix, TokenMask)}
     * @param precision of the products; sums over tokens are in float64
     * @param threads how many threads may work on W and on a batch, at least 1; more than one are used where any thread may
     *     read the matrices
     * @return the sums
     * @throws IllegalArgumentException if there are no threads
     * @throws LogalignException if an element is not finite, with its index
     */
    public static AlignmentSums of(Matrix w, Precision precision, int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("at least one thread is needed, not " + threads);
        }
        if (w.columns() > Integer.MAX_VALUE) {
            throw new LogalignException("the weights have " + w.columns() + " columns: more than 2,147,483,647");
        }
        return new AlignmentSums(w, precision, threads);
    }

    /**
     * Adds a batch from W and X.
     *
     * @param x T x n, finite in the rows that count; read only during the call
     * @param mask T values, or null if every token counts
     * @throws IllegalArgumentException if x has not n columns, or the mask not T values
     * @throws IllegalStateException if these sums were deserialised
     * @throws LogalignException if an element is not finite, with its index; the sums are as they were
     */
    public void add(Matrix x, @Nullable TokenMask mask) {
        if (w == null) {
            throw new IllegalStateException("sums that were deserialised have no W: merge them, or add with Z");
        }
        checkColumns("activations", x.columns(), columns);
        AlignmentSums batch = new AlignmentSums(this);
        batch.addInputs(x, mask);
        if (columns > 0 && batch.tokens > 0) {
            batch.addOutputs(w, x, mask);
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
     * @throws LogalignException if an element is not finite, with its index; the sums are as they were
     */
    public void add(Matrix x, Matrix z, @Nullable TokenMask mask) {
        checkColumns("activations", x.columns(), columns);
        checkColumns("outputs", z.columns(), rows);
        if (z.rows() != x.rows()) {
            throw new IllegalArgumentException(
                    "the outputs have " + z.rows() + " tokens, the activations " + x.rows());
        }
        AlignmentSums batch = new AlignmentSums(this);
        batch.addInputs(x, mask);
        batch.outputEnergy.add(Energy.of(z, mask, precision, "outputs", false, threads).sum());
        merge(batch);
    }

    private static void checkColumns(String contents, long found, long wanted) {
        if (found != wanted) {
            throw new IllegalArgumentException("the " + contents + " have " + found + " columns, not " + wanted);
        }
    }

    private void addInputs(Matrix x, @Nullable TokenMask mask) {
        Energy energy = Energy.of(x, mask, precision, "activations", false, threads);
        inputEnergy.add(energy.sum());
        tokens = energy.counted();
        maskedTokens = x.rows() - tokens;
    }

    private void addOutputs(Matrix weights, Matrix x, @Nullable TokenMask mask) {
        int parts = Parts.count(threads, rows, MIN_ROWS, weights.segment(), x.segment());
        Parts.run(parts, part -> outputs(
                weights, x, mask, Parts.start(part, parts, rows), Parts.start(part + 1, parts, rows)))
                .forEach(outputEnergy::add);
    }

    /** The energy of the outputs of some rows of W. */
    private ScaledSum outputs(Matrix weights, Matrix x, @Nullable TokenMask mask, long first, long last) {
        Kernels kernels = Simd.kernels();
        Element working = precision.working();
        int width = kernels.panelWidth(working);
        long rowBytes = (long) columns * working.bytes();
        int packRows = (int) Math.min(last - first, Math.max(width, PACK_BYTES / rowBytes / width * width));
        int packPanels = Panels.count(packRows, width);
        ScaledSum energy = new ScaledSum();
        try (BlockReader reader = new BlockReader(weights, "weights");
                Scratch plain = Scratch.allocate(packRows * rowBytes);
                Scratch panels = Scratch.allocate(Panels.byteSize(packPanels, width, columns, working));
                Scratch sums = Scratch.allocate((long) packPanels * width * Double.BYTES)) {
            for (long row = first; row < last; row += packRows) {
                int count = (int) Math.min(packRows, last - row);
                reader.read(row, count, false, working, weightExponent, plain.segment(), 0);
                Panels.pack(working, plain.segment(), 0, columns, 1, count, columns, width, panels.segment());
                int panelCount = Panels.count(count, width);
                try (TokenBlocks blocks = new TokenBlocks(x, mask, precision, "activations")) {
                    while (blocks.advance()) {
                        sums.segment().fill((byte) 0);
                        kernels.addSquaredProjections(
                                working, blocks.segment(), blocks.offset(), blocks.stride(), blocks.tokens(), columns,
                                panels.segment(), panelCount, sums.segment());
                        double total = 0;
                        for (int i = 0; i < count; i++) {
                            total += sums.segment().getAtIndex(ValueLayout.JAVA_DOUBLE, i);
                        }
                        energy.add(total, blocks.exponent() + weightExponent);
                    }
                }
            }
        }
        return energy;
    }

    /**
     * Adds what another one has summed up for the same layer.
     *
     * @param other sums with the same W; unchanged
     * @throws IllegalArgumentException if they are of another W
     */
    public void merge(AlignmentSums other) {
        if (other.rows != rows || other.columns != columns || !other.weightEnergy.sameAs(weightEnergy)) {
            throw new IllegalArgumentException("sums of different weights do not merge");
        }
        inputEnergy.add(other.inputEnergy);
        outputEnergy.add(other.outputEnergy);
        tokens += other.tokens;
        maskedTokens += other.maskedTokens;
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
        return new ErrorModel(precision.unitRoundoff(), false).alignment(columns, overlap);
    }
}
