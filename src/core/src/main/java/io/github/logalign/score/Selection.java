package io.github.logalign.score;

import java.io.Serializable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Selects layers, and holds what the user states about their weights.
 *
 * @param tensor the only weight to select, or null for all that have activations
 * @param activation the only activation tensor to select, or null
 * @param maps assigns activations to weights where the names do not match
 * @param include patterns of weights or layers to include; all if empty
 * @param exclude patterns of weights or layers to exclude
 * @param transposed weights that are stored input x output
 * @param storedOutputInput whether all other weights are stored output x input
 * @param convolutions weights {@code [out, in, k...]} to be scored as {@code out x (in k)}
 * @param offersNames whether the command has the options {@code --tensor} and {@code --activation}; only then do
 *     messages suggest them
 */
public record Selection(
        @Nullable String tensor,
        @Nullable String activation,
        List<NameMap> maps,
        List<Glob> include,
        List<Glob> exclude,
        List<Glob> transposed,
        boolean storedOutputInput,
        List<Glob> convolutions,
        boolean offersNames)
        implements
            Serializable {

    /** All layers, paired by name. */
    public static final Selection ALL = new Selection(null, null, List.of(), List.of(), List.of(), List.of());

    /**
     * Whether a layer is wanted by its name or that of its weight.
     *
     * @param layer the layer
     * @return true if a pattern to include matches, or there is none, and none to exclude does
     */
    public boolean wants(LayerInfo layer) {
        return (include.isEmpty() || include.stream().anyMatch(layer::fits)) && exclude.stream().noneMatch(layer::fits);
    }

    /**
     * Whether a layer is wanted of which only the name is known.
     *
     * @param layer the name
     * @return true if a pattern to include matches it or the usual name of its weight, or there is none, and none to exclude does
     */
    public boolean wantsLayer(String layer) {
        return wants(List.of(layer, layer + LayerNames.WEIGHT));
    }

    /** Copies the lists. */
    public Selection {
        maps = List.copyOf(maps);
        include = List.copyOf(include);
        exclude = List.copyOf(exclude);
        transposed = List.copyOf(transposed);
        convolutions = List.copyOf(convolutions);
    }

    /**
     * Selects layers by name, and states which weights are stored input x output.
     *
     * @param tensor the only weight to select, or null for all that have activations
     * @param activation the only activation tensor to select, or null
     * @param maps which activations belong to which weights
     * @param include patterns of weights or layers to include; all if empty
     * @param exclude patterns of weights or layers to exclude
     * @param transposed weights that are stored input x output
     */
    public Selection(
            @Nullable String tensor,
            @Nullable String activation,
            List<NameMap> maps,
            List<Glob> include,
            List<Glob> exclude,
            List<Glob> transposed) {
        this(tensor, activation, maps, include, exclude, transposed, false, List.of(), true);
    }

    /**
     * This selection, with or without the statement that all other weights are stored output x input.
     *
     * @param known whether to state that
     * @return the selection
     */
    public Selection withStoredOutputInput(boolean known) {
        return new Selection(
                tensor, activation, maps, include, exclude, transposed, known, convolutions, offersNames);
    }

    /**
     * This selection with convolutions.
     *
     * @param globs weights {@code [out, in, k...]} to be scored as {@code out x (in k)}
     * @return the selection
     */
    public Selection withConvolutions(List<Glob> globs) {
        return new Selection(
                tensor, activation, maps, include, exclude, transposed, storedOutputInput, globs, offersNames);
    }

    /**
     * This selection for a command without the options that select a single pair.
     *
     * @return the selection
     */
    public Selection withoutNames() {
        return new Selection(
                tensor, activation, maps, include, exclude, transposed, storedOutputInput, convolutions, false);
    }

    /** The remedy for activations without a weight. */
    String howToPair() {
        return offersNames ? "; name it with --tensor or --map" : "; name it with --map";
    }

    /** Whether a layer is selected: at least one of its names must be included, and none excluded. */
    boolean wants(List<String> names) {
        return (include.isEmpty() || LayerNames.anyFits(include, names)) && !LayerNames.anyFits(exclude, names);
    }
}
