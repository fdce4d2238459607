package io.github.logalign.track;

import io.github.logalign.matrix.LogalignException;
import io.github.logalign.score.Plan;
import io.github.logalign.score.Selection;
import io.github.logalign.tensor.TensorFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Whether the patterns of a selection match tensors of a checkpoint.
 *
 * @param readable whether both files of the checkpoint can be opened
 * @param misfit the error for a pattern that matches nothing, or null
 */
record PatternFit(boolean readable, @Nullable LogalignException misfit) {

    private static final PatternFit UNREADABLE = new PatternFit(false, null);

    static PatternFit of(Checkpoint checkpoint, Selection selection) {
        Path activations = checkpoint.activations();
        if (checkpoint.problem() != null || activations == null || !Files.exists(activations)) {
            return UNREADABLE;
        }
        try (TensorFile weights = TensorFile.open(checkpoint.weights());
                TensorFile dump = TensorFile.open(activations)) {
            return new PatternFit(true, misfit(weights, dump, selection));
        } catch (LogalignException unreadable) {
            return UNREADABLE;
        }
    }

    private static @Nullable LogalignException misfit(TensorFile weights, TensorFile dump, Selection selection) {
        try {
            Plan.checkPatterns(weights, dump, selection);
            return null;
        } catch (LogalignException noMatch) {
            return noMatch;
        }
    }
}
