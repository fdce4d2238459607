package io.github.logalign.score;

import io.github.logalign.internal.engine.ComputeThreads;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
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

    /** The threads that compute wake the calling thread only now and then: layers may take less than a millisecond. */
    private static final long TOLD_EVERY_MILLIS = 20;

    private LayerThreads() {}

    /**
     * Computes the result of a layer.
     *
     * @param <J> a layer, or several that go together
     * @param <T> their result
     */
    public interface Work<J, T> {

        /**
         * Called once per layer, in any of the threads.
         *
         * @param job the layer
         * @param threads how many threads it may use, its own among them
         * @return the result
         */
        T compute(J job, int threads);
    }

    /**
     * Processes all layers.
     *
     * @param jobs the layers
     * @param threads the number of threads that compute at a time, at least 1
     * @param cost how long a layer takes on one thread, in any unit
     * @param work computes the result of a layer
     * @param afterEach called in the calling thread once for each layer, soon after it is finished
     * @param <J> a layer, or several that go together
     * @param <T> their result
     * @return the results in the order of the jobs
     * @throws IllegalArgumentException if there are no threads
     * @throws InterruptedException if the calling thread is interrupted; layers in progress are finished first, and no
     *     others are started
     */
    public static <J, T> List<T> run(List<J> jobs, int threads, ToDoubleFunction<J> cost, Work<J, T> work,
            Runnable afterEach) throws InterruptedException {
        if (threads < 1) {
            throw new IllegalArgumentException("at least one thread is needed, not " + threads);
        }
        Queue queue = new Queue(shares(jobs.stream().mapToDouble(cost).toArray(), threads), threads);
        Map<Integer, T> results = new ConcurrentSkipListMap<>();
        AtomicInteger finished = new AtomicInteger();
        CountDownLatch ends = new CountDownLatch(threads);
        Runnable worker = () -> {
            try {
                for (Share share = queue.take(); share != null; share = queue.take()) {
                    try {
                        results.put(share.index(), work.compute(jobs.get(share.index()), share.threads()));
                        finished.incrementAndGet();
                    } finally {
                        queue.giveBack(share);
                    }
                }
            } catch (RuntimeException | Error failed) {
                queue.end(failed);
            } finally {
                ends.countDown();
            }
        };
        try (ExecutorService pool = Executors.newFixedThreadPool(threads, ComputeThreads.named("logalign-layer"))) {
            try {
                for (int index = 0; index < threads; index++) {
                    pool.execute(worker);
                }
                int told = 0;
                for (boolean ended = false; !ended;) {
                    ended = ends.await(TOLD_EVERY_MILLIS, TimeUnit.MILLISECONDS);
                    for (int now = finished.get(); told < now; told++) {
                        afterEach.run();
                    }
                }
            } finally {
                // Before the pool is closed, which waits for those that have begun.
                queue.end(null);
            }
        }
        queue.throwFailure();
        return new ArrayList<>(results.values());
    }

    /** The layers that have not begun, and the threads that are free. */
    private static final class Queue {

        private final ArrayDeque<Share> waiting;
        private final Semaphore free;
        private @Nullable Throwable failure;

        Queue(List<Share> shares, int threads) {
            this.waiting = new ArrayDeque<>(shares);
            this.free = new Semaphore(threads);
        }

        /** The next layer once it has its threads; while it waits for them no other begins. */
        synchronized @Nullable Share take() {
            Share next = waiting.poll();
            if (next != null) {
                free.acquireUninterruptibly(next.threads());
            }
            return next;
        }

        /** Does not wait for {@link #take}, which may wait for this. */
        void giveBack(Share share) {
            free.release(share.threads());
        }

        /** Lets no other layer begin, because of a failure if there is one. */
        synchronized void end(@Nullable Throwable why) {
            waiting.clear();
            failure = failure == null ? why : failure;
        }

        synchronized void throwFailure() {
            if (failure instanceof Error error) {
                throw error;
            }
            if (failure instanceof RuntimeException exception) {
                throw exception;
            }
        }
    }

    /** A layer by its number, and how many threads it has. */
    private record Share(int index, int threads) {}

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
}
