package io.github.logalign.internal.blas;

import java.io.Serial;
import java.util.Objects;

/** What went wrong with finding or calling the library, in one line. */
public final class BlasException extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1L;

    /**
     * Makes an exception.
     *
     * @param message one line: what, where, what to do
     */
    public BlasException(String message) {
        super(message);
    }

    /**
     * Makes an exception with its cause.
     *
     * @param message one line: what, where, what to do
     * @param cause what led to it
     */
    public BlasException(String message, Throwable cause) {
        super(message, cause);
    }

    @Override
    public String getMessage() {
        return Objects.requireNonNull(super.getMessage());
    }
}
