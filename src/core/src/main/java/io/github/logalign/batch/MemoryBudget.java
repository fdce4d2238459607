package io.github.logalign.batch;

import java.util.concurrent.Semaphore;

/**
 * Memory that layers divide among themselves: one that finds too little left waits for others to end.
 *
 * <p>Thread safety: any number of threads.
 */
final class MemoryBudget {

    /** Permits are of this size, so that their number is an int. */
    private static final double UNIT = 1 << 20;

    private final long bytes;
    private final int units;
    private final Semaphore free;

    MemoryBudget(long bytes) {
        if (bytes < 1) {
            throw new IllegalArgumentException("some memory is needed, not " + bytes + " bytes");
        }
        this.bytes = bytes;
        this.units = (int) Math.clamp(bytes / UNIT, 1, Integer.MAX_VALUE);
        this.free = new Semaphore(units, true);
    }

    /** What is given back when it is closed. */
    interface Share extends AutoCloseable {

        @Override
        void close();
    }

    long bytes() {
        return bytes;
    }

    /** Whether there is so much, once nothing else is in work. */
    boolean isEnough(double needed) {
        return Math.ceil(needed / UNIT) <= units;
    }

    /** Takes memory when there is enough of it. */
    Share take(double needed) {
        int taken = (int) Math.ceil(needed / UNIT);
        free.acquireUninterruptibly(taken);
        return () -> free.release(taken);
    }
}
