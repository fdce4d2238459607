package io.github.logalign.track;

import java.util.Arrays;
import java.util.Comparator;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/** Correlation coefficients. */
public final class Correlation {

    private Correlation() {}

    /**
     * Pearson's correlation coefficient, a measure of linear association.
     *
     * @param x finite values
     * @param y as many
     * @return from -1 to 1; empty if there are fewer than two pairs or one side is constant
     * @throws IllegalArgumentException if the lengths differ or a value is not finite
     */
    public static OptionalDouble pearson(double[] x, double[] y) {
        if (x.length != y.length || !finite(x) || !finite(y)) {
            throw new IllegalArgumentException("a correlation needs pairs of finite values");
        }
        if (x.length < 2 || constant(x) || constant(y)) {
            return OptionalDouble.empty();
        }
        double[] a = centred(x);
        double[] b = centred(y);
        double aa = 0;
        double bb = 0;
        double ab = 0;
        for (int i = 0; i < a.length; i++) {
            aa += a[i] * a[i];
            bb += b[i] * b[i];
            ab += a[i] * b[i];
        }
        return OptionalDouble.of(Math.clamp(ab / Math.sqrt(aa) / Math.sqrt(bb), -1.0, 1.0));
    }

    /**
     * Spearman's rank correlation: Pearson's coefficient of the ranks, where ties share their mean rank.
     *
     * @param x finite values
     * @param y as many
     * @return from -1 to 1; empty if there are fewer than two pairs or one side is constant
     * @throws IllegalArgumentException if the lengths differ or a value is not finite
     */
    public static OptionalDouble spearman(double[] x, double[] y) {
        if (!finite(x) || !finite(y)) {
            throw new IllegalArgumentException("a correlation needs pairs of finite values");
        }
        return pearson(ranks(x), ranks(y));
    }

    static double[] ranks(double[] values) {
        int[] order = IntStream.range(0, values.length)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> values[i] + 0.0)) // + 0.0 makes -0 and 0 a tie
                .mapToInt(Integer::intValue)
                .toArray();
        double[] ranks = new double[values.length];
        int start = 0;
        while (start < order.length) {
            int end = start + 1;
            while (end < order.length && values[order[end]] == values[order[start]]) {
                end++;
            }
            for (int i = start; i < end; i++) {
                ranks[order[i]] = (start + 1 + end) / 2.0;
            }
            start = end;
        }
        return ranks;
    }

    private static boolean finite(double[] values) {
        return Arrays.stream(values).allMatch(Double::isFinite);
    }

    private static boolean constant(double[] values) {
        return Arrays.stream(values).allMatch(value -> value == values[0]);
    }

    /** Centres the values, and scales them so that their squares neither overflow nor underflow. */
    private static double[] centred(double[] values) {
        double largest = Arrays.stream(values).map(Math::abs).max().orElse(0);
        double mean = Arrays.stream(values).map(value -> value / largest).average().orElse(0);
        double[] centred = Arrays.stream(values).map(value -> value / largest - mean).toArray();
        double spread = Arrays.stream(centred).map(Math::abs).max().orElse(0);
        return spread == 0 ? centred : Arrays.stream(centred).map(value -> value / spread).toArray();
    }
}
