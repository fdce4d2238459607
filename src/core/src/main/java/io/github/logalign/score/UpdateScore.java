package io.github.logalign.score;

import io.github.logalign.score.LayerInfo.Source;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * How what training changed in a layer lines up: of the outputs' change, {@code W_t z_t - W_0 z_0 = dW z_0 + W_0 dz + dW dz},
 * the three terms. W_0 and z_0 are the weights and inputs of an earlier checkpoint, {@code dW = W_t - W_0}, and
 * {@code dz = z_t - z_0} on the same tokens.
 *
 * <p>Source: arXiv 2407.05872. Thread safety: immutable.
 *
 * @param weights where W_0 is; null if nothing is subtracted from the weights
 * @param activations where z_0 is; null if nothing is subtracted from the activations
 * @param oldInputsNewWeights of z_0 with dW; null where it has no value
 * @param newInputsOldWeights of dz with W_0; null where it has no value
 * @param newInputsNewWeights of dz with dW; null where it has no value
 * @param ranks of dW; null without a factorisation
 */
public record UpdateScore(
        @Nullable Source weights,
        @Nullable Source activations,
        @Nullable Ratio oldInputsNewWeights,
        @Nullable Ratio newInputsOldWeights,
        @Nullable Ratio newInputsNewWeights,
        @Nullable Ranks ranks) implements Serializable {

    /**
     * One of the three.
     *
     * @param overlap from 0 to 1
     * @param lar minus infinity if the overlap is 0
     */
    public record Ratio(double overlap, double lar) implements Serializable {}

    /**
     * How many directions the weights' change has.
     *
     * @param numerical singular values that are not rounding
     * @param stable sum sigma^2 / sigma_1^2
     * @param effective the exponential of the spectrum's entropy; null if dW is 0
     */
    public record Ranks(int numerical, double stable, @Nullable Double effective) implements Serializable {}
}
