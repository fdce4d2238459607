package io.github.logalign.matrix;

import io.github.logalign.internal.check.Arguments;
import java.util.BitSet;

/**
 * Which tokens count: one bit per row of an activation matrix. Rows that do not count are never read.
 *
 * <p>Thread safety: immutable.
 */
public final class TokenMask {

    private final BitSet counting;
    private final long tokens;

    private TokenMask(BitSet counting, long tokens) {
        this.counting = counting;
        this.tokens = tokens;
    }

    /**
     * A mask from a bit set, which is copied.
     *
     * @param counting the tokens that count
     * @param tokens the number of tokens, at least {@code counting.length()}
     * @return the mask
     * @throws IllegalArgumentException if a bit is set beyond the tokens, or their number is negative
     */
    public static TokenMask of(BitSet counting, int tokens) {
        Arguments.required(counting, "counting");
        if (tokens < 0) {
            throw new IllegalArgumentException("a mask cannot have " + tokens + " tokens");
        }
        if (counting.length() > tokens) {
            throw new IllegalArgumentException(
                    "the mask has a bit at " + (counting.length() - 1) + " but only " + tokens + " tokens");
        }
        return new TokenMask((BitSet) counting.clone(), tokens);
    }

    /**
     * A mask from an array: true counts.
     *
     * @param counting one value per token
     * @return the mask
     */
    public static TokenMask of(boolean... counting) {
        Arguments.required(counting, "counting");
        BitSet bits = new BitSet(counting.length);
        for (int token = 0; token < counting.length; token++) {
            bits.set(token, counting[token]);
        }
        return new TokenMask(bits, counting.length);
    }

    /**
     * The number of entries, set or not.
     *
     * @return the length of the mask
     */
    public long tokens() {
        return tokens;
    }

    /**
     * The number of tokens that count.
     *
     * @return how many bits are set
     */
    public long counting() {
        return counting.cardinality();
    }

    /**
     * Tells whether a token counts.
     *
     * @param token its index
     * @return true if it counts
     * @throws IllegalArgumentException if there is no such token
     */
    public boolean counts(long token) {
        if (token < 0 || token >= tokens) {
            throw new IllegalArgumentException("there is no token " + token + ": the mask has " + tokens);
        }
        return counting.get((int) token);
    }

    /**
     * The first token at or after an index that counts.
     *
     * @param from where to begin, at least 0
     * @return its index, or the mask's length if no such token follows
     * @throws IllegalArgumentException if the index is negative
     */
    public long nextCounting(long from) {
        checkStart(from);
        int next = from >= tokens ? -1 : counting.nextSetBit((int) from);
        return next < 0 ? tokens : next;
    }

    /**
     * The first token at or after an index that does not count.
     *
     * @param from where to begin, at least 0
     * @return its index, or the mask's length if no such token follows
     * @throws IllegalArgumentException if the index is negative
     */
    public long nextMasked(long from) {
        checkStart(from);
        return from >= tokens ? tokens : Math.min(tokens, counting.nextClearBit((int) from));
    }

    private static void checkStart(long from) {
        if (from < 0) {
            throw new IllegalArgumentException("there is no token " + from);
        }
    }
}
