package io.github.logalign.internal.blas;

import java.util.List;
import java.util.function.IntFunction;
import java.util.function.Supplier;

/**
 * The routines of BLAS and LAPACK that this project needs, by hand and by job: {@link #level3}, {@link #qr}, {@link #svd},
 * {@link #tridiagonal}. Every argument is checked here, since the library would print to stdout or crash.
 *
 * <p>LAPACK needs a large stack: call everything here from within {@link #onLargeStack}. Matrices must hold finite
 * numbers: an infinity makes some routines loop for ever.
 *
 * <p>Thread safety: any number of threads may call at once with memory of their own.
 */
public final class Blas {

    /** The system property that names the library to load. */
    public static final String PROPERTY = "logalign.blas";

    /** The environment variable that names the library to load, where the property is not set. */
    public static final String VARIABLE = "LOGALIGN_BLAS";

    /** The system property that names the folder for extracted natives. */
    public static final String CACHE_PROPERTY = "logalign.cache";

    /** The environment variable that names the folder for extracted natives, where the property is not set. */
    public static final String CACHE_VARIABLE = "LOGALIGN_CACHE";

    private final Library library;
    private final Level3 level3;
    private final Qr qr;
    private final Svd svd;
    private final Tridiagonal tridiagonal;

    Blas(Library library) {
        Subroutines subroutines = new Subroutines(library);
        this.library = library;
        this.level3 = new Level3(subroutines);
        this.qr = new Qr(subroutines);
        this.svd = new Svd(subroutines);
        this.tridiagonal = new Tridiagonal(subroutines);
    }

    /**
     * The library of this process, loaded on the first call.
     *
     * @throws BlasException if none is found; the message lists every place that was tried
     */
    public static Blas get() {
        Loading.Outcome outcome = Loading.outcome();
        if (outcome.blas() == null) {
            throw new BlasException(String.valueOf(outcome.error()));
        }
        return outcome.blas();
    }

    /** Whether there is a library; it is loaded on the first call. */
    public static boolean isThere() {
        return Loading.outcome().blas() != null;
    }

    /** The loaded library and how it was found. */
    public BlasInfo info() {
        return library.info();
    }

    /** Runs a factorisation, or a part of one, as {@link #onLargeStack(Work, Supplier)} does. */
    public static <T> T onLargeStack(Supplier<T> task) {
        return onLargeStack(Work.FACTORISATION, task);
    }

    /**
     * Runs a task on a platform thread with a stack that LAPACK fits on, and waits for it. From such a thread it runs at
     * once. Interrupting the caller does not interrupt the task.
     */
    public static <T> T onLargeStack(Work work, Supplier<T> task) {
        return LargeStack.call(work, task);
    }

    /**
     * Runs tasks as {@link #onLargeStack} does, side by side, and waits for all of them.
     *
     * @param task gets the numbers from 0 to count - 1
     * @return the results, by number
     */
    public static <T> List<T> onLargeStacks(Work work, int count, IntFunction<T> task) {
        return LargeStack.callAll(work, count, task);
    }

    /**
     * A daemon thread with a stack that LAPACK fits on, which need not hand its tasks on. For few threads: the library has a
     * buffer for each that calls it, and not more than some dozens.
     */
    public static Thread largeStackThread(String name, Runnable task) {
        return LargeStack.thread(name, task);
    }

    /** Products of matrices. */
    public Level3 level3() {
        return level3;
    }

    /** QR factorisations. */
    public Qr qr() {
        return qr;
    }

    /** Singular value decompositions. */
    public Svd svd() {
        return svd;
    }

    /** The symmetric eigenproblem. */
    public Tridiagonal tridiagonal() {
        return tridiagonal;
    }

    /**
     * What a positive INFO means.
     *
     * @param routine its full name
     * @param info the positive number
     */
    public static String explain(String routine, int info) {
        String stem = routine.substring(1);
        return routine + " returned INFO = " + info
                + switch (stem) {
                    case "gesdd" -> ": the divide and conquer for singular values did not converge";
                    case "gesvd" -> ": " + info + " superdiagonals of the bidiagonal form did not converge to zero";
                    case "stedc" -> ": the divide and conquer for eigenvalues did not converge";
                    default -> "";
                };
    }
}
