package io.github.logalign.internal.blas;

/**
 * A routine of BLAS or LAPACK, in both precisions.
 *
 * @param stem its name without the letter of the precision
 * @param arguments the number of its arguments
 * @param characters how many of them are CHARACTER
 */
record Routine(String stem, int arguments, int characters) {

    /** Its full name: dgesdd from gesdd. */
    String name(Real real) {
        return real.routine(stem);
    }
}
