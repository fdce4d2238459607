package io.github.logalign.matrix;

import io.github.logalign.internal.engine.Planner;
import java.util.Locale;

/** The ways that lead to a method's result; {@link Planner} chooses the cheapest unless one is asked for. */
public enum Route {
    /** The cheapest that keeps the promised accuracy. */
    AUTO,
    /** {@link Method#SVD}: of W itself. */
    DIRECT,
    /** {@link Method#SVD}: of the triangle of a QR factorisation, of W or, where W is wide, of its transpose. */
    TRIANGLE,
    /** LAR without a factorisation: the outputs X W^T, block by block. Accurate however small the overlap is. */
    OUTPUTS,
    /**
     * LAR without a factorisation: the inner product of the Gram matrices of W and X. Where the overlap is so small that
     * its absolute error, about the unit roundoff, moves LAR by more than 1e-9, the outputs are taken after all.
     */
    INNER;

    /** The name as the command's options spell it. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
