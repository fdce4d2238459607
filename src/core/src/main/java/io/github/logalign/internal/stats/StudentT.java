package io.github.logalign.internal.stats;

/** Student's t distribution with an integer number of degrees of freedom, from its finite series. */
public final class StudentT {

    private StudentT() {}

    /**
     * The upper tail: the probability of a value above t.
     *
     * <p>Source: Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.3 and 26.7.4. The absolute error is
     * about 1e-15, so smaller tails are not resolved; none is negative.
     *
     * @param t any number except NaN; may be infinite
     * @param freedom degrees of freedom, at least 1
     */
    public static double upperTail(double t, int freedom) {
        if (freedom < 1 || Double.isNaN(t)) {
            throw new IllegalArgumentException("a tail probability needs a t that is a number, and at least one "
                    + "degree of freedom");
        }
        if (Double.isInfinite(t)) {
            return t > 0 ? 0 : 1;
        }
        double theta = Math.atan(t / Math.sqrt(freedom));
        double cosine = Math.cos(theta);
        double power = freedom % 2 == 0 ? 1 : cosine;
        double sum = 0;
        for (int i = freedom % 2 == 0 ? 1 : 2; i < freedom; i += 2) {
            sum += power;
            power *= cosine * cosine * i / (i + 1);
        }
        double inside = freedom % 2 == 0
                ? Math.sin(theta) * sum
                : 2 / Math.PI * (theta + Math.sin(theta) * sum);
        return Math.clamp((1 - inside) / 2, 0.0, 1.0);
    }

    /** Steps that bring the bracket of a quantile down to the rounding of its tail. */
    private static final int STEPS = 200;

    /**
     * The value that is exceeded with a given probability.
     *
     * @param tail above 0, at most 1/2
     * @param freedom degrees of freedom, at least 1
     * @return t, to about 1e-13 of itself for tails that are not below 1e-4
     */
    public static double quantile(double tail, int freedom) {
        if (!(tail > 0) || tail > 0.5) {
            throw new IllegalArgumentException("a quantile needs a tail above 0 and of at most 1/2, not " + tail);
        }
        double high = 2;
        while (upperTail(high, freedom) > tail) {
            high *= 2;
        }
        double low = 0;
        double atLow = 0.5 - tail;
        double atHigh = upperTail(high, freedom) - tail;
        // The secant, with the Illinois rule: an end that stays twice counts half.
        int stayed = 0;
        for (int step = 0; step < STEPS && high - low > Math.ulp(high); step++) {
            double next = atLow == atHigh ? (low + high) / 2 : low + (high - low) * atLow / (atLow - atHigh);
            next = Math.clamp(next, low, high);
            double atNext = upperTail(next, freedom) - tail;
            if (atNext == 0) {
                return next;
            }
            if (atNext > 0) {
                low = next;
                atLow = atNext;
                atHigh = stayed < 0 ? atHigh / 2 : atHigh;
                stayed = -1;
            } else {
                high = next;
                atHigh = atNext;
                atLow = stayed > 0 ? atLow / 2 : atLow;
                stayed = 1;
            }
        }
        return (low + high) / 2;
    }
}
