package io.github.logalign.cli;

import io.github.logalign.internal.io.AtomicFile;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Does what is left to do when the JVM is told to stop (SIGTERM, SIGINT), once and not after a normal end. */
final class StopHook implements AutoCloseable {

    private static final long PATIENCE_SECONDS = 10;

    private final CountDownLatch closed = new CountDownLatch(1);
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final AtomicBoolean finished = new AtomicBoolean();
    private final Callable<@Nullable Integer> work;
    private final Runnable hook = this::stop;

    /**
     * Registers the work.
     *
     * @param work gives the exit code, or null to leave that to the signal
     */
    StopHook(Callable<@Nullable Integer> work) {
        this.work = work;
        AtomicFile.doBeforeEnd(hook);
    }

    private void stop() {
        boolean mine = finished.compareAndSet(false, true);
        stopping.countDown();
        try {
            if (!mine) {
                closed.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
                return;
            }
            Integer code = work.call();
            if (code != null) {
                Runtime.getRuntime().halt(code);
            }
        } catch (Exception failed) {
            System.err.println("logalign: what was computed could not be written: " + Failures.line(failed));
        }
    }

    /** Claims the normal end; false if the JVM is stopping and the hook does the rest. */
    boolean finish() {
        return finished.compareAndSet(false, true);
    }

    /** Waits, and tells whether the JVM was told to stop meanwhile. */
    boolean comesWithin(Duration time) throws InterruptedException {
        return stopping.await(time.toNanos(), TimeUnit.NANOSECONDS);
    }

    @Override
    public void close() {
        finished.set(true);
        closed.countDown();
        AtomicFile.doNoMore(hook);
    }
}
