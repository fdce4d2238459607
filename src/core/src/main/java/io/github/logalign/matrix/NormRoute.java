package io.github.logalign.matrix;

import java.util.Locale;

/** The ways to LAR by the norm form, without a factorisation. */
public enum NormRoute {
    /** The cheapest that keeps the promised accuracy. */
    AUTO,
    /** The outputs X W^T, block by block. Accurate however small the overlap is. */
    OUTPUTS,
    /**
     * The inner product of the Gram matrices of W and X. Its error in the overlap is about the unit roundoff times the size
     * of its terms, which is more than that of the outputs where the terms cancel. Where this moves LAR by more than 1e-9,
     * or 2e-6 in single precision, {@link #AUTO} takes the outputs after all.
     */
    INNER;

    /** The name as the command's options spell it. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
