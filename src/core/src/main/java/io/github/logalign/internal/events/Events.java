package io.github.logalign.internal.events;

import jdk.jfr.FlightRecorder;

/**
 * Whether there is somebody to record events. Where nobody is, no class of an event is loaded: the JVM keeps none of them in an
 * archive of classes, so that each would delay the start of a short run.
 */
public final class Events {

    private Events() {}

    /** Whether the flight recorder has been started in this process. */
    public static boolean areRecorded() {
        return FlightRecorder.isInitialized();
    }

    /**
     * Projects a batch.
     *
     * @param work what to do
     * @param tokens rows of the batch
     * @param columns their length
     * @param directions what they are projected on, how many
     * @param bytes of the batch
     */
    public static void projection(Runnable work, long tokens, long columns, long directions, long bytes) {
        if (areRecorded()) {
            ProjectionEvent.during(work, tokens, columns, directions, bytes);
        } else {
            work.run();
        }
    }
}
