package io.github.logalign.track;

import java.io.Serializable;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The state of the files that a row was scored from. A row whose stamp differs from the checkpoint's present one is out
 * of date.
 *
 * <p>Thread safety: immutable.
 *
 * @param weights the state of the weights file
 * @param activations the state of the activations file
 * @param layout the options that state how weights are stored and which tensors belong together; empty without such
 *     options
 * @param config the state of the config.json beside the weights, which states how they are stored; null in series that
 *     do not record it
 */
public record CheckpointStamp(FileStamp weights, FileStamp activations, String layout,
        @Nullable String config) implements Serializable {

    /** How the last of the options begins if the row has the ratios of updates. */
    static final String UPDATES = "--updates since step ";

    /** Rejects null components, except config. */
    public CheckpointStamp {
        Objects.requireNonNull(weights, "weights");
        Objects.requireNonNull(activations, "activations");
        Objects.requireNonNull(layout, "layout");
    }

    /**
     * Whether rows with this stamp are out of date. A part that one of the stamps does not record counts as equal.
     *
     * @param now the present stamp
     * @return true if the stamps differ
     */
    boolean differsFrom(CheckpointStamp now) {
        boolean sameConfig = config == null || now.config == null || config.equals(now.config);
        return !sameConfig || !weights.equals(now.weights) || !activations.equals(now.activations)
                || !(layout.equals(now.layout) || withoutUpdates(layout).equals(now.layout));
    }

    /** The step since which the ratios of updates are, if the row has them. */
    Optional<Long> updatesSince() {
        int updates = layout.indexOf(UPDATES);
        try {
            return updates < 0
                    ? Optional.empty()
                    : Optional.of(Long.valueOf(layout.substring(updates + UPDATES.length())));
        } catch (NumberFormatException damaged) {
            return Optional.empty();
        }
    }

    /** What is computed in addition to a row does not make it another one. */
    private static String withoutUpdates(String layout) {
        int updates = layout.indexOf(UPDATES);
        return updates < 0 ? layout : layout.substring(0, updates).strip();
    }
}
