package io.github.logalign.internal.blas;

/** What threads with a large stack are asked to do: each kind has threads of its own, so that none waits for the other. */
public enum Work {
    /** A factorisation: up to minutes. */
    FACTORISATION("logalign-factorisation-"),
    /** The products of one batch of tokens: milliseconds. */
    BATCH("logalign-batch-");

    private final String threadName;

    Work(String threadName) {
        this.threadName = threadName;
    }

    /** What the names of its threads begin with. */
    String threadName() {
        return threadName;
    }
}
