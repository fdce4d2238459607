package io.github.logalign;

import io.github.logalign.matrix.Matrix;
import java.util.Random;

/** Seeded matrices of kinds that have gone wrong somewhere. */
final class Samples {

    private Samples() {}

    /** What a matrix is like. */
    enum Kind {
        NORMAL, RANK_ONE, EQUAL_SINGULAR_VALUES, OUTLIER, LOW_RANK, HILBERT, HUGE, TINY, SUBNORMAL
    }

    static double[][] normal(int rows, int columns, Random random) {
        double[][] a = new double[rows][columns];
        for (double[] row : a) {
            for (int c = 0; c < columns; c++) {
                row[c] = random.nextGaussian();
            }
        }
        return a;
    }

    static double[][] make(Kind kind, int rows, int columns, Random random) {
        return switch (kind) {
            case NORMAL -> normal(rows, columns, random);
            case RANK_ONE -> multiply(normal(rows, 1, random), normal(1, columns, random));
            case LOW_RANK -> {
                int rank = Math.max(1, Math.min(rows, columns) / 2);
                yield multiply(normal(rows, rank, random), normal(rank, columns, random));
            }
            case EQUAL_SINGULAR_VALUES -> {
                double[][] a = new double[rows][columns];
                for (int i = 0; i < Math.min(rows, columns); i++) {
                    a[i][(i * 7 + 3) % columns] = columns % 7 == 0 ? (i % 2 == 0 ? 1 : -1) : 1;
                }
                yield a;
            }
            case OUTLIER -> {
                double[][] a = normal(rows, columns, random);
                a[random.nextInt(rows)][random.nextInt(columns)] = 1e6;
                yield a;
            }
            case HILBERT -> {
                double[][] a = new double[rows][columns];
                for (int i = 0; i < rows; i++) {
                    for (int j = 0; j < columns; j++) {
                        a[i][j] = 1.0 / (i + j + 1);
                    }
                }
                yield a;
            }
            case HUGE -> scaled(normal(rows, columns, random), 1e200);
            case TINY -> scaled(normal(rows, columns, random), 1e-200);
            case SUBNORMAL -> {
                double[][] a = new double[rows][columns];
                for (double[] row : a) {
                    for (int c = 0; c < columns; c++) {
                        row[c] = Double.longBitsToDouble(random.nextInt(1 << 20)) * (random.nextBoolean() ? 1 : -1);
                    }
                }
                yield a;
            }
        };
    }

    static double[][] multiply(double[][] a, double[][] b) {
        double[][] c = new double[a.length][b[0].length];
        for (int i = 0; i < a.length; i++) {
            for (int k = 0; k < b.length; k++) {
                for (int j = 0; j < b[0].length; j++) {
                    c[i][j] += a[i][k] * b[k][j];
                }
            }
        }
        return c;
    }

    static double[][] scaled(double[][] a, double factor) {
        double[][] result = new double[a.length][];
        for (int i = 0; i < a.length; i++) {
            result[i] = a[i].clone();
            for (int j = 0; j < result[i].length; j++) {
                result[i][j] *= factor;
            }
        }
        return result;
    }

    static Matrix matrix(double[][] a) {
        int columns = a.length == 0 ? 0 : a[0].length;
        double[] flat = new double[a.length * columns];
        for (int i = 0; i < a.length; i++) {
            System.arraycopy(a[i], 0, flat, i * columns, columns);
        }
        return Matrix.of(flat, a.length, columns);
    }

    /** An orthogonal matrix: a product of Householder reflections. */
    static double[][] orthogonal(int n, Random random) {
        double[][] q = new double[n][n];
        for (int i = 0; i < n; i++) {
            q[i][i] = 1;
        }
        for (int reflection = 0; reflection < Math.min(n, 8); reflection++) {
            double[] u = normal(1, n, random)[0];
            double norm = 0;
            for (double value : u) {
                norm += value * value;
            }
            for (double[] row : q) {
                double dot = 0;
                for (int c = 0; c < n; c++) {
                    dot += row[c] * u[c];
                }
                for (int c = 0; c < n; c++) {
                    row[c] -= 2 * dot / norm * u[c];
                }
            }
        }
        return q;
    }
}
