package io.github.logalign.internal.pool;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;

/**
 * A bounded stock of objects that are expensive to make and serve one call at a time. Callers' threads keep nothing: a value in
 * a {@link ThreadLocal} would live as long as the thread, and with it this library's class loader.
 *
 * <p>Thread safety: any number of threads may take and give back at once. None waits for another: with a lock, threads that the
 * system stops for a moment would hold up all that are about to do short work.
 *
 * @param <T> the objects
 */
public final class Pool<T> {

    /** More than cores that compute at once have; what is given back beyond that is garbage. */
    private static final int MOST = 64;

    private final AtomicReferenceArray<T> free = new AtomicReferenceArray<>(MOST);
    private final Supplier<T> make;

    /**
     * An empty stock.
     *
     * @param make makes an object when none is free
     */
    public Pool(Supplier<T> make) {
        this.make = make;
    }

    /**
     * Takes an object that nobody else has.
     *
     * @return a free one, or a new one
     */
    public T take() {
        int start = start();
        for (int index = 0; index < MOST; index++) {
            int place = (start + index) % MOST;
            T found = free.get(place);
            if (found != null && free.compareAndSet(place, found, null)) {
                return found;
            }
        }
        return make.get();
    }

    /**
     * Gives an object back.
     *
     * @param unused what was taken
     */
    public void give(T unused) {
        int start = start();
        for (int index = 0; index < MOST; index++) {
            int place = (start + index) % MOST;
            if (free.get(place) == null && free.compareAndSet(place, null, unused)) {
                return;
            }
        }
    }

    /** Threads look in different places first, and each where it gave something back. */
    private static int start() {
        return (int) (Thread.currentThread().threadId() % MOST);
    }
}
