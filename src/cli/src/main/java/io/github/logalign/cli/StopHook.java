package io.github.logalign.cli;

import io.github.logalign.internal.io.AtomicFile;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Runs the remaining work when the JVM is stopped by a signal (SIGTERM, SIGINT): at most once, and not after a normal
 * end.
 */
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
     * @param work returns the exit code, or null for the exit code of the signal
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
            System.err.println("logalign: the results could not be written: " + Failures.line(failed));
        }
    }

    /** Claims the normal end. Returns false if the JVM is stopping, in which case the hook does the remaining work. */
    boolean finish() {
        return finished.compareAndSet(false, true);
    }

    /** Waits, and returns whether the JVM was stopped by a signal in the meantime. */
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
