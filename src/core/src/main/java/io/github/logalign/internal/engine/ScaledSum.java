package io.github.logalign.internal.engine;

import java.io.Serial;
import java.io.Serializable;

/**
 * A sum of squares of numbers that were multiplied by 2^exponent first, so that no magnitude overflows or vanishes: the
 * true sum is {@code value * 2^(-2 exponent)}.
 */
public final class ScaledSum implements Serializable {

    @Serial
    private static final long serialVersionUID = 1L;

    /** Far beyond what the order of summation does, far below what other weights do. */
    private static final double ROUNDING = 1e-12;

    private double value;
    private int exponent;

    /** Adds a sum taken at another exponent, keeping the one that fits the larger numbers. */
    public void add(double addend, int addendExponent) {
        if (addend == 0) {
            return;
        }
        if (value == 0) {
            value = addend;
            exponent = addendExponent;
        } else if (addendExponent <= exponent) {
            value = Math.scalb(value, 2 * (addendExponent - exponent)) + addend;
            exponent = addendExponent;
        } else {
            value += Math.scalb(addend, 2 * (exponent - addendExponent));
        }
    }

    public void add(ScaledSum other) {
        add(other.value, other.exponent);
    }

    /** Adds the product of two sums, as a sum of fourth powers. */
    void addProduct(ScaledSum a, ScaledSum b) {
        add(a.value * b.value, a.exponent + b.exponent);
    }

    /** Whether the two may be sums of the same numbers in different orders. */
    public boolean sameAs(ScaledSum other) {
        return isZero() ? other.isZero() : Math.abs(fraction(other.value, other.exponent) - 1) < ROUNDING;
    }

    public void reset() {
        value = 0;
        exponent = 0;
    }

    public boolean isZero() {
        return value == 0;
    }

    /** {@code part / this}, where the part is a sum taken at some exponent. */
    public double fraction(double part, int partExponent) {
        return Math.scalb(part / value, 2 * (exponent - partExponent));
    }

    /** {@code this / other}. */
    double dividedBy(ScaledSum other) {
        return other.fraction(value, exponent);
    }

    /** {@code this / (a * b)}, without overflow or underflow in between. */
    public double dividedByProduct(ScaledSum a, ScaledSum b) {
        int mine = Math.getExponent(value);
        int as = Math.getExponent(a.value);
        int bs = Math.getExponent(b.value);
        double mantissa = Math.scalb(value, -mine) / (Math.scalb(a.value, -as) * Math.scalb(b.value, -bs));
        return Math.scalb(mantissa, mine - as - bs - 2 * (exponent - a.exponent - b.exponent));
    }
}
