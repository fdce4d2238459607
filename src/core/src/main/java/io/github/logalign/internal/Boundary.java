package io.github.logalign.internal;

import io.github.logalign.internal.blas.BlasException;
import io.github.logalign.internal.blas.NativeAccess;
import io.github.logalign.internal.check.MemoryFaults;
import io.github.logalign.matrix.LogalignException;
import java.util.Locale;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The one place where failures leave the library: for any failure inside, a caller sees an
 * {@link IllegalArgumentException} (a wrong call), an {@link IllegalStateException} (something is closed, confined to another
 * thread, or a fault of this library) or a {@link LogalignException} (a resource that the call needs is missing). Public
 * methods that compute or read run their work through it, once a call and never in a loop. For this library's own packages.
 *
 * <p>Thread safety: stateless. An interrupt is neither consumed nor answered here.
 */
public final class Boundary {

    private Boundary() {}

    /**
     * Does some work.
     *
     * @param work what to do
     * @param <T> what comes out
     * @return what the work returned
     * @throws LogalignException if memory, threads, native access or a BLAS library cannot be obtained, or a mapped file became
     *     shorter
     * @throws IllegalStateException if memory is freed or confined to another thread, or the work failed in a way that is
     *     a fault of this library
     */
    public static <T extends @Nullable Object> T call(Supplier<T> work) {
        try {
            return work.get();
        } catch (RuntimeException | Error failure) {
            throw translated(failure);
        }
    }

    /**
     * Does some work that gives nothing back.
     *
     * @param work what to do
     * @throws LogalignException as from {@link #call}
     * @throws IllegalStateException as from {@link #call}
     */
    public static void run(Runnable work) {
        try {
            work.run();
        } catch (RuntimeException | Error failure) {
            throw translated(failure);
        }
    }

    /**
     * The exception that reports a failure.
     *
     * @param failure any
     * @return one of the three types that may leave the library; those pass as they are
     */
    public static RuntimeException translated(Throwable failure) {
        return switch (failure) {
            case LogalignException known -> known;
            case IllegalArgumentException wrongCall -> wrongCall;
            case IllegalStateException wrongState -> wrongState;
            case BlasException blas -> new LogalignException(blas.getMessage(), blas);
            case IllegalCallerException refused -> new LogalignException(NativeAccess.advice(), refused);
            case WrongThreadException confined ->
                new IllegalStateException(MemoryFaults.CONFINED, confined);
            case OutOfMemoryError exhausted -> new LogalignException(outOfMemory(exhausted), exhausted);
            case StackOverflowError deep ->
                new LogalignException("the thread's stack is too small; call from a thread with a larger one (-Xss)",
                        deep);
            case InternalError fault when MemoryFaults.isShrunkFile(fault) ->
                new LogalignException(MemoryFaults.SHRUNK, fault);
            default ->
                new IllegalStateException("unexpected " + failure.getClass().getSimpleName() + ": "
                        + failure.getMessage() + "; please report it", failure);
        };
    }

    private static String outOfMemory(OutOfMemoryError exhausted) {
        String message = String.valueOf(exhausted.getMessage());
        String lower = message.toLowerCase(Locale.ROOT);
        if (lower.contains("thread")) {
            return "no thread could be started (" + message
                    + "); raise the limit of processes (ulimit -u, a container's"
                    + " pids limit) or of memory, or use fewer threads";
        }
        if (lower.contains("heap") || lower.contains("array size") || lower.contains("overhead")) {
            return "the Java heap is exhausted (" + message + "); raise -Xmx (for the command by LOGALIGN_OPTS), or use"
                    + " fewer threads or smaller batches";
        }
        return "out of memory (" + message + "); use a smaller layer, fewer threads or a larger machine";
    }
}
