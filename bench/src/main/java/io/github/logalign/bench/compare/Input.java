package io.github.logalign.bench.compare;

import io.github.logalign.matrix.Matrix;

/**
 * What every contestant gets, native and row-major.
 *
 * @param w m x n
 * @param x T x n, or null for the spectrum of W alone
 */
record Input(Matrix w, Matrix x) {

    int m() {
        return Math.toIntExact(w.rows());
    }

    int n() {
        return Math.toIntExact(w.columns());
    }

    /** For libraries of Java arrays. */
    static double[][] rows(Matrix matrix) {
        double[][] rows = new double[Math.toIntExact(matrix.rows())][Math.toIntExact(matrix.columns())];
        for (int i = 0; i < rows.length; i++) {
            for (int j = 0; j < rows[i].length; j++) {
                rows[i][j] = matrix.get(i, j);
            }
        }
        return rows;
    }

    /** Column-major. */
    static double[] columns(Matrix matrix) {
        int rows = Math.toIntExact(matrix.rows());
        double[] values = new double[Math.toIntExact(matrix.rows() * matrix.columns())];
        for (int i = 0; i < values.length; i++) {
            values[i] = matrix.get(i % rows, i / rows);
        }
        return values;
    }

    /** Squares, normalised. */
    static double[] spectrum(double[] sigma) {
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
}
