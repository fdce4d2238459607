package io.github.logalign.matrix;

import java.io.Serial;
import java.util.Objects;

/**
 * A problem with a file, a value or a factorisation, or a missing resource: LAPACK, native memory, the Java heap,
 * threads, native access. The message is one line that says what is wrong, where (file, tensor, index) and what to do.
 *
 * <p>A wrong call is an {@link IllegalArgumentException} instead, and memory or a file that is closed, or confined to another
 * thread, an {@link IllegalStateException}. No other unchecked exception and no error leaves the library on purpose; where
 * the heap is exhausted to the last byte, the JVM may throw an {@link OutOfMemoryError} even while one of these is made.
 */
public final class LogalignException extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1L;

    /**
     * Makes an exception.
     *
     * @param message one line: what, where, what to do
     */
    public LogalignException(String message) {
        super(message);
    }

    /**
     * Makes an exception with its cause.
     *
     * @param message one line: what, where, what to do
     * @param cause what led to it
     */
    public LogalignException(String message, Throwable cause) {
        super(message, cause);
    }

    @Override
    public String getMessage() {
        return Objects.requireNonNull(super.getMessage());
    }
}
