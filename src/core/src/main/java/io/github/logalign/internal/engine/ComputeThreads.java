package io.github.logalign.internal.engine;

import io.github.logalign.internal.blas.Blas;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/** Threads for computing layers. */
public final class ComputeThreads {

    /** Threads beyond that leave LAPACK to a pool of threads, which is bounded. */
    private static final int LARGE_STACKS = 32;

    private ComputeThreads() {}

    /**
     * Makes daemon threads that run LAPACK themselves: a small layer takes less time than the hand-over to another thread and
     * back.
     *
     * @param name of all of them
     */
    public static ThreadFactory named(String name) {
        AtomicInteger started = new AtomicInteger();
        return task -> {
            if (started.getAndIncrement() < LARGE_STACKS) {
                return Blas.largeStackThread(name, task);
            }
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        };
    }
}
