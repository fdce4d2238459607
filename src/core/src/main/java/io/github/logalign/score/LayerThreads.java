package io.github.logalign.score;

import io.github.logalign.internal.engine.ComputeThreads;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Divides threads among layers. The most expensive layer begins first, so that no thread is left alone with it at the end.
 * A layer that would take longer than all others on the remaining threads is computed alone, with all threads. No more
 * threads compute at a time than are allowed.
 *
 * <p>Thread safety: stateless.
 */
public final class LayerThreads {

    /** How much longer than its share of the time a layer takes before it is divided among all threads. */
    private static final double WORTH_ALL_THREADS = 1.2;

    private LayerThreads() {}

    /**
     * Computes the result of a layer.
     *
     * @param <T> the result of a layer
     */
    public interface Work<T> {

        /**
         * Called once per layer, in any of the threads.
         *
         * @param job the layer
         * @param threads how many threads it may use, its own among them
         * @return the result
         */
        T compute(LayerJob job, int threads);
    }

    /**
     * Processes all layers.
     *
     * @param jobs the layers
     * @param threads the number of threads that compute at a time, at least 1
     * @param cost how long a layer takes on one thread, in any unit
     * @param work computes the result of a layer
     * @param afterEach called in the calling thread each time a layer is finished
     * @param <T> the result of a layer
     * @return the results in the order of the jobs
     * @throws IllegalArgumentException if there are no threads
     * @throws InterruptedException if the calling thread is interrupted; layers in progress are finished first, and no
     *     others are started
     */
    public static <T> List<T> run(List<LayerJob> jobs, int threads, ToDoubleFunction<LayerJob> cost, Work<T> work,
            Runnable afterEach) throws InterruptedException {
        if (threads < 1) {
            throw new IllegalArgumentException("at least one thread is needed, not " + threads);
        }
        List<Share> shares = shares(jobs.stream().mapToDouble(cost).toArray(), threads);
        Map<Integer, T> results = new TreeMap<>();
        try (ExecutorService pool = Executors.newFixedThreadPool(threads, ComputeThreads.named("logalign-layer"))) {
            CompletionService<Finished<T>> computing = new ExecutorCompletionService<>(pool);
            int running = 0;
            try {
                for (Share share : shares) {
                    while (running > 0 && running + share.threads() > threads) {
                        running -= take(computing, results, afterEach);
                    }
                    LayerJob job = jobs.get(share.index());
                    computing.submit(() -> new Finished<>(share, work.compute(job, share.threads())));
                    running += share.threads();
                }
                while (running > 0) {
                    running -= take(computing, results, afterEach);
                }
            } catch (ExecutionException failed) {
                pool.shutdownNow();
                throw unchecked(failed.getCause());
            } catch (InterruptedException interrupted) {
                pool.shutdownNow();
                throw interrupted;
            }
        }
        return new ArrayList<>(results.values());
    }

    /** A layer by its number, and how many threads it has. */
    private record Share(int index, int threads) {}

    /** A layer's result and the share that is free again. */
    private record Finished<T>(Share share, T result) {}

    /** The layers in the order in which they begin. */
    private static List<Share> shares(double[] costs, int threads) {
        List<Integer> descending = IntStream.range(0, costs.length).boxed()
                .sorted((a, b) -> Double.compare(costs[b], costs[a])).toList();
        List<Share> shares = new ArrayList<>();
        double remaining = Arrays.stream(costs).sum();
        boolean alone = true;
        int share = threads;
        for (int index : descending) {
            if (alone) {
                share = Math.max(1, threads / (costs.length - shares.size()));
                alone = costs[index] / share > WORTH_ALL_THREADS * remaining / threads;
            }
            shares.add(new Share(index, alone ? threads : share));
            remaining -= costs[index];
        }
        return shares;
    }

    /** Waits for a layer; returns the number of threads that are free again. */
    private static <T> int take(CompletionService<Finished<T>> computing, Map<Integer, T> results, Runnable afterEach)
            throws InterruptedException, ExecutionException {
        Finished<T> finished = computing.take().get();
        results.put(finished.share().index(), finished.result());
        afterEach.run();
        return finished.share().threads();
    }

    private static RuntimeException unchecked(@Nullable Throwable failure) {
        if (failure instanceof Error error) {
            throw error;
        }
        return failure instanceof RuntimeException exception ? exception : new IllegalStateException(failure);
    }
}
