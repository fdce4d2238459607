package io.github.logalign;

import java.util.BitSet;
import java.util.Objects;

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
     */
    public static TokenMask of(BitSet counting, int tokens) {
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
        BitSet bits = new BitSet(counting.length);
        for (int token = 0; token < counting.length; token++) {
            bits.set(token, counting[token]);
        }
        return new TokenMask(bits, counting.length);
    }

    /**
     * The number of tokens the mask speaks of, counting or not.
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
     */
    public boolean counts(long token) {
        Objects.checkIndex(token, tokens);
        return counting.get((int) token);
    }

    /**
     * The first token at or after an index that counts.
     *
     * @param from where to begin
     * @return its index, or the mask's length if there is none
     */
    public long nextCounting(long from) {
        int next = from >= tokens ? -1 : counting.nextSetBit((int) from);
        return next < 0 ? tokens : next;
    }

    /**
     * The first token at or after an index that does not count.
     *
     * @param from where to begin
     * @return its index, or the mask's length if there is none
     */
    public long nextMasked(long from) {
        return from >= tokens ? tokens : Math.min(tokens, counting.nextClearBit((int) from));
    }
}
