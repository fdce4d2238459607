package io.github.logalign.score;

import io.github.logalign.matrix.LogalignException;
import io.github.logalign.matrix.Matrix;
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
 * @param activationMatrix which of the matrices of the activations {@code [experts, tokens, n]} are meant; null for all
 *     tokens
 * @param orientation how the weight is stored; null if there is no weight, or that was not decided
 * @param orientationReason why it is taken to be stored so; null if the orientation is
 * @param warnings what the user should know
 * @param refusal why there is nothing to compute, or null
 */
public record LayerJob(
        String layer,
        Path weightsFile,
        @Nullable String tensorName,
        @Nullable Tensor weight,
        @Nullable Matrix w,
        @Nullable Tensor activation,
        @Nullable Integer activationMatrix,
        @Nullable StoredOrientation orientation,
        @Nullable String orientationReason,
        List<String> warnings,
        @Nullable Refusal refusal) {

    /** Copies the list. */
    public LayerJob {
        warnings = List.copyOf(warnings);
    }

    /**
     * The inputs of the layer.
     *
     * @return tokens x n; null if there are no activations
     * @throws LogalignException if they cannot be read
     */
    public @Nullable Matrix x() {
        if (activation == null) {
            return null;
        }
        return activationMatrix == null
                ? activation.activations()
                : activation.matrices().get(activationMatrix).matrix();
    }

    /**
     * The name of the activations, with the index where one of several matrices is meant.
     *
     * @return the name; null if there are none, or they have no name
     */
    public @Nullable String activationName() {
        if (activation == null || !activation.isNamed()) {
            return null;
        }
        return activationMatrix == null ? activation.name() : activation.name() + "[" + activationMatrix + "]";
    }

    /**
     * Tells whether the weight is used transposed.
     *
     * @return true if it is stored input x output
     */
    public boolean isTransposed() {
        return orientation == StoredOrientation.INPUT_OUTPUT;
    }

    /**
     * Tells whether a pattern means this row: it may fit the layer's name or the weight's.
     *
     * @param glob the pattern
     * @return true if so
     */
    public boolean fits(Glob glob) {
        return LayerNames.fits(glob, layer) || (tensorName != null && LayerNames.fits(glob, tensorName));
    }
}
