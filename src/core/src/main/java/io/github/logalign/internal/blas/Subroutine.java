package io.github.logalign.internal.blas;

/**
 * A subroutine of BLAS or LAPACK, in both precisions. A library without a required one is refused when it is loaded. An
 * optional one is a capability that only some libraries have, such as products of bf16: the class that offers it replaces
 * it, or has its callers ask first, and {@link Subroutines#absence} gives the reason of its absence.
 *
 * @param stem its name without the letter of the precision
 * @param arguments the number of its arguments
 * @param characters how many of them are CHARACTER
 * @param isRequired whether a library without it is refused
 */
record Subroutine(String stem, int arguments, int characters, boolean isRequired) {

    static Subroutine required(String stem, int arguments, int characters) {
        return new Subroutine(stem, arguments, characters, true);
    }

    static Subroutine optional(String stem, int arguments, int characters) {
        return new Subroutine(stem, arguments, characters, false);
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
