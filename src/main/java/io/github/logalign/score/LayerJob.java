package io.github.logalign.score;

import io.github.logalign.Matrix;
import io.github.logalign.tensor.Tensor;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One row to be computed, or the reason why it cannot be.
 *
 * @param layer the layer's name
 * @param weightsFile the file of the weight
 * @param tensorName the weight's name, or null for an array without one
 * @param weight where the weight comes from, for messages; null if there is none
 * @param w the weight, output x input; null if it cannot be scored
 * @param activation the activations, or null
 * @param warnings what the user should know
 * @param skipped why there is nothing to compute, or null
 */
public record LayerJob(
        String layer,
        Path weightsFile,
        @Nullable String tensorName,
        @Nullable Tensor weight,
        @Nullable Matrix w,
        @Nullable Tensor activation,
        List<String> warnings,
        @Nullable String skipped) {}
