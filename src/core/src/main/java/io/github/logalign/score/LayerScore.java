package io.github.logalign.score;

import io.github.logalign.Spread;
import io.github.logalign.matrix.ElementType;
import io.github.logalign.matrix.Precision;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One row: a layer, what was computed, and how that went. What does not apply is null.
 *
 * @param layer the layer's name
 * @param weights the file of the weight
 * @param tensor the weight's name
 * @param rows m
 * @param cols n
 * @param elementType the weight's element type
 * @param activations the file of the activations
 * @param activation their name
 * @param tokens how many tokens counted
 * @param maskedTokens how many the mask left out
 * @param method how it was computed
 * @param driver the routines that ran
 * @param precision in what precision
 * @param overlap sum p q
 * @param lar the log-alignment ratio, maybe minus infinity
 * @param larErrorEstimate about how far it may be off
 * @param effectiveDimension k, maybe infinity
 * @param numericalRank of the weight
 * @param nullSpaceEnergy share of the activations' energy in the weight's null space
 * @param weightSpread of p
 * @param activationSpread of q
 * @param stableRank of the weight
 * @param orientation how the weight lies in its file
 * @param orientationReason why it was taken to lie so
 * @param status how it went
 * @param reason why it is not ok, and what to do
 * @param warnings what the user should know
 * @param seconds wall time
 */
public record LayerScore(
        String layer,
        String weights,
        @Nullable String tensor,
        @Nullable Long rows,
        @Nullable Long cols,
        @Nullable ElementType elementType,
        @Nullable String activations,
        @Nullable String activation,
        @Nullable Long tokens,
        @Nullable Long maskedTokens,
        @Nullable ScoreMethod method,
        @Nullable String driver,
        @Nullable Precision precision,
        @Nullable Double overlap,
        @Nullable Double lar,
        @Nullable Double larErrorEstimate,
        @Nullable Double effectiveDimension,
        @Nullable Integer numericalRank,
        @Nullable Double nullSpaceEnergy,
        @Nullable Spread weightSpread,
        @Nullable Spread activationSpread,
        @Nullable Double stableRank,
        @Nullable StoredOrientation orientation,
        @Nullable String orientationReason,
        Status status,
        @Nullable String reason,
        List<String> warnings,
        double seconds) {

    /** How a row went. */
    public enum Status {
        /** There is a value. */
        OK,
        /** The value is undefined, for a reason. */
        UNDEFINED,
        /** There was nothing to compute with. */
        SKIPPED,
        /** Something is wrong with the data. */
        FAILED
    }

    /** Copies the list. */
    public LayerScore {
        warnings = List.copyOf(warnings);
    }

    /**
     * Tells whether a pattern means this row: it may fit the layer's name or the weight's.
     *
     * @param glob the pattern
     * @return true if so
     */
    public boolean fits(Glob glob) {
        return LayerNames.fits(glob, layer) || (tensor != null && LayerNames.fits(glob, tensor));
    }

    /**
     * This row with one more warning.
     *
     * @param warning what else the user should know
     * @return a new row
     */
    public LayerScore withWarning(String warning) {
        List<String> all = new ArrayList<>(warnings);
        all.add(warning);
        return new LayerScore(
                layer,
                weights,
                tensor,
                rows,
                cols,
                elementType,
                activations,
                activation,
                tokens,
                maskedTokens,
                method,
                driver,
                precision,
                overlap,
                lar,
                larErrorEstimate,
                effectiveDimension,
                numericalRank,
                nullSpaceEnergy,
                weightSpread,
                activationSpread,
                stableRank,
                orientation,
                orientationReason,
                status,
                reason,
                all,
                seconds);
    }
}
