package io.github.logalign.score;

import io.github.logalign.internal.check.Arguments;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.matrix.Matrix;
import io.github.logalign.matrix.TokenGroups;
import io.github.logalign.tensor.Integers;
import io.github.logalign.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Which tokens of activations belong together, for error bars: as a tensor says it; else the sequences of activations
 * {@code [sequences, length, n]}; else blocks of consecutive tokens.
 *
 * <p>Thread safety: immutable.
 */
public final class Grouping {

    /** Sequences where there are some, else blocks. */
    public static final Grouping AUTO = new Grouping(null, "");

    /** The fewest tokens of a block: neighbouring tokens depend on each other. */
    private static final int BLOCK = 32;

    /** The most blocks: more would make intervals little narrower, and trust more in the independence of short blocks. */
    private static final int MOST_BLOCKS = 64;

    private final @Nullable TokenGroups given;
    private final String source;

    private Grouping(@Nullable TokenGroups given, String source) {
        this.given = given;
        this.source = source;
    }

    /**
     * The groups that a tensor gives to all activations.
     *
     * @param tensor an integer for each token: tokens with the same one belong together; read once, here
     * @return the grouping
     * @throws LogalignException if it does not hold integers
     */
    public static Grouping of(Tensor tensor) {
        Arguments.required(tensor, "tensor");
        return new Grouping(TokenGroups.of(Integers.of(tensor)), tensor.where());
    }

    /**
     * The groups of some activations.
     *
     * @param groups the groups
     * @param kind what they are, such as {@code sequences}
     */
    public record Grouped(TokenGroups groups, String kind) {}

    /**
     * The groups of a layer's activations.
     *
     * @param job the layer, with activations
     * @return the groups
     * @throws IllegalArgumentException if it has no activations
     * @throws LogalignException if the given groups are of another number of tokens, or the activations cannot be read
     */
    public Grouped of(LayerJob job) {
        Tensor activation = Arguments.required(job, "job").activation();
        Matrix x = job.x();
        if (activation == null || x == null) {
            throw new IllegalArgumentException("the layer has no activations to be grouped");
        }
        long tokens = x.rows();
        if (given != null) {
            if (given.tokens() != tokens) {
                throw new LogalignException(source + " has " + given.tokens() + " integers, but " + activation.where()
                        + " has " + tokens + " tokens; give one for each token");
            }
            return new Grouped(given, "given groups");
        }
        long[] shape = activation.shape();
        // Several matrices of one tensor are those of experts, not sequences.
        if (job.activationMatrix() == null && shape.length == 3 && shape[0] > 1 && shape[0] <= Integer.MAX_VALUE
                && shape[1] > 0) {
            return new Grouped(TokenGroups.consecutive(tokens, (int) shape[0]), "sequences");
        }
        int count = (int) Math.clamp(tokens / BLOCK, Math.min(tokens, 1), MOST_BLOCKS);
        String size = count == 0 ? "" : " of " + tokens / count + " tokens";
        return new Grouped(TokenGroups.consecutive(tokens, count), "blocks" + size);
    }
}
