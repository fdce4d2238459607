package io.github.logalign.cli;

import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** A progress bar on standard error. It is shown only on a terminal and only if the work takes longer than a moment. */
final class Progress implements AutoCloseable {

    private static final long MOMENT_MILLIS = 700;
    private static final int WIDEST = 78;

    /** The last column stays free: many terminals begin a new line after it. */
    private static final int MARGIN = 2;

    private final Thread starter;
    private final boolean shown;
    private final String what;
    private final long total;
    private @Nullable ProgressBar bar;
    private long done;
    private boolean closed;

    Progress(String what, long total, boolean quiet) {
        this.what = what;
        this.total = total;
        this.shown = !quiet && Terminal.isErr();
        this.starter = new Thread(this::startLater, "logalign-progress");
        if (shown) {
            starter.setDaemon(true);
            starter.start();
        }
    }

    private void startLater() {
        try {
            Thread.sleep(MOMENT_MILLIS);
        } catch (InterruptedException finishedBefore) {
            return;
        }
        synchronized (this) {
            if (!closed) {
                bar = new ProgressBarBuilder()
                        .setTaskName(what)
                        .setInitialMax(total)
                        .setStyle(ProgressBarStyle.ASCII)
                        .setConsumer(new ConsoleProgressBarConsumer(System.err, width()))
                        .build();
                bar.stepTo(done);
            }
        }
    }

    private static int width() {
        return Math.min(WIDEST, Terminal.errorWidth() - MARGIN);
    }

    synchronized void step() {
        done++;
        if (bar != null) {
            bar.stepTo(done);
        }
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            if (bar != null) {
                bar.close();
            }
        }
        starter.interrupt();
    }
}
