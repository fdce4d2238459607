package io.github.logalign.track;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a row was scored from. Rows of another stamp than a checkpoint has now are of other numbers.
 *
 * <p>Thread safety: immutable.
 *
 * @param weights the state of the weights
 * @param activations the state of the activations
 * @param layout the options that say how weights lie in their files and what belongs to them; empty without any
 * @param config the state of the config.json beside the weights, which tells how they are stored; null in series that do not
 *     say it
 */
public record CheckpointStamp(FileStamp weights, FileStamp activations, String layout, @Nullable String config) {

    /** Checks that nothing is missing. */
    public CheckpointStamp {
        Objects.requireNonNull(weights, "weights");
        Objects.requireNonNull(activations, "activations");
        Objects.requireNonNull(layout, "layout");
    }

    /**
     * Tells whether rows of this stamp are of other numbers than those of another. What one of them does not say is no
     * difference.
     *
     * @param now the other stamp
     * @return true if so
     */
    boolean differsFrom(CheckpointStamp now) {
        boolean sameConfig = config == null || now.config == null || config.equals(now.config);
        return !sameConfig || !weights.equals(now.weights) || !activations.equals(now.activations)
                || !layout.equals(now.layout);
    }
}
