package io.github.logalign.internal.pool;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.function.Supplier;

/**
 * A bounded stock of objects that are expensive to make and serve one call at a time. Callers' threads keep nothing: a value in
 * a {@link ThreadLocal} would live as long as the thread, and with it this library's class loader.
 *
 * <p>Thread safety: any number of threads may take and give back at once.
 *
 * @param <T> the objects
 */
public final class Pool<T> {

    /** More than cores that compute at once have; what is given back beyond that is garbage. */
    private static final int MOST = 64;

    private final ArrayBlockingQueue<T> free = new ArrayBlockingQueue<>(MOST);
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
        T found = free.poll();
        return found == null ? make.get() : found;
    }

    /**
     * Gives an object back.
     *
     * @param unused what was taken
     */
    public void give(T unused) {
        free.offer(unused);
    }
}
