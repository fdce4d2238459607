package io.github.logalign.probe;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** One daemon thread that projects for all probes, and ends after five seconds without work. */
final class ProbeThreads {

    /** Blocks that wait: far more than any number of probes fills while one is projected. */
    private static final int MOST_WAITING = 1 << 16;

    private static final ThreadPoolExecutor EXECUTOR = executor();

    private ProbeThreads() {}

    private static ThreadPoolExecutor executor() {
        ThreadPoolExecutor executor = new ThreadPoolExecutor(1, 1, 5, TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(MOST_WAITING), task -> {
                    Thread thread = Thread.ofPlatform().daemon().name("logalign-probe").unstarted(task);
                    // The caller's would be kept from being unloaded.
                    thread.setContextClassLoader(null);
                    return thread;
                }, new ThreadPoolExecutor.DiscardPolicy());
        executor.allowCoreThreadTimeOut(true);
        return executor;
    }

    /**
     * Works off the full blocks of a probe later. Forgotten if too much is waiting: then the same probe's earlier work, or its
     * next snapshot, comes to these blocks as well.
     */
    static void execute(Runnable task) {
        EXECUTOR.execute(task);
    }
}
