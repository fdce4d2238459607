package io.github.logalign.track;

import io.github.logalign.internal.stats.Autocorrelation;
import java.util.Arrays;
import java.util.NavigableMap;
import org.jspecify.annotations.Nullable;

/**
 * The noise of training as the rows of a baseline show it: what straight pieces leave of its curve.
 *
 * @param start the step before the baseline's first row by one gap
 * @param span the steps from there to its last row
 * @param gap the mean distance of its rows, in steps
 * @param correlation an upper estimate of the correlation of noise one gap apart, from 0 to 1
 * @param scale about the standard deviation of what is new in the difference of two such runs at each row
 */
record BaselineNoise(double start, double span, double gap, double correlation, double scale) {

    /** With fewer rows, the correlation of their noise is unknown. */
    static final int FEWEST_ROWS = 20;

    private static final int KNOTS = 4;
    private static final int TERMS = KNOTS + 2;

    /** The upper estimate is in error about as rarely as an alarm is false. */
    private static final double ERRORS = 2.5;

    /** The standard deviation of normal noise in median absolute deviations. */
    private static final double MEDIAN_TO_DEVIATION = 1.4826;

    /** Rounding leaves about as much of a curve without noise. */
    private static final double ROUNDING = 1e-13;

    /** Why a baseline does not tell its noise, or null if it does. */
    static @Nullable String lack(NavigableMap<Long, Double> baseline) {
        if (baseline.size() < FEWEST_ROWS) {
            return "the baseline has " + baseline.size() + (baseline.size() == 1 ? " row" : " rows")
                    + " with a LAR here, and its noise is known from " + FEWEST_ROWS + " on";
        }
        return of(baseline).scale <= ROUNDING
                ? "the baseline has no noise here, so it is no measure of what is usual"
                : null;
    }

    /** The noise of a layer's baseline, which has enough rows. */
    static BaselineNoise of(NavigableMap<Long, Double> baseline) {
        double[] steps = baseline.keySet().stream().mapToDouble(Long::doubleValue).toArray();
        double[] lar = baseline.values().stream().mapToDouble(Double::doubleValue).toArray();
        double[] residuals = Autocorrelation.residuals(steps, lar, KNOTS);
        double correlation = Autocorrelation.bound(residuals, TERMS, ERRORS);
        double[] sizes = new double[residuals.length - 1];
        for (int i = 0; i < sizes.length; i++) {
            sizes[i] = Math.abs(residuals[i + 1] - correlation * residuals[i]);
        }
        Arrays.sort(sizes);
        double covered = steps[steps.length - 1] - steps[0];
        double gap = covered / (steps.length - 1);
        return new BaselineNoise(
                steps[0] - gap, covered + gap, gap, correlation,
                Math.sqrt(2) * MEDIAN_TO_DEVIATION * sizes[sizes.length / 2]);
    }
}
