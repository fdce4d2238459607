package io.github.logalign.score;

import io.github.logalign.matrix.ElementType;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a layer whatever becomes of it: its name, where its tensors lie, and how the weight is stored.
 *
 * <p>Thread safety: immutable.
 *
 * @param layer the layer's name
 * @param weight where the weight lies
 * @param activation where the activations lie; null if there are none
 * @param shape of the weight, output x input; null if it is not known
 * @param storage how the weight is taken to be stored; null if there is none, or that was not decided
 * @param warnings what the user should know
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
     * @param elementType of the file
     */
    public record Shape(long rows, long columns, ElementType elementType) implements Serializable {}

    /**
     * How a weight lies in its file.
     *
     * @param orientation as stored
     * @param reason why it was taken to lie so
     */
    public record Storage(StoredOrientation orientation, String reason) implements Serializable {}

    /**
     * Tells whether the weight is used transposed.
     *
     * @return true if it is stored input x output
     */
    public boolean isTransposed() {
        return storage != null && storage.orientation() == StoredOrientation.INPUT_OUTPUT;
    }

    /**
     * Tells whether a pattern means this layer: it may fit the layer's name or the weight's.
     *
     * @param glob the pattern
     * @return true if so
     */
    public boolean fits(Glob glob) {
        return LayerNames.fits(glob, layer) || (weight.name() != null && LayerNames.fits(glob, weight.name()));
    }

    /**
     * The same with other warnings.
     *
     * @param all what the user should know
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
