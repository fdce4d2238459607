package io.github.logalign.internal.engine;

import io.github.logalign.matrix.Precision;

/** Powers of two that keep squares of any finite numbers within range. */
final class Scaling {

    private Scaling() {}

    /**
     * The exponent e such that the largest magnitude times 2^e lies in [0.5, 1), or 0 where squares and their sums are
     * safe as they are.
     *
     * @param maxMagnitude finite, not negative
     */
    static int exponentFor(double maxMagnitude, Precision precision) {
        // Squares of 2^300 still sum to far less than 2^1023; float32 leaves room for 2^20.
        int safe = precision == Precision.DOUBLE ? 300 : 20;
        if (maxMagnitude == 0) {
            return 0;
        }
        int exponent = exponentOf(maxMagnitude);
        return Math.abs(exponent) <= safe ? 0 : -exponent;
    }

    /** The e with magnitude in [2^(e-1), 2^e), right for subnormals too. */
    private static int exponentOf(double magnitude) {
        if (magnitude < Double.MIN_NORMAL) {
            return Math.getExponent(magnitude * 0x1p200) + 1 - 200;
        }
        return Math.getExponent(magnitude) + 1;
    }
}
