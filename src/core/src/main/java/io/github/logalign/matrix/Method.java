package io.github.logalign.matrix;

/** How the weight spectrum is computed. */
public enum Method {
    /**
     * A singular value decomposition (LAPACK's divide and conquer), after a reduction to a triangle where that is
     * cheaper. The absolute error of every singular value is about the unit roundoff times the largest one.
     */
    SVD,
    /**
     * The Gram matrix of the shorter side and its eigenvectors. Several times faster for tall matrices. The absolute
     * error of p stays near the unit roundoff; singular values below its square root times the largest are lost.
     */
    GRAM,
    /**
     * {@link #GRAM} if it resolves every singular value, {@link #SVD} otherwise. The result says which one ran.
     */
    AUTO
}
