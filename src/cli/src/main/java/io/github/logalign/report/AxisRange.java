package io.github.logalign.report;

import java.util.Arrays;
import java.util.List;

/**
 * The range of values that an axis shows.
 *
 * @param low the least
 * @param high the greatest
 */
record AxisRange(double low, double high) {

    /** The range of no values. */
    static final AxisRange NOTHING = new AxisRange(Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY);

    /** The part of the values in the middle, in which a typical one lies. */
    private static final double TAIL = 0.25;

    /** How far beyond that part, in its widths, values still are ordinary. */
    private static final double ORDINARY = 1;

    /** Below this gain nothing is left out. */
    private static final double WORTHWHILE = 2;

    /** Relative differences that mean nothing. */
    private static final double ROUNDING = 1e-6;

    /** The range of all points. */
    static AxisRange of(List<double[]> points) {
        AxisRange range = NOTHING;
        for (double[] point : points) {
            range = range.with(point[1]);
        }
        return range;
    }

    /**
     * The range without the outliers of the first half of the steps, where a run leaves its initialisation. What happens later
     * is never left out.
     */
    static AxisRange withoutEarlyOutliers(List<double[]> points) {
        AxisRange all = of(points);
        if (points.isEmpty()) {
            return all;
        }
        double[] sorted = points.stream().mapToDouble(point -> point[1]).sorted().toArray();
        double lower = sorted[(int) Math.floor(TAIL * (sorted.length - 1))];
        double upper = sorted[(int) Math.ceil((1 - TAIL) * (sorted.length - 1))];
        double room = ORDINARY * (upper - lower);
        double first = points.stream().mapToDouble(point -> point[0]).min().orElse(0);
        double last = points.stream().mapToDouble(point -> point[0]).max().orElse(0);
        double[] late = points.stream()
                .filter(point -> point[0] > (first + last) / 2)
                .mapToDouble(point -> point[1])
                .toArray();
        double low = Math.max(all.low, Math.min(lower - room, Arrays.stream(late).min().orElse(lower)));
        double high = Math.min(all.high, Math.max(upper + room, Arrays.stream(late).max().orElse(upper)));
        boolean rounding = all.high - all.low <= ROUNDING * Math.max(Math.abs(all.low), Math.abs(all.high));
        boolean worthwhile = !rounding && high > low && all.high - all.low > WORTHWHILE * (high - low);
        return worthwhile ? new AxisRange(low, high) : all;
    }

    AxisRange with(double value) {
        return new AxisRange(Math.min(low, value), Math.max(high, value));
    }

    AxisRange with(AxisRange other) {
        return new AxisRange(Math.min(low, other.low), Math.max(high, other.high));
    }

    boolean holds(double value) {
        return value >= low && value <= high;
    }
}
