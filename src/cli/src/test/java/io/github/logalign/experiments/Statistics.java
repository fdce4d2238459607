package io.github.logalign.experiments;

import java.util.Arrays;
import java.util.Optional;

/** Quantiles, and intervals that assume no distribution of the values. */
final class Statistics {

    private static final double TAIL = 0.025;
    private static final int HALVINGS = 60;

    private Statistics() {}

    /** Both ends of an interval. */
    record Interval(double low, double high) {}

    /**
     * A quantile, interpolated linearly between the order statistics (type 7 of Hyndman and Fan).
     *
     * @param values at least one, in any order
     * @param share from 0 to 1
     */
    static double quantile(double[] values, double share) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        double at = share * (sorted.length - 1);
        int below = (int) Math.floor(at);
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
    }

    static double median(double[] values) {
        return quantile(values, 0.5);
    }

    /**
     * The interval of the median between two order statistics that covers it with a probability of at least 95 %,
     * whatever the distribution of the values: rank r from either end, where r is the largest with
     * P(Binomial(n, 1/2) &lt; r) &lt;= 2.5 %.
     *
     * @return empty for fewer than six values, which have no such interval
     */
    static Optional<Interval> medianInterval(double[] values) {
        int n = values.length;
        int rank = 0;
        while (atMost(rank, n, 0.5) <= TAIL) {
            rank++;
        }
        if (rank == 0) {
            return Optional.empty();
        }
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return Optional.of(new Interval(sorted[rank - 1], sorted[n - rank]));
    }

    /**
     * The 95 % interval of a probability after Clopper and Pearson: exact, so it covers the probability in at least 95 %
     * of all cases.
     *
     * @param successes from 0 to trials
     * @param trials at least 1
     */
    static Interval shareInterval(int successes, int trials) {
        double low = successes == 0 ? 0 : crossing(p -> 1 - atMost(successes - 1, trials, p) >= TAIL);
        double high = successes == trials ? 1 : crossing(p -> atMost(successes, trials, p) <= TAIL);
        return new Interval(low, high);
    }

    /** A condition on a probability. */
    @FunctionalInterface
    private interface Condition {
        boolean holds(double p);
    }

    /** The probability from which on a condition holds. */
    private static double crossing(Condition condition) {
        double low = 0;
        double high = 1;
        for (int i = 0; i < HALVINGS; i++) {
            double middle = (low + high) / 2;
            if (condition.holds(middle)) {
                high = middle;
            } else {
                low = middle;
            }
        }
        return (low + high) / 2;
    }

    /** P(Binomial(n, p) &lt;= k), for p below 1. */
    private static double atMost(int k, int n, double p) {
        double term = Math.pow(1 - p, n);
        double sum = 0;
        for (int i = 0; i <= k; i++) {
            sum += term;
            term *= (double) (n - i) / (i + 1) * (p / (1 - p));
        }
        return sum;
    }
}
