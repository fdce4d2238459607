package io.github.logalign;

import java.io.Serializable;

/**
 * A confidence interval.
 *
 * <p>Thread safety: immutable.
 *
 * @param low the lower end
 * @param high the upper end, at least the lower one; may be infinite
 * @param level the probability that an interval made this way covers the true value, between 0 and 1
 */
public record Interval(double low, double high, double level) implements Serializable {

    /** The usual level. */
    public static final double LEVEL = 0.95;

    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if they are none of an interval
     */
    public Interval {
        if (!(low <= high)) {
            throw new IllegalArgumentException("no interval reaches from " + low + " to " + high);
        }
        checkLevel(level);
    }

    /**
     * How far the ends are from the middle.
     *
     * @return half the width, at least 0
     */
    public double halfWidth() {
        return (high - low) / 2;
    }

    static void checkLevel(double level) {
        if (!(level > 0) || level >= 1) {
            throw new IllegalArgumentException("the level of an interval lies between 0 and 1, not at " + level);
        }
    }
}
