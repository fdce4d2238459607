package io.github.logalign.matrix;

/** The precision of the factorisation and of the projections; sums over tokens are always in float64. */
public enum Precision {
    /** float64. */
    DOUBLE(0x1p-53),
    /** float32: about twice as fast; LAR of real layers is off by some 1e-7. */
    SINGLE(0x1p-24);

    private final double unitRoundoff;

    Precision(double unitRoundoff) {
        this.unitRoundoff = unitRoundoff;
    }

    /**
     * The largest relative error of one rounding.
     *
     * @return 2^-53 or 2^-24
     */
    public double unitRoundoff() {
        return unitRoundoff;
    }
}
