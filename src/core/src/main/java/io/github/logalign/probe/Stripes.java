package io.github.logalign.probe;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Equal parts, at least twice as many as there are cores, of which each thread takes any that is free. The threads that run at
 * one moment are no more than cores, so one of the parts is nearly always free: more parts help where the system stops many
 * threads that hold one.
 *
 * @param <T> a part; it is touched by one thread at a time
 */
final class Stripes<T> {

    private static final class Stripe<T> extends ReentrantLock {
        private static final long serialVersionUID = 1L;

        final transient T part;

        Stripe(T part) {
            this.part = part;
        }
    }

    private final List<Stripe<T>> stripes = new ArrayList<>();

    /**
     * Makes the parts.
     *
     * @param least how many at least
     */
    Stripes(int least, Supplier<T> part) {
        int count = Integer.highestOneBit(Math.max(least, 2 * Runtime.getRuntime().availableProcessors()));
        for (int index = 0; index < count; index++) {
            stripes.add(new Stripe<>(part.get()));
        }
    }

    int count() {
        return stripes.size();
    }

    /**
     * Does something with a free part, without waiting for one.
     *
     * @return what the work returned; null if every part is busy
     */
    @Nullable
    Boolean withAny(Predicate<T> work) {
        int start = (int) Thread.currentThread().threadId();
        for (int index = 0; index < stripes.size(); index++) {
            Stripe<T> stripe = stripes.get((start + index) & (stripes.size() - 1));
            // A thread that waits for the stripe would never get it, if those that try came first.
            if (!stripe.hasQueuedThreads() && stripe.tryLock()) {
                try {
                    return work.test(stripe.part);
                } finally {
                    stripe.unlock();
                }
            }
        }
        return null;
    }

    /** Does something with each part in turn, waiting for those that are busy. */
    void withEach(Consumer<T> work) {
        for (Stripe<T> stripe : stripes) {
            stripe.lock();
            try {
                work.accept(stripe.part);
            } finally {
                stripe.unlock();
            }
        }
    }
}
