package io.github.logalign.score;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which layers are wanted, and what the user knows about their weights.
 *
 * @param tensor the one weight that is wanted, or null for all that have activations
 * @param activation the one activation tensor that is wanted, or null
 * @param maps which activations belong to which weights, where the names do not tell
 * @param include weights or layers that are wanted; all if empty
 * @param exclude weights or layers that are not
 * @param transposed weights that are stored input x output
 * @param storedOutputInput whether all other weights are known to be stored output x input
 * @param convolutions weights {@code [out, in, k...]} to be scored as {@code out x (in k)}
 * @param offersNames whether whoever asks can choose one pair by {@code --tensor} and {@code --activation}; advice names
 *     these options only then
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
        boolean offersNames) {

    /** Whatever belongs together by its name. */
    public static final Selection ALL = new Selection(null, null, List.of(), List.of(), List.of(), List.of());

    /** Copies the lists. */
    public Selection {
        maps = List.copyOf(maps);
        include = List.copyOf(include);
        exclude = List.copyOf(exclude);
        transposed = List.copyOf(transposed);
        convolutions = List.copyOf(convolutions);
    }

    /**
     * Layers by name, with nothing known about their weights but which are stored input x output.
     *
     * @param tensor the one weight that is wanted, or null for all that have activations
     * @param activation the one activation tensor that is wanted, or null
     * @param maps which activations belong to which weights
     * @param include weights or layers that are wanted; all if empty
     * @param exclude weights or layers that are not
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
     * The same with all weights but the transposed ones known to be stored output x input, or not.
     *
     * @param known whether that is known
     * @return the selection
     */
    public Selection withStoredOutputInput(boolean known) {
        return new Selection(
                tensor, activation, maps, include, exclude, transposed, known, convolutions, offersNames);
    }

    /**
     * The same with convolutions.
     *
     * @param globs weights {@code [out, in, k...]} to be scored as {@code out x (in k)}
     * @return the selection
     */
    public Selection withConvolutions(List<Glob> globs) {
        return new Selection(
                tensor, activation, maps, include, exclude, transposed, storedOutputInput, globs, offersNames);
    }

    /**
     * The same for a command that has no options to choose one pair by.
     *
     * @return the selection
     */
    public Selection withoutNames() {
        return new Selection(
                tensor, activation, maps, include, exclude, transposed, storedOutputInput, convolutions, false);
    }

    /** Advice for activations that belong to no weight. */
    String howToPair() {
        return offersNames ? "; name it with --tensor or --map" : "; name it with --map";
    }

    /** Tells whether a layer is wanted: one of its names must be included, and none excluded. */
    boolean wants(List<String> names) {
        return (include.isEmpty() || LayerNames.anyFits(include, names)) && !LayerNames.anyFits(exclude, names);
    }
}
