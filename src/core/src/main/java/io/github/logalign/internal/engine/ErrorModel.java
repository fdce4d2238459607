package io.github.logalign.internal.engine;

/**
 * How far rounding can carry an overlap.
 *
 * <p>With unit roundoff u, the projections of one token are off by about u times the token's length. That moves the overlap
 * by about {@code 2 u sqrt(overlap) + u^2}. Sums over tokens are in float64 in both precisions, and off by a few ulps of
 * themselves. What Gram matrices add is known to the one that computed them. The factors were chosen so that no measured
 * error exceeds the estimate, see the tests.
 *
 * @param unitRoundoff u
 * @param ofGram the error in the overlap that comes from rounding the entries of Gram matrices; 0 without one
 */
public record ErrorModel(double unitRoundoff, double ofGram) {

    private static final double FACTOR = 8;

    /** The rounding of an entry in unit roundoffs: it is a sum of 512 to 1,024 products. */
    private static final double ENTRY = 32;

    /** The same where all entries are rounded the same way, relative to their inner product. */
    private static final double COMMON = 160;

    /** Relative error of sums over any number of tokens, in float64. */
    private static final double SUMMATION = 32 * 0x1p-53;

    /**
     * That of the spectra: the eigenvalues of a Gram matrix are off by about u times the largest, so the overlap by about u
     * however small it is.
     */
    public static ErrorModel ofSpectra(double unitRoundoff, boolean gram) {
        return new ErrorModel(unitRoundoff, gram ? FACTOR * unitRoundoff : 0);
    }

    /** The error of an inner product of two Gram matrices. */
    static double ofInnerProduct(double unitRoundoff, GramTriangle.InnerProduct product) {
        return unitRoundoff * (ENTRY * product.spread() + COMMON * Math.abs(product.value()));
    }

    double overlapError(double overlap) {
        double u = FACTOR * unitRoundoff;
        return 2 * u * Math.sqrt(overlap) + u * u + SUMMATION * overlap + ofGram;
    }

    /** An error in the overlap as one in LAR. */
    public double larError(int n, double overlap) {
        return larError(n, overlap, overlapError(overlap));
    }

    /** d ln(overlap) / (2 ln n). */
    static double larError(int n, double overlap, double error) {
        if (error >= overlap) {
            return Double.POSITIVE_INFINITY;
        }
        return -Math.log1p(-error / overlap) / (2 * Math.log(n));
    }
}
