package io.github.logalign.score;

import io.github.logalign.matrix.ElementType;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The facts about a layer that do not depend on the outcome: its name, the location of its tensors, and how the weight
 * is stored.
 *
 * <p>Thread safety: immutable.
 *
 * @param layer the layer's name
 * @param weight the location of the weight
 * @param activation the location of the activations; null if there are none
 * @param shape the shape of the weight, output x input; null if unknown
 * @param storage how the weight is stored; null if there is no weight or the orientation is undecided
 * @param warnings warnings for the user
 */
public record LayerInfo(
        String layer,
        Source weight,
        @Nullable Source activation,
        @Nullable Shape shape,
        @Nullable Storage storage,
        List<String> warnings) implements Serializable {

    /** Copies the list. */
    public LayerInfo {
        warnings = List.copyOf(warnings);
    }

    /**
     * A tensor of a file.
     *
     * @param file the file
     * @param name the tensor's name; null for an array without one
     */
    public record Source(String file, @Nullable String name) implements Serializable {}

    /**
     * The size and type of a weight.
     *
     * @param rows m
     * @param columns n
     * @param elementType of the file; null if nothing but sums is known of the weight
     */
    public record Shape(long rows, long columns, @Nullable ElementType elementType) implements Serializable {}

    /**
     * How a weight is stored in its file.
     *
     * @param orientation the orientation in the file
     * @param reason the evidence for it
     */
    public record Storage(StoredOrientation orientation, String reason) implements Serializable {}

    /**
     * Whether the weight is used transposed.
     *
     * @return true if it is stored input x output
     */
    public boolean isTransposed() {
        return storage != null && storage.orientation() == StoredOrientation.INPUT_OUTPUT;
    }

    /**
     * Whether a pattern matches this layer, by the name of the layer or of the weight.
     *
     * @param glob the pattern
     * @return true if it matches
     */
    public boolean fits(Glob glob) {
        return LayerNames.fits(glob, layer) || (weight.name() != null && LayerNames.fits(glob, weight.name()));
    }

    /**
     * Whether this is the unembedding, by the names that models give it.
     *
     * @return true for names such as lm_head
     */
    public boolean isHead() {
        return TiedHead.isHead(layer);
    }

    /**
     * This information with other warnings.
     *
     * @param all the warnings
     * @return a new record
     */
    public LayerInfo withWarnings(List<String> all) {
        return new LayerInfo(layer, weight, activation, shape, storage, all);
    }

    LayerInfo withWarning(String warning) {
        List<String> all = new ArrayList<>(warnings);
        all.add(warning);
        return withWarnings(all);
    }
}
