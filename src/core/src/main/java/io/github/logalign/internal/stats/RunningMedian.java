package io.github.logalign.internal.stats;

import java.util.Arrays;

/**
 * The median of the numbers so far. Unlike the mean, it is not carried away by a few outliers, and a number drawn like
 * those before it lies above their median as often as below.
 *
 * <p>Cost: an addition moves at most all numbers by one place. Thread safety: none.
 */
public final class RunningMedian {

    private double[] sorted = new double[16];
    private int size;

    /**
     * Adds a number.
     *
     * @param x not NaN
     */
    public void add(double x) {
        if (size == sorted.length) {
            sorted = Arrays.copyOf(sorted, 2 * size);
        }
        int found = Arrays.binarySearch(sorted, 0, size, x);
        int at = found < 0 ? -found - 1 : found;
        System.arraycopy(sorted, at, sorted, at + 1, size - at);
        sorted[at] = x;
        size++;
    }

    /**
     * How many numbers there are.
     *
     * @return 0 at first
     */
    public int size() {
        return size;
    }

    /**
     * The median.
     *
     * @return the number in the middle, or the mean of the two
     * @throws IllegalStateException if there are no numbers
     */
    public double value() {
        if (size == 0) {
            throw new IllegalStateException("no numbers have a median");
        }
        return (sorted[(size - 1) / 2] + sorted[size / 2]) / 2;
    }
}
