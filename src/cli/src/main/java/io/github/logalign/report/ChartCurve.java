package io.github.logalign.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A curve of a chart.
 *
 * @param name its name, from a file perhaps; empty for a curve that only serves comparison
 * @param x increasing
 * @param y finite
 * @param tone the style class of its colour
 * @param dashed whether it is drawn as one for comparison
 */
record ChartCurve(String name, double[] x, double[] y, String tone, boolean dashed) {

    /** The lower end of a logarithmic axis, as a share of the largest value. Smaller values are rounding errors. */
    private static final double LOG_FLOOR = 1e-12;

    /** What a chart can show: positive numbers on logarithmic axes, and a range of x. */
    record Limits(boolean logX, boolean logY, double @Nullable [] range) {}

    boolean hasName() {
        return !name.isEmpty();
    }

    /** The indices of the points within the limits. */
    List<Integer> shown(Limits limits) {
        double floor = Arrays.stream(y).max().orElse(0) * LOG_FLOOR;
        double[] range = limits.range;
        List<Integer> shown = new ArrayList<>();
        for (int i = 0; i < x.length; i++) {
            boolean hasX = range == null || (x[i] >= range[0] && x[i] <= range[1]);
            if (hasX && (!limits.logX || x[i] > 0) && (!limits.logY || (y[i] > 0 && y[i] >= floor))) {
                shown.add(i);
            }
        }
        return shown;
    }
}
