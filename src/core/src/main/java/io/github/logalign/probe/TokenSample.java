package io.github.logalign.probe;

import io.github.logalign.internal.check.Arguments;
import io.github.logalign.matrix.Matrix;
import io.github.logalign.matrix.TokenMask;
import java.util.BitSet;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Draws tokens: each with the same probability, independent of its place and of all others. The distance to the next one is
 * drawn instead of every token, so that the cost is that of the tokens drawn.
 */
final class TokenSample {

    private final double sampling;
    private final long seed;

    /** {@code 1 / ln(1 - sampling)}. */
    private final double scale;

    private final AtomicLong batches = new AtomicLong();

    TokenSample(double sampling, long seed) {
        this.sampling = sampling;
        this.seed = seed;
        this.scale = 1 / Math.log1p(-sampling);
    }

    /**
     * The tokens of the next batch.
     *
     * @param drawn how many were drawn
     * @param counting those of them that count; null if all tokens of the batch do
     */
    record Drawn(long drawn, @Nullable TokenMask counting) {

        long countingOf(long tokens) {
            return counting == null ? tokens : counting.counting();
        }
    }

    /**
     * The number of tokens of a batch.
     *
     * @throws IllegalArgumentException if the mask has not as many, or they are more than 2^31 - 1
     */
    static int tokens(Matrix x, @Nullable TokenMask mask) {
        Arguments.required(x, "x");
        if (x.rows() > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("a batch has at most 2^31 - 1 tokens, not " + x.rows());
        }
        if (mask != null && mask.tokens() != x.rows()) {
            throw new IllegalArgumentException(
                    "the mask has " + mask.tokens() + " entries, the activations have " + x.rows() + " tokens");
        }
        return (int) x.rows();
    }

    Drawn next(int tokens, @Nullable TokenMask mask) {
        if (sampling == 1) {
            return new Drawn(tokens, mask);
        }
        SplittableRandom random = new SplittableRandom(mixed(seed + batches.getAndIncrement()));
        BitSet bits = new BitSet(tokens);
        long drawn = 0;
        for (long token = gap(random); token < tokens; token += 1 + gap(random)) {
            drawn++;
            if (mask == null || mask.counts(token)) {
                bits.set((int) token);
            }
        }
        return new Drawn(drawn, TokenMask.of(bits, tokens));
    }

    /** Neighbouring numbers give streams that have nothing to do with each other: MurmurHash3's finaliser. */
    private static long mixed(long number) {
        long bits = (number ^ (number >>> 33)) * 0xff51_afd7_ed55_8ccdL;
        bits = (bits ^ (bits >>> 33)) * 0xc4ce_b9fe_1a85_ec53L;
        return bits ^ (bits >>> 33);
    }

    /** How many tokens are passed over: geometrically distributed. */
    private long gap(SplittableRandom random) {
        // From above 0 to 1, whose logarithm is finite.
        return (long) (Math.log(1 - random.nextDouble()) * scale);
    }
}
