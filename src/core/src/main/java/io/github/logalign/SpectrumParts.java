package io.github.logalign;

import io.github.logalign.internal.check.Arguments;
import io.github.logalign.matrix.Computation;
import io.github.logalign.matrix.Matrix;

/**
 * What a {@link WeightSpectrum} consists of, to be kept outside of the JVM and restored without a factorisation.
 *
 * <p>Thread safety: as the memory of the vectors.
 *
 * @param squares r squared singular values, descending, of W times 2^exponent
 * @param exponent what W was multiplied by before it was factorised, as an exponent of 2
 * @param numericalRank how many singular values rounding cannot have made
 * @param computation what ran: one step, in the precision of the vectors
 * @param rightSingularVectors r x n, row-major, F64 or in single precision F32
 */
public record SpectrumParts(
        double[] squares,
        int exponent,
        int numericalRank,
        Computation computation,
        Matrix rightSingularVectors) {

    /**
     * Copies the squares and checks what can be checked without W.
     *
     * @throws IllegalArgumentException if the squares are not finite, not descending or negative, the rank is none of so many
     *     values, there is not one vector for each value, or not one step
     */
    public SpectrumParts {
        squares = Arguments.required(squares, "squares").clone();
        Arguments.required(computation, "computation");
        Arguments.required(rightSingularVectors, "rightSingularVectors");
        for (int i = 0; i < squares.length; i++) {
            boolean isInOrder = i == 0 || squares[i] <= squares[i - 1];
            if (!Double.isFinite(squares[i]) || squares[i] < 0 || !isInOrder) {
                throw new IllegalArgumentException(
                        "the squared singular values are not finite, negative or not descending");
            }
        }
        if (numericalRank < 0 || numericalRank > squares.length) {
            throw new IllegalArgumentException(
                    "a rank of " + numericalRank + " with " + squares.length + " singular values");
        }
        if (rightSingularVectors.rows() != squares.length) {
            throw new IllegalArgumentException(rightSingularVectors.rows() + " right singular vectors with "
                    + squares.length + " singular values");
        }
        if (computation.steps().size() != 1) {
            throw new IllegalArgumentException("a factorisation is one step, not " + computation.steps().size());
        }
    }

    /**
     * The squared singular values of W times 2^exponent.
     *
     * @return r values, descending, as a copy
     */
    @Override
    public double[] squares() {
        return squares.clone();
    }
}
