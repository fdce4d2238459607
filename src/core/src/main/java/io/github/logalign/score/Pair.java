package io.github.logalign.score;

import io.github.logalign.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A weight and the activations that belong to it. Their shapes have not been checked yet.
 *
 * @param layer the layer's name
 * @param weight the weight; null if there is none
 * @param matrix the index of one of the tensor's matrices; null for all
 * @param activation the activations; null if there are none
 * @param ownActivation whether the activations belong to this matrix alone, so that three dimensions are batch, tokens
 *     and n
 * @param activationMatrix the index of one of the activations' matrices, which are those of several weights; null for all
 * @param warnings warnings for the user
 * @param refusal the reason why the pair cannot be scored; null if none is known yet
 */
record Pair(
        String layer,
        @Nullable Tensor weight,
        @Nullable Integer matrix,
        @Nullable Tensor activation,
        boolean ownActivation,
        @Nullable Integer activationMatrix,
        List<String> warnings,
        @Nullable String refusal) {

    static Pair of(String layer, Tensor weight, @Nullable Integer matrix, @Nullable Tensor activation) {
        return new Pair(layer, weight, matrix, activation, false, null, List.of(), null);
    }

    static Pair refused(String layer, @Nullable Tensor weight, @Nullable Tensor activation, String why) {
        return new Pair(layer, weight, null, activation, false, null, List.of(), why);
    }

    Pair withOwnActivation() {
        return new Pair(layer, weight, matrix, activation, true, activationMatrix, warnings, refusal);
    }

    Pair withWarning(String warning) {
        return new Pair(layer, weight, matrix, activation, ownActivation, activationMatrix, List.of(warning), refusal);
    }

    /** With activations, all of them or one of their matrices. The user may have asked for one matrix of the weight. */
    Pair withActivation(Tensor tensor, @Nullable Integer part) {
        return new Pair(layer, weight, matrix, tensor, matrix != null, part, warnings, refusal);
    }

    /**
     * The names to match patterns against: those of the layer and of the tensor, and both with the index of the matrix.
     */
    List<String> names() {
        if (weight == null) {
            return List.of(layer);
        }
        return matrix == null
                ? List.of(layer, weight.name())
                : List.of(layer, weight.name(), layer + "[" + matrix + "]", weight.name() + "[" + matrix + "]");
    }
}
