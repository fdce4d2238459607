package io.github.logalign.track;

import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Where the weights and activations of one training step are.
 *
 * @param step the training step
 * @param weights the file of the weights
 * @param activations the file of the activations, which need not exist yet; null if there is a problem
 * @param problem why the checkpoint cannot be scored, or null
 */
public record Checkpoint(long step, Path weights, @Nullable Path activations, @Nullable String problem) {

    /** Checks that nothing is missing. */
    public Checkpoint {
        Objects.requireNonNull(weights, "weights");
        if (activations == null && problem == null) {
            throw new IllegalArgumentException("a checkpoint without activations has a problem");
        }
    }
}
