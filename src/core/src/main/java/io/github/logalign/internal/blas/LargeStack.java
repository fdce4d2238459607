package io.github.logalign.internal.blas;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * Platform threads with a stack that LAPACK fits on, independent of the thread the caller runs on. Few of them, as many as there
 * are cores for each kind of work: many concurrent callers exhaust OpenBLAS's buffers. They end after five seconds without work.
 */
final class LargeStack {

    private static final long STACK_BYTES = 16L << 20;
    private static final int MAX_THREADS = 32;
    private static final AtomicInteger NUMBER = new AtomicInteger();
    private static final Map<Work, ThreadPoolExecutor> POOLS = pools();

    private LargeStack() {}

    private static final class LargeStackThread extends Thread {
        LargeStackThread(String name, Runnable task) {
            super(null, task, name, STACK_BYTES, false);
            setDaemon(true);
            // The caller's would be kept from being unloaded.
            setContextClassLoader(null);
        }
    }

    private static Map<Work, ThreadPoolExecutor> pools() {
        Map<Work, ThreadPoolExecutor> pools = new EnumMap<>(Work.class);
        for (Work work : Work.values()) {
            pools.put(work, pool(work));
        }
        return pools;
    }

    private static ThreadPoolExecutor pool(Work work) {
        int threads = Math.clamp(Runtime.getRuntime().availableProcessors(), 2, MAX_THREADS);
        ThreadPoolExecutor pool = new ThreadPoolExecutor(threads, threads, 5, TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                task -> new LargeStackThread(work.threadName() + NUMBER.incrementAndGet(), task));
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    /** A thread that runs LAPACK itself, without waiting for one of these. */
    static Thread thread(String name, Runnable task) {
        return new LargeStackThread(name, task);
    }

    private static ThreadPoolExecutor poolOf(Work work) {
        return Objects.requireNonNull(POOLS.get(work));
    }

    /**
     * Runs a task and waits for it. An interrupt is kept for later: native code cannot be interrupted, and memory must not
     * be freed under it.
     */
    static <T> T call(Work work, Supplier<T> task) {
        if (Thread.currentThread() instanceof LargeStackThread) {
            return task.get();
        }
        return await(poolOf(work).submit(task::get));
    }

    /** Runs tasks side by side and waits for all of them; of several failures the first task's is thrown. */
    static <T> List<T> callAll(Work work, int count, IntFunction<T> task) {
        if (Thread.currentThread() instanceof LargeStackThread) {
            return IntStream.range(0, count).mapToObj(task).toList();
        }
        List<Future<T>> futures = new ArrayList<>();
        List<T> results = new ArrayList<>();
        Throwable failure = null;
        try {
            for (int index = 0; index < count; index++) {
                int number = index;
                futures.add(poolOf(work).submit(() -> task.apply(number)));
            }
        } catch (RuntimeException | Error refused) {
            // Those that run already read the caller's memory: they must be waited for.
            failure = refused;
        }
        for (Future<T> future : futures) {
            try {
                results.add(await(future));
            } catch (RuntimeException | Error failed) {
                failure = failure == null ? failed : failure;
            }
        }
        if (failure instanceof Error error) {
            throw error;
        }
        if (failure instanceof RuntimeException exception) {
            throw exception;
        }
        return results;
    }

    /** The result of a task, however often the caller is interrupted; the interrupt is kept. */
    static <T> T await(Future<T> future) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return future.get();
                } catch (InterruptedException later) {
                    interrupted = true;
                }
            }
        } catch (ExecutionException failed) {
            Throwable cause = failed.getCause();
            if (cause instanceof RuntimeException exception) {
                throw exception;
            }
            if (cause instanceof Error error) {
                throw error;
            }
            throw new IllegalStateException(cause);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
