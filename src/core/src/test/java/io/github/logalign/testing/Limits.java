package io.github.logalign.testing;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.function.Executable;

/**
 * What a test may limit: work, never seconds, since how long work takes is the business of the machine and of its other
 * users. What never ends is ended by the one limit in minutes that every test has, in junit-platform.properties.
 */
public final class Limits {

    /** Between two looks. */
    private static final long PAUSE_MILLIS = 20;

    private Limits() {}

    /** Runs, and fails if this thread allocated more bytes on the heap meanwhile. */
    public static void allocatingAtMost(long bytes, Executable work) throws Throwable {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        work.execute();
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        assertTrue(allocated <= bytes, () -> "allocated " + allocated + " bytes, and may " + bytes);
    }

    /** Waits for what another thread or process does, for as long as it takes. */
    public static void awaitThat(BooleanSupplier happened) throws InterruptedException {
        while (!happened.getAsBoolean()) {
            Thread.sleep(PAUSE_MILLIS);
        }
    }
}
