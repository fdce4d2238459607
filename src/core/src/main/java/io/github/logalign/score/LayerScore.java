package io.github.logalign.score;

import io.github.logalign.score.Outcome.Scored;
import java.io.Serializable;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One row: a layer, and what became of it.
 *
 * <p>Thread safety: immutable.
 *
 * @param info what is known of the layer whatever became of it
 * @param outcome the result, or the reason why there is none
 * @param seconds wall time
 * @param update how what training changed lines up; null if that was not asked for
 */
public record LayerScore(LayerInfo info, Outcome outcome, double seconds, @Nullable UpdateScore update)
        implements
            Serializable {

    /**
     * A row of one checkpoint.
     *
     * @param info what is known of the layer whatever became of it
     * @param outcome the result, or the reason why there is none
     * @param seconds wall time
     */
    public LayerScore(LayerInfo info, Outcome outcome, double seconds) {
        this(info, outcome, seconds, null);
    }

    /**
     * The layer's name.
     *
     * @return as in {@link #info}
     */
    public String layer() {
        return info.layer();
    }

    /**
     * What the user should know.
     *
     * @return as in {@link #info}
     */
    public List<String> warnings() {
        return info.warnings();
    }

    /**
     * LAR and what belongs to it.
     *
     * @return the outcome if it has a value
     */
    public Optional<Scored> scored() {
        return outcome instanceof Scored scored ? Optional.of(scored) : Optional.empty();
    }

    /**
     * What ran, and what was found.
     *
     * @return empty if nothing was computed, or that failed
     */
    public Optional<Findings> findings() {
        return switch (outcome) {
            case Scored scored -> Optional.of(scored.findings());
            case Outcome.Decomposed decomposed -> Optional.of(decomposed.findings());
            case Outcome.Undefined undefined -> Optional.of(undefined.findings());
            case Outcome.Skipped _,Outcome.Failed _ -> Optional.empty();
        };
    }

    /**
     * Why there is no result.
     *
     * @return empty if there is one
     */
    public Optional<String> reason() {
        return outcome instanceof Outcome.Missing missing ? Optional.of(missing.reason()) : Optional.empty();
    }

    /**
     * This row with one more warning.
     *
     * @param warning what else the user should know
     * @return a new row
     */
    public LayerScore withWarning(String warning) {
        return new LayerScore(info.withWarning(warning), outcome, seconds, update);
    }
}
