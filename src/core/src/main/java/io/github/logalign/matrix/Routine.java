package io.github.logalign.matrix;

import java.util.Locale;

/** What a computation can consist of: the vector kernels, and routines of BLAS and LAPACK. */
public enum Routine {
    /** A vector kernel, or its scalar twin. */
    KERNEL,
    /** A general matrix product. */
    GEMM,
    /** The product of a matrix and its transpose. */
    SYRK,
    /** The QR factorisation of a matrix. */
    GEQRF,
    /** The QR factorisation of a triangle with a block of rows below it. */
    TPQRT,
    /** The singular value decomposition by divide and conquer. */
    GESDD,
    /** The singular value decomposition by QR iteration. */
    GESVD,
    /** The tridiagonal form of a symmetric matrix. */
    SYTRD,
    /** The eigenvalues and eigenvectors of a tridiagonal matrix by divide and conquer. */
    STEDC;

    /**
     * The name in a precision.
     *
     * @param precision whose variant ran
     * @return such as {@code dgemm} or {@code sgemm}; "kernel" in either precision
     */
    public String in(Precision precision) {
        String stem = name().toLowerCase(Locale.ROOT);
        if (this == KERNEL) {
            return stem;
        }
        return switch (precision) {
            case DOUBLE -> "d" + stem;
            case SINGLE -> "s" + stem;
        };
    }
}
