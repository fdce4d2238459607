package io.github.logalign.internal.stats;

/**
 * How strongly noise about a smooth curve depends on its past, estimated so that it is rather too high than too low.
 *
 * <p>Thread safety: stateless.
 */
public final class Autocorrelation {

    /** One lag does not suffice: white noise on top of slow noise hides it from the first. */
    private static final int[] LAGS = {1, 2, 4};

    /** The share of a column that rounding leaves where it depends on those before. */
    private static final double DEPENDENT = 1e-10;

    private Autocorrelation() {}

    /**
     * What a curve of straight pieces leaves. Its knots are at a half, a quarter, an eighth and so on of the range, since
     * training moves fastest at its start.
     *
     * @param x increasing
     * @param y a value for each
     * @param knots how many; 0 for a single line
     * @return the residuals of the least-squares fit, which has {@code knots + 2} coefficients
     */
    public static double[] residuals(double[] x, double[] y, int knots) {
        int n = y.length;
        double[] left = y.clone();
        double[][] basis = new double[knots + 2][n];
        for (int k = 0; k < basis.length; k++) {
            double[] column = basis[k];
            for (int i = 0; i < n; i++) {
                double part = n == 1 ? 0 : (x[i] - x[0]) / (x[n - 1] - x[0]);
                column[i] = k == 0 ? 1 : k == 1 ? part : Math.max(0, part - Math.scalb(1.0, 1 - k));
            }
            double before = Math.sqrt(dot(column, column));
            // Twice, as once leaves rounding errors of the columns' correlation.
            for (int pass = 0; pass < 2; pass++) {
                for (int j = 0; j < k; j++) {
                    subtract(column, basis[j], dot(column, basis[j]));
                }
            }
            double length = Math.sqrt(dot(column, column));
            // With few rows, a knot may add nothing.
            boolean adds = length > DEPENDENT * before;
            for (int i = 0; i < n; i++) {
                column[i] = adds ? column[i] / length : 0;
            }
            subtract(left, column, dot(left, column));
        }
        return left;
    }

    /**
     * An upper estimate of the autocorrelation of successive residuals: the largest that the correlations at lags 1, 2
     * and 4 indicate, each corrected for the bias that a fitted curve causes and raised by its standard error. Those at
     * lags 2 and 4 count only above their standard error, as their roots magnify what is none.
     *
     * <p>Source: for a mean and for a line, M. G. Kendall, Note on bias in the estimation of autocorrelation, Biometrika
     * 41 (1954); further terms act alike. The standard error is Bartlett's.
     *
     * @param residuals of a fitted curve
     * @param terms the number of its coefficients
     * @param errors by how many standard errors to raise the estimates
     * @return from 0 to 1; 1 if there are too few residuals or if they are 0
     */
    public static double bound(double[] residuals, int terms, double errors) {
        int n = residuals.length;
        double squares = dot(residuals, residuals);
        if (n <= terms + LAGS[LAGS.length - 1] || squares == 0) {
            return 1;
        }
        double bound = 0;
        for (int lag : LAGS) {
            double products = 0;
            for (int i = lag; i < n; i++) {
                products += residuals[i] * residuals[i - lag];
            }
            double corrected = Math.min(1, (products / squares + (double) terms / n) / (1 - (terms + 2.0) / n));
            double error = Math.sqrt(Math.max(1 - corrected * corrected, 0) / n + 1.0 / n / n);
            if (lag == 1 || corrected > error) {
                bound = Math.max(bound, Math.pow(Math.clamp(corrected + errors * error, 0, 1), 1.0 / lag));
            }
        }
        return bound;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    private static void subtract(double[] from, double[] direction, double times) {
        for (int i = 0; i < from.length; i++) {
            from[i] -= times * direction[i];
        }
    }
}
