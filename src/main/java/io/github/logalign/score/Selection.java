package io.github.logalign.score;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which layers are wanted.
 *
 * @param tensor the one weight that is wanted, or null for all that have activations
 * @param activation the one activation tensor that is wanted, or null
 * @param maps which activations belong to which weights, where the names do not tell
 * @param include weights or layers that are wanted; all if empty
 * @param exclude weights or layers that are not
 * @param transposed weights that are stored input x output
 */
public record Selection(
        @Nullable String tensor,
        @Nullable String activation,
        List<NameMap> maps,
        List<Glob> include,
        List<Glob> exclude,
        List<Glob> transposed) {

    /** Whatever belongs together by its name. */
    public static final Selection ALL = new Selection(null, null, List.of(), List.of(), List.of(), List.of());

    /** Copies the lists. */
    public Selection {
        maps = List.copyOf(maps);
        include = List.copyOf(include);
        exclude = List.copyOf(exclude);
        transposed = List.copyOf(transposed);
    }
}
