package io.github.logalign.report;

import java.util.Locale;

/**
 * The area between two curves of a chart, such as the interval around a curve.
 *
 * @param x increasing
 * @param low the lower curve
 * @param high the upper curve
 * @param colour the number of the colour
 */
record ChartBand(double[] x, double[] low, double[] high, int colour) {

    /** The area within the scales: along the upper curve, and back along the lower one. */
    String svg(ChartScale toX, ChartScale toY) {
        StringBuilder path = new StringBuilder();
        char command = 'M';
        for (int i = 0; i < x.length; i++) {
            if (toX.holds(x[i])) {
                append(path, command, toX.place(x[i]), toY.place(high[i]));
                command = 'L';
            }
        }
        for (int i = x.length - 1; i >= 0; i--) {
            if (toX.holds(x[i])) {
                append(path, command, toX.place(x[i]), toY.place(low[i]));
            }
        }
        return path.isEmpty() ? "" : "<path class=\"band c" + colour + "\" d=\"" + path + "Z\"/>";
    }

    private static void append(StringBuilder path, char command, double x, double y) {
        path.append(command).append(String.format(Locale.ROOT, "%.1f %.1f", x, y));
    }
}
