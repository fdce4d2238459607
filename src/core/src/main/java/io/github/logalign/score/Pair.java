package io.github.logalign.score;

import io.github.logalign.tensor.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A weight and the activations that belong to it; the shapes are not looked at yet.
 *
 * @param layer the layer's name
 * @param weight the weight; null if there is none
 * @param matrix which of the tensor's matrices; null for all
 * @param activation the activations; null if there are none
 * @param ownActivation whether the activations are this one matrix's, so that three dimensions are batch, tokens and n
 * @param warnings what the user should know
 * @param refusal why the pair cannot be scored; null if it perhaps can
 */
record Pair(
        String layer,
        @Nullable Tensor weight,
        @Nullable Integer matrix,
        @Nullable Tensor activation,
        boolean ownActivation,
        List<String> warnings,
        @Nullable String refusal) {

    static Pair of(String layer, Tensor weight, @Nullable Integer matrix, @Nullable Tensor activation) {
        return new Pair(layer, weight, matrix, activation, false, List.of(), null);
    }

    static Pair refused(String layer, @Nullable Tensor weight, @Nullable Tensor activation, String why) {
        return new Pair(layer, weight, null, activation, false, List.of(), why);
    }

    Pair withOwnActivation() {
        return new Pair(layer, weight, matrix, activation, true, warnings, refusal);
    }

    Pair withWarning(String warning) {
        return new Pair(layer, weight, matrix, activation, ownActivation, List.of(warning), refusal);
    }

    /** The names that patterns may mean: the layer's, the tensor's, and both with the matrix's index. */
    List<String> names() {
        if (weight == null) {
            return List.of(layer);
        }
        return matrix == null
                ? List.of(layer, weight.name())
                : List.of(layer, weight.name(), layer + "[" + matrix + "]", weight.name() + "[" + matrix + "]");
    }
}
