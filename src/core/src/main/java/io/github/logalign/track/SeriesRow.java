package io.github.logalign.track;

import io.github.logalign.score.ErrorBars;
import io.github.logalign.score.LayerScore;
import io.github.logalign.score.Outcome.Scored;
import java.io.Serializable;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The score of one layer at one training step, with the quantities derived from the series.
 *
 * <p>Thread safety: immutable.
 *
 * @param step the training step, not negative
 * @param score the layer's score; its layer is {@link #EVERY_LAYER} if the checkpoint could not be read
 * @param baseline the baseline's LAR at this step, or null without a baseline
 * @param deviation baseline minus LAR, positive below the baseline, or null
 * @param deviationError the deviation with its standard error and interval over groups of tokens, paired if both runs
 *     recorded the same tokens; null unless both have error bars
 * @param slope the slope of LAR per 1000 steps over the window that ends at this row, or null
 * @param stamp the state of the files that were scored, or null if unknown
 */
public record SeriesRow(
        long step,
        LayerScore score,
        @Nullable Double baseline,
        @Nullable Double deviation,
        @Nullable LarDifference deviationError,
        @Nullable Double slope,
        @Nullable CheckpointStamp stamp) implements Serializable {

    /** The layer of a row that stands for a whole checkpoint. */
    public static final String EVERY_LAYER = "*";

    /** Rejects negative steps. */
    public SeriesRow {
        Objects.requireNonNull(score, "score");
        if (step < 0) {
            throw new IllegalArgumentException("a training step must not be negative: " + step);
        }
    }

    /**
     * A row with nothing derived yet.
     *
     * @param step the training step
     * @param score the layer's row
     * @return the row
     */
    public static SeriesRow of(long step, LayerScore score) {
        return of(step, score, null);
    }

    /**
     * A row with nothing derived yet.
     *
     * @param step the training step
     * @param score the layer's row
     * @param stamp the state of the files, or null
     * @return the row
     */
    public static SeriesRow of(long step, LayerScore score, @Nullable CheckpointStamp stamp) {
        return new SeriesRow(step, score, null, null, null, null, stamp);
    }

    /**
     * The layer's name.
     *
     * @return as in the score
     */
    public String layer() {
        return score.layer();
    }

    /**
     * LAR if it is finite. Fits, differences and curves leave out rows whose LAR is undefined or minus infinity.
     *
     * @return a finite value, or null
     */
    public @Nullable Double usableLar() {
        return score.scored().map(Scored::lar).filter(Double::isFinite).orElse(null);
    }

    /** The error bars of a usable LAR, or null if it has no standard error. */
    @Nullable
    ErrorBars errorBars() {
        Scored scored = score.scored().orElse(null);
        ErrorBars bars = scored == null || !Double.isFinite(scored.lar()) ? null : scored.errorBars();
        return bars == null || bars.larStandardError() == null ? null : bars;
    }

    SeriesRow withBaseline(@Nullable Double newBaseline, @Nullable LarDifference error) {
        Double lar = usableLar();
        Double difference = newBaseline == null || lar == null ? null : (Double) (newBaseline - lar);
        return new SeriesRow(step, score, newBaseline, difference, difference == null ? null : error, slope, stamp);
    }

    SeriesRow withSlope(@Nullable Double newSlope) {
        return new SeriesRow(step, score, baseline, deviation, deviationError, newSlope, stamp);
    }
}
