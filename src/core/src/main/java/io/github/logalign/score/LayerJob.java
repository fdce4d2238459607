package io.github.logalign.score;

import io.github.logalign.matrix.LogalignException;
import io.github.logalign.matrix.Matrix;
import io.github.logalign.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A row to compute, or the reason why it cannot be computed.
 *
 * @param info the layer and the location of its tensors
 * @param weight the weight's tensor, for messages; null if there is none
 * @param w the weight matrix, output x input; null if it cannot be scored
 * @param activation the activations, or null
 * @param activationMatrix the index of the expert in activations {@code [experts, tokens, n]}; null for all tokens
 * @param refusal the reason why the row cannot be computed, or null
 * @param inputs what takes the place of the activations' own matrix, such as their difference from others; null for that
 *     matrix
 */
public record LayerJob(
        LayerInfo info,
        @Nullable Tensor weight,
        @Nullable Matrix w,
        @Nullable Tensor activation,
        @Nullable Integer activationMatrix,
        Outcome.@Nullable Missing refusal,
        @Nullable Matrix inputs) {

    /**
     * A row of activations as they are.
     *
     * @param info the layer and the location of its tensors
     * @param weight the weight's tensor, for messages; null if there is none
     * @param w the weight matrix, output x input; null if it cannot be scored
     * @param activation the activations, or null
     * @param activationMatrix the index of the expert in activations {@code [experts, tokens, n]}; null for all tokens
     * @param refusal the reason why the row cannot be computed, or null
     */
    public LayerJob(
            LayerInfo info,
            @Nullable Tensor weight,
            @Nullable Matrix w,
            @Nullable Tensor activation,
            @Nullable Integer activationMatrix,
            Outcome.@Nullable Missing refusal) {
        this(info, weight, w, activation, activationMatrix, refusal, null);
    }

    /**
     * The layer's name.
     *
     * @return as in {@link #info}
     */
    public String layer() {
        return info.layer();
    }

    LayerJob withInfo(LayerInfo other) {
        return new LayerJob(other, weight, w, activation, activationMatrix, refusal, inputs);
    }

    /**
     * The inputs of the layer.
     *
     * @return tokens x n; null if there are no activations
     * @throws LogalignException if they cannot be read
     */
    public @Nullable Matrix x() {
        if (activation == null || inputs != null) {
            return inputs;
        }
        return activationMatrix == null
                ? activation.activations()
                : activation.matrices().get(activationMatrix).matrix();
    }
}
