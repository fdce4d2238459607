package io.github.logalign.track;

import io.github.logalign.internal.stats.Autocorrelation;
import io.github.logalign.internal.stats.RunningMedian;
import io.github.logalign.internal.stats.SymmetricBets;
import java.util.Arrays;

/**
 * The evidence that a run's layer is below its baseline, and that it falls faster, row by row. Each is an e-value:
 * whatever healthy run it is, the probability that it ever reaches 1/a is at most a.
 *
 * <p>The numbers are the deviations D, baseline minus LAR, in which a drift common to both runs cancels. Their noise is
 * autocorrelated; what is new in a row is D minus f times the D before it, f being the correlation over that distance in
 * steps. An f that is too high makes what is new correlate negatively, which delays an alarm; one that is too low makes
 * false ones. So f is an upper estimate from the baseline, and rises if the run's own rows show more.
 *
 * <ul>
 *   <li>Below: D minus the margin is symmetric about zero or less. Below the margin, the D before does not count, so that
 *       a run may come down from above the baseline.
 *   <li>Faster: D minus the median of the D before it is symmetric about zero or less, for which no constant distance of
 *       the two runs matters.
 * </ul>
 *
 * <p>Rows closer together than half of the baseline's are passed over, as there the noise is unknown and the
 * interpolated baseline has none.
 *
 * <p>Thread safety: none.
 */
final class LayerEvidence {

    /** The median of fewer is no measure. */
    private static final int FEWEST_BEFORE = 5;

    /** The latest rows do not count for the run's own correlation: a change must not hide behind it. */
    private static final int LATEST = 16;

    private static final int FEWEST_OWN = 20;

    /** The run's own correlation is estimated at every so many rows. */
    private static final int EVERY = 8;

    private static final double THOUSAND = 1000;

    private final BaselineNoise noise;
    private final double decline;
    private final SymmetricBets below = new SymmetricBets();
    private final SymmetricBets faster = new SymmetricBets();
    private final RunningMedian before = new RunningMedian();
    private double correlation;
    private double[] steps = new double[64];
    private double[] deviations = new double[64];
    private int rows;
    private double lastAbove;

    /**
     * Starts without rows.
     *
     * @param decline by how much faster than the baseline the run may fall, in LAR per 1000 steps
     */
    LayerEvidence(BaselineNoise noise, double decline) {
        this.noise = noise;
        this.decline = decline;
        this.correlation = noise.correlation();
    }

    /**
     * Adds a row.
     *
     * @param step above that of the row before, within the baseline's range
     * @param deviation baseline minus LAR
     * @param margin the deviation that is no alarm
     * @return false if the row is too close to the one before and was passed over
     */
    boolean add(long step, double deviation, double margin) {
        double last = rows == 0 ? noise.start() : steps[rows - 1];
        double gap = step - last;
        if (rows > 0 && gap < noise.gap() / 2) {
            return false;
        }
        double share = gap / noise.span();
        below.start(share);
        faster.start(share);
        if (rows % EVERY == 0 && rows - LATEST >= FEWEST_OWN) {
            correlation = Math.max(correlation, ownCorrelation(rows - LATEST));
        }
        double gaps = gap / noise.gap();
        double kept = rows == 0 ? 0 : Math.pow(correlation, gaps);
        double unit = noise.scale() * (rows == 0 ? 1 : growth(kept, gaps));
        double above = deviation - margin;
        below.bet((above - kept * Math.max(0, lastAbove)) / unit);
        lastAbove = above;
        double straightened = deviation - decline * step / THOUSAND;
        if (before.size() >= FEWEST_BEFORE) {
            double middle = before.value();
            double beforeThis = deviations[rows - 1] - decline * last / THOUSAND;
            faster.bet((straightened - middle - kept * (beforeThis - middle)) / unit);
        }
        before.add(straightened);
        keep(step, deviation);
        return true;
    }

    /** The standard deviation of what is new after some gaps, in units of that after one. */
    private double growth(double kept, double gaps) {
        return correlation < 1 ? Math.sqrt((1 - kept * kept) / (1 - correlation * correlation)) : Math.sqrt(gaps);
    }

    private double ownCorrelation(int count) {
        double[] own = Autocorrelation.residuals(
                Arrays.copyOf(steps, count), Arrays.copyOf(deviations, count), 0);
        double distance = (steps[count - 1] - steps[0]) / (count - 1);
        return Math.pow(Autocorrelation.bound(own, 2, 0), noise.gap() / distance);
    }

    private void keep(long step, double deviation) {
        if (rows == steps.length) {
            steps = Arrays.copyOf(steps, 2 * rows);
            deviations = Arrays.copyOf(deviations, 2 * rows);
        }
        steps[rows] = step;
        deviations[rows] = deviation;
        rows++;
    }

    /** The e-value against: no further below the baseline than the margin. */
    double below() {
        return below.value();
    }

    /** The e-value against: falls no faster than the baseline. */
    double faster() {
        return faster.value();
    }
}
