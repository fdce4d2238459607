package io.github.logalign.internal.engine;

import io.github.logalign.matrix.Computation.Step;
import org.jspecify.annotations.Nullable;

/**
 * What is left of W once it is factorised.
 *
 * @param squares r squared singular values, descending, of W times 2^exponent
 * @param exponent what W was multiplied by, as an exponent of 2
 * @param numericalRank how many singular values rounding cannot have made
 * @param step what ran
 * @param directions the right singular vectors, on which tokens are projected, or null if they were not wanted
 */
public record FactorizedWeights(
        double[] squares, int exponent, int numericalRank, Step step, @Nullable Directions directions) {

    private double sum() {
        double sum = 0;
        for (double square : squares) {
            sum += square;
        }
        return sum;
    }

    /** The squares' shares of their sum; all 0 if W is 0. */
    public double[] spectrum() {
        double sum = sum();
        double[] shares = new double[squares.length];
        for (int i = 0; i < squares.length && sum > 0; i++) {
            shares[i] = squares[i] / sum;
        }
        return shares;
    }

    /** The singular values of W itself. */
    public double[] singularValues() {
        double[] values = new double[squares.length];
        for (int i = 0; i < squares.length; i++) {
            values[i] = Math.scalb(Math.sqrt(squares[i]), -exponent);
        }
        return values;
    }

    /** The sum of the squares, in units of the largest; 0 if W is 0. */
    public double stableRank() {
        double sum = sum();
        return sum == 0 ? 0 : sum / squares[0];
    }

    /** Whether W is 0 or empty. */
    boolean isZero() {
        return squares.length == 0 || squares[0] == 0;
    }

    /** Whether some singular values are lost in rounding. */
    boolean lacksSingularValues() {
        return numericalRank < squares.length;
    }
}
