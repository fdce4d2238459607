package io.github.logalign.track;

/** Student's t distribution with an integer number of degrees of freedom, from its finite series. */
final class StudentT {

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
    static double upperTail(double t, int freedom) {
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
}
