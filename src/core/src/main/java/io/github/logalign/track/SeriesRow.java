package io.github.logalign.track;

import io.github.logalign.score.LayerScore.Status;
import io.github.logalign.score.LayerScore;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One layer at one training step.
 *
 * <p>Thread safety: immutable.
 *
 * @param step the training step, not negative
 * @param score the layer's row; its layer is {@link #EVERY_LAYER} if the whole checkpoint could not be read
 * @param baseline the baseline's LAR at this step, or null without one
 * @param deviation baseline minus LAR, positive below the baseline, or null
 * @param slope the rate of change of LAR per 1000 steps over the window that ends here, or null
 * @param stamp the state of the files that the score is of, or null if that is not known
 */
public record SeriesRow(
        long step,
        LayerScore score,
        @Nullable Double baseline,
        @Nullable Double deviation,
        @Nullable Double slope,
        @Nullable CheckpointStamp stamp) {

    /** The layer of a row that stands for a whole checkpoint. */
    public static final String EVERY_LAYER = "*";

    /** Checks the step. */
    public SeriesRow {
        Objects.requireNonNull(score, "score");
        if (step < 0) {
            throw new IllegalArgumentException("a training step is not negative, unlike " + step);
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
        return new SeriesRow(step, score, null, null, null, stamp);
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
     * LAR where it can be calculated with: minus infinity and undefined values are left out of fits, differences and
     * curves.
     *
     * @return a finite value, or null
     */
    public @Nullable Double usableLar() {
        Double lar = score.lar();
        return score.status() == Status.OK && lar != null && Double.isFinite(lar) ? lar : null;
    }

    SeriesRow withBaseline(@Nullable Double newBaseline) {
        Double lar = usableLar();
        Double difference = newBaseline == null || lar == null ? null : (Double) (newBaseline - lar);
        return new SeriesRow(step, score, newBaseline, difference, slope, stamp);
    }

    SeriesRow withSlope(@Nullable Double newSlope) {
        return new SeriesRow(step, score, baseline, deviation, newSlope, stamp);
    }
}
