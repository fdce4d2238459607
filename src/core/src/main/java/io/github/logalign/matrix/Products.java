package io.github.logalign.matrix;

/**
 * By what matrix products are taken: projections, and Gram matrices. The result is the same but for the order of summation.
 */
public enum Products {
    /** By whichever is faster here and now. */
    AUTO,
    /** By the vector kernels, or their scalar twins where there are no vectors. */
    KERNEL,
    /** By BLAS. */
    BLAS
}
