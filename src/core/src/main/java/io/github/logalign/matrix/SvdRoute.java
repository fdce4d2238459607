package io.github.logalign.matrix;

import java.util.Locale;

/** The ways to the SVD of a matrix; all of them have the accuracy of {@link Method#SVD}. */
public enum SvdRoute {
    /** The cheapest. */
    AUTO,
    /** Of W itself. */
    DIRECT,
    /** Of the triangle of a QR factorisation, of W or, where W is wide, of its transpose. */
    TRIANGLE;

    /** The name as the command's options spell it. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
