package io.github.logalign.testing;

import io.github.logalign.matrix.Matrix;

/** The elements of matrices, for computations that share no code with the library's. */
public final class Elements {

    private Elements() {}

    /** A copy, row by row. */
    public static double[][] of(Matrix matrix) {
        double[][] elements = new double[(int) matrix.rows()][(int) matrix.columns()];
        for (int row = 0; row < elements.length; row++) {
            for (int column = 0; column < elements[row].length; column++) {
                elements[row][column] = matrix.get(row, column);
            }
        }
        return elements;
    }
}
