package io.github.logalign;

import io.github.logalign.blas.Real;
import io.github.logalign.simd.Element;

/** The precision of the factorisation and of the projections; sums over tokens are always in float64. */
public enum Precision {
    /** float64. */
    DOUBLE(Element.F64, Real.DOUBLE, 0x1p-53),
    /** float32: about twice as fast; LAR of real layers is off by some 1e-7. */
    SINGLE(Element.F32, Real.SINGLE, 0x1p-24);

    private final Element working;
    private final Real real;
    private final double unitRoundoff;

    Precision(Element working, Real real, double unitRoundoff) {
        this.working = working;
        this.real = real;
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

    Element working() {
        return working;
    }

    Real real() {
        return real;
    }
}
