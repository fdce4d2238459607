package io.github.logalign.score;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Processes several layers at a time, in threads named {@code logalign-layer} that end with the call.
 *
 * <p>Thread safety: stateless.
 */
public final class LayerThreads {

    private LayerThreads() {}

    /**
     * Processes all layers.
     *
     * @param jobs the layers
     * @param threads the number of layers at a time, at least 1
     * @param work computes the result of a layer; called once per layer, in any of the threads
     * @param afterEach called in the calling thread each time a layer is finished
     * @param <T> the result of a layer
     * @return the results in the order of the jobs
     * @throws IllegalArgumentException if there are no threads
     * @throws InterruptedException if the calling thread is interrupted; layers in progress are finished first, and no
     *     others are started
     */
    public static <T> List<T> run(List<LayerJob> jobs, int threads, Function<LayerJob, T> work, Runnable afterEach)
            throws InterruptedException {
        if (threads < 1) {
            throw new IllegalArgumentException("at least one thread is needed, not " + threads);
        }
        List<T> results = new ArrayList<>();
        if (jobs.isEmpty()) {
            return results;
        }
        try (ExecutorService pool = Executors.newFixedThreadPool(Math.min(threads, jobs.size()),
                LayerThreads::worker)) {
            List<Future<T>> futures = jobs.stream().map(job -> pool.submit(() -> work.apply(job))).toList();
            try {
                for (Future<T> future : futures) {
                    results.add(future.get());
                    afterEach.run();
                }
            } catch (ExecutionException failed) {
                pool.shutdownNow();
                throw unchecked(failed.getCause());
            } catch (InterruptedException interrupted) {
                pool.shutdownNow();
                throw interrupted;
            }
        }
        return results;
    }

    private static Thread worker(Runnable task) {
        Thread thread = new Thread(task, "logalign-layer");
        thread.setDaemon(true);
        return thread;
    }

    private static RuntimeException unchecked(@Nullable Throwable failure) {
        if (failure instanceof Error error) {
            throw error;
        }
        return failure instanceof RuntimeException exception ? exception : new IllegalStateException(failure);
    }
}
