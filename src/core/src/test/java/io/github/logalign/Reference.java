package io.github.logalign;

import java.math.BigDecimal;
import java.math.MathContext;

/**
 * The definitions in plain Java, sharing nothing with the library: one-sided Jacobi for the singular values and vectors,
 * and exact decimal arithmetic for the norm form.
 */
public final class Reference {

    private static final MathContext EXACT = new MathContext(60);

    private Reference() {}

    /**
     * Singular values and right singular vectors.
     *
     * @param sigma descending, min(m, n) of them
     * @param vectors one a row
     */
    public record Svd(double[] sigma, double[][] vectors) {

        public double[] p() {
            double sum = 0;
            for (double value : sigma) {
                sum += value * value;
            }
            double[] p = new double[sigma.length];
            for (int i = 0; i < p.length; i++) {
                p[i] = sigma[i] * sigma[i] / sum;
            }
            return p;
        }

        public double[] q(double[][] x) {
            double[] q = new double[sigma.length];
            double energy = 0;
            for (double[] token : x) {
                for (double value : token) {
                    energy += value * value;
                }
                for (int i = 0; i < q.length; i++) {
                    double projection = 0;
                    for (int c = 0; c < token.length; c++) {
                        projection += vectors[i][c] * token[c];
                    }
                    q[i] += projection * projection;
                }
            }
            for (int i = 0; i < q.length; i++) {
                q[i] /= energy;
            }
            return q;
        }
    }

    /**
     * One-sided Jacobi on the columns of W^T: they are made orthogonal by rotations on the side of the rows of W, and then
     * are sigma_i v_i. For W with entries of moderate size.
     */
    public static Svd svd(double[][] w) {
        int m = w.length;
        int n = w[0].length;
        boolean wide = m < n;
        int r = Math.min(m, n);
        // Vectors to make orthogonal: the rows of W when wide (their limits are sigma v), else its columns (sigma u).
        double[][] a = new double[wide ? m : n][wide ? n : m];
        double[][] v = new double[n][n];
        for (int i = 0; i < a.length; i++) {
            for (int j = 0; j < a[0].length; j++) {
                a[i][j] = wide ? w[i][j] : w[j][i];
            }
        }
        for (int i = 0; i < n; i++) {
            v[i][i] = 1;
        }
        for (int sweep = 0; sweep < 60; sweep++) {
            boolean rotated = false;
            for (int i = 0; i < a.length; i++) {
                for (int j = i + 1; j < a.length; j++) {
                    double alpha = dot(a[i], a[i]);
                    double beta = dot(a[j], a[j]);
                    double gamma = dot(a[i], a[j]);
                    if (Math.abs(gamma) <= 1e-17 * Math.sqrt(alpha * beta) || gamma == 0) {
                        continue;
                    }
                    rotated = true;
                    double zeta = (beta - alpha) / (2 * gamma);
                    double t = Math.copySign(1, zeta) / (Math.abs(zeta) + Math.hypot(1, zeta));
                    double c = 1 / Math.hypot(1, t);
                    rotate(a[i], a[j], c, c * t);
                    if (!wide) {
                        rotate(v[i], v[j], c, c * t);
                    }
                }
            }
            if (!rotated) {
                break;
            }
        }
        Integer[] order = new Integer[a.length];
        double[] norms = new double[a.length];
        for (int i = 0; i < a.length; i++) {
            order[i] = i;
            norms[i] = Math.sqrt(dot(a[i], a[i]));
        }
        java.util.Arrays.sort(order, (i, j) -> Double.compare(norms[j], norms[i]));
        double[] sigma = new double[r];
        double[][] vectors = new double[r][];
        for (int i = 0; i < r; i++) {
            sigma[i] = norms[order[i]];
            if (wide) {
                double[] direction = a[order[i]].clone();
                for (int c = 0; c < n; c++) {
                    direction[c] = sigma[i] == 0 ? 0 : direction[c] / sigma[i];
                }
                vectors[i] = direction;
            } else {
                vectors[i] = v[order[i]];
            }
        }
        return new Svd(sigma, vectors);
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    private static void rotate(double[] a, double[] b, double c, double s) {
        for (int k = 0; k < a.length; k++) {
            double x = a[k];
            a[k] = c * x - s * b[k];
            b[k] = s * x + c * b[k];
        }
    }

    /** The overlap by the norm form, to 60 digits and then rounded once. Right at any magnitude. */
    public static double overlap(double[][] w, double[][] x) {
        BigDecimal[][] bigW = big(w);
        BigDecimal[][] bigX = big(x);
        BigDecimal outputs = BigDecimal.ZERO;
        for (BigDecimal[] token : bigX) {
            for (BigDecimal[] row : bigW) {
                BigDecimal z = BigDecimal.ZERO;
                for (int c = 0; c < row.length; c++) {
                    z = z.add(row[c].multiply(token[c], EXACT), EXACT);
                }
                outputs = outputs.add(z.multiply(z, EXACT), EXACT);
            }
        }
        BigDecimal norms = energy(bigW).multiply(energy(bigX), EXACT);
        return outputs.divide(norms, EXACT).doubleValue();
    }

    private static BigDecimal energy(BigDecimal[][] a) {
        BigDecimal sum = BigDecimal.ZERO;
        for (BigDecimal[] row : a) {
            for (BigDecimal value : row) {
                sum = sum.add(value.multiply(value, EXACT), EXACT);
            }
        }
        return sum;
    }

    private static BigDecimal[][] big(double[][] a) {
        BigDecimal[][] result = new BigDecimal[a.length][];
        for (int i = 0; i < a.length; i++) {
            result[i] = new BigDecimal[a[i].length];
            for (int j = 0; j < a[i].length; j++) {
                result[i][j] = new BigDecimal(a[i][j]);
            }
        }
        return result;
    }

    public static double lar(int n, double overlap) {
        return 1 + Math.log(overlap) / (2 * Math.log(n));
    }
}
