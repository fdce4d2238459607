package io.github.logalign.internal.engine;

import io.github.logalign.internal.blas.Work;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.matrix.Matrix;
import io.github.logalign.matrix.Precision;
import io.github.logalign.matrix.TokenMask;
import org.jspecify.annotations.Nullable;

/**
 * The sum of squares of the tokens that count, and how many they are.
 *
 * @param sum of squares
 * @param counted tokens that counted
 * @param exponent one that fits all of them, of 2, or 0 where none is needed
 */
public record SquaredNorm(ScaledSum sum, long counted, int exponent) {

    /** Elements that are worth a thread. */
    private static final int MIN_ELEMENTS = 1 << 20;

    /**
     * Sums up a matrix.
     *
     * @param scaled whether the exponent is wanted: without it float32 and bfloat16 are read in one pass
     * @throws LogalignException if an element of a counted token is NaN or infinite (the message has its index)
     */
    public static SquaredNorm of(
            Matrix x, @Nullable TokenMask mask, Precision precision, String contents, boolean scaled, int threads) {
        if (mask != null && mask.tokens() != x.rows()) {
            throw new IllegalArgumentException(
                    "the mask has " + mask.tokens() + " entries, the " + contents + " have " + x.rows() + " tokens");
        }
        long rowsWorthAThread = Math.max(1, MIN_ELEMENTS / Math.max(1, x.columns()));
        int parts = RowRanges.count(threads, x.rows(), rowsWorthAThread, x.segment());
        ScaledSum sum = new ScaledSum();
        long counted = 0;
        int exponent = Integer.MAX_VALUE;
        for (SquaredNorm part : RowRanges.run(Work.BATCH, parts, index -> {
            long first = RowRanges.start(index, parts, x.rows());
            long last = RowRanges.start(index + 1, parts, x.rows());
            return ofRange(x, mask, precision, contents, scaled, first, last);
        })) {
            sum.add(part.sum);
            counted += part.counted;
            exponent = part.sum.isZero() ? exponent : Math.min(exponent, part.exponent);
        }
        return new SquaredNorm(sum, counted, exponent == Integer.MAX_VALUE ? 0 : exponent);
    }

    private static SquaredNorm ofRange(
            Matrix x,
            @Nullable TokenMask mask,
            Precision precision,
            String contents,
            boolean scaled,
            long first,
            long last) {
        ScaledSum sum = new ScaledSum();
        if (!scaled) {
            try (BlockReader reader = new BlockReader(x, contents)) {
                if (reader.sumsInPlace()) {
                    long counted = 0;
                    long row = mask == null ? first : mask.nextCounting(first);
                    while (row < last) {
                        long end = mask == null ? last : Math.min(last, mask.nextMasked(row));
                        sum.add(reader.sumOfSquares(row, end - row), 0);
                        counted += end - row;
                        row = mask == null ? end : mask.nextCounting(end);
                    }
                    return new SquaredNorm(sum, counted, 0);
                }
            }
        }
        try (TokenBlocks blocks = new TokenBlocks(x, mask, precision, contents, first, last)) {
            while (blocks.advance()) {
                sum.add(blocks.sumOfSquares(), blocks.exponent());
            }
            // The last block's exponent fits all of them.
            return new SquaredNorm(sum, blocks.counted(), blocks.exponent());
        }
    }
}
