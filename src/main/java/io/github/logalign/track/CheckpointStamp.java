package io.github.logalign.track;

import java.util.Objects;

/**
 * What a row was scored from. Rows of another stamp than a checkpoint has now are of other numbers.
 *
 * <p>Thread safety: immutable.
 *
 * @param weights the state of the weights
 * @param activations the state of the activations
 * @param layout the options that say how weights lie in their files and what belongs to them; empty without any
 */
public record CheckpointStamp(FileStamp weights, FileStamp activations, String layout) {

    /** Checks that nothing is missing. */
    public CheckpointStamp {
        Objects.requireNonNull(weights, "weights");
        Objects.requireNonNull(activations, "activations");
        Objects.requireNonNull(layout, "layout");
    }
}
