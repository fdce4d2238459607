package io.github.logalign.internal.blas;

/**
 * A routine of BLAS or LAPACK, in both precisions. A library without a required one is refused when it is loaded. An
 * optional one is a capability that only some libraries have, as products of bf16: the class that offers it stands in for
 * it by other means, or has its callers ask first, and {@link Subroutines#absence} says why it is not there.
 *
 * @param stem its name without the letter of the precision
 * @param arguments the number of its arguments
 * @param characters how many of them are CHARACTER
 * @param isRequired whether no library is of use without it
 */
record Routine(String stem, int arguments, int characters, boolean isRequired) {

    static Routine required(String stem, int arguments, int characters) {
        return new Routine(stem, arguments, characters, true);
    }

    static Routine optional(String stem, int arguments, int characters) {
        return new Routine(stem, arguments, characters, false);
    }

    /** Its full name: dgesdd from gesdd. */
    String name(Real real) {
        return real.routine(stem);
    }

    /** The symbol that Fortran's compilers give it. */
    String symbol(Real real) {
        return name(real) + "_";
    }
}
