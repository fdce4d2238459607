package io.github.logalign.internal.engine;

import io.github.logalign.internal.blas.Work;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.matrix.Matrix;
import io.github.logalign.matrix.Precision;
import io.github.logalign.matrix.TokenGroups;
import io.github.logalign.matrix.TokenMask;
import java.util.ArrayList;
import java.util.List;
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
        int parts = RowRanges.count(threads, x.rows(), rowsWorthAThread, x);
        return pooled(RowRanges.run(Work.BATCH, parts, index -> {
            long first = RowRanges.start(index, parts, x.rows());
            long last = RowRanges.start(index + 1, parts, x.rows());
            if (!scaled) {
                try (BlockReader reader = new BlockReader(x, contents)) {
                    if (reader.sumsInPlace()) {
                        return inPlace(reader, new CountedTokens(mask, first, last));
                    }
                }
            }
            try (TokenBlocks blocks = new TokenBlocks(x, mask, precision, contents, first, last)) {
                return ofBlocks(blocks);
            }
        }));
    }

    /**
     * Sums up a matrix by groups of tokens.
     *
     * @return as many as there are groups
     * @throws LogalignException if an element of a counted token is NaN or infinite (the message has its index)
     */
    static List<SquaredNorm> ofGroups(Matrix x, @Nullable TokenMask mask, TokenGroups groups, Precision precision,
            String contents, int threads) {
        int parts = RowRanges.count(Math.max(1, Math.min(threads, groups.count())), x.rows(),
                Math.max(1, MIN_ELEMENTS / Math.max(1, x.columns())), x);
        List<SquaredNorm> norms = new ArrayList<>();
        RowRanges.run(Work.BATCH, parts, index -> {
            int first = (int) RowRanges.start(index, parts, groups.count());
            int last = (int) RowRanges.start(index + 1, parts, groups.count());
            return ofGroups(x, mask, groups, first, last, precision, contents);
        }).forEach(norms::addAll);
        return norms;
    }

    private static List<SquaredNorm> ofGroups(Matrix x, @Nullable TokenMask mask, TokenGroups groups, int first,
            int last, Precision precision, String contents) {
        List<SquaredNorm> norms = new ArrayList<>(last - first);
        try (BlockReader reader = new BlockReader(x, contents);
                TokenBlocks blocks = new TokenBlocks(x, mask, precision, contents)) {
            CountedTokens tokens = new CountedTokens(mask, 0, x.rows());
            for (int group = first; group < last; group++) {
                if (reader.sumsInPlace()) {
                    tokens.restrictTo(groups, group);
                    norms.add(inPlace(reader, tokens));
                } else {
                    blocks.restrictTo(groups, group);
                    norms.add(ofBlocks(blocks));
                }
            }
        }
        return norms;
    }

    /** Several as one. */
    static SquaredNorm pooled(List<SquaredNorm> parts) {
        ScaledSum sum = new ScaledSum();
        long counted = 0;
        int exponent = Integer.MAX_VALUE;
        for (SquaredNorm part : parts) {
            sum.add(part.sum);
            counted += part.counted;
            exponent = part.sum.isZero() ? exponent : Math.min(exponent, part.exponent);
        }
        return new SquaredNorm(sum, counted, exponent == Integer.MAX_VALUE ? 0 : exponent);
    }

    private static SquaredNorm inPlace(BlockReader reader, CountedTokens tokens) {
        ScaledSum sum = new ScaledSum();
        long counted = 0;
        long row = tokens.first();
        while (row < tokens.last()) {
            long end = tokens.end(row);
            sum.add(reader.sumOfSquares(row, end - row), 0);
            counted += end - row;
            row = tokens.next(end);
        }
        return new SquaredNorm(sum, counted, 0);
    }

    private static SquaredNorm ofBlocks(TokenBlocks blocks) {
        ScaledSum sum = new ScaledSum();
        long before = blocks.counted();
        while (blocks.advance()) {
            sum.add(blocks.sumOfSquares(), blocks.exponent());
        }
        // The last block's exponent fits all of them.
        return new SquaredNorm(sum, blocks.counted() - before, blocks.exponent());
    }
}
