package io.github.logalign.internal.engine;

/**
 * How far rounding can carry an overlap.
 *
 * <p>With unit roundoff u, the projections of one token are off by about u times the token's length. That moves the overlap
 * by about {@code 2 u sqrt(overlap) + u^2}. The Gram matrix has squares in it, so its rounding moves the overlap by about u
 * independent of the overlap. Sums over tokens are in float64 in both precisions, and off by a few ulps of themselves. The
 * factors were chosen so that no measured error exceeds the estimate, see the tests.
 *
 * @param unitRoundoff u
 * @param gram whether the spectrum came from a Gram matrix
 */
public record ErrorModel(double unitRoundoff, boolean gram) {

    private static final double FACTOR = 8;

    /** Relative error of sums over any number of tokens, in float64. */
    private static final double SUMMATION = 32 * 0x1p-53;

    double overlapError(double overlap) {
        double u = FACTOR * unitRoundoff;
        double projections = 2 * u * Math.sqrt(overlap) + u * u + SUMMATION * overlap;
        return gram ? projections + u : projections;
    }

    /** An error in the overlap as one in LAR: d ln(overlap) / (2 ln n). */
    public double larError(int n, double overlap) {
        double error = overlapError(overlap);
        if (error >= overlap) {
            return Double.POSITIVE_INFINITY;
        }
        return -Math.log1p(-error / overlap) / (2 * Math.log(n));
    }
}
