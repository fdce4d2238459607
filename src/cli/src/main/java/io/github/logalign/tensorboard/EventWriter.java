package io.github.logalign.tensorboard;

import java.io.ByteArrayOutputStream;
import java.util.Map;

/**
 * Builds an event file in memory. The same calls give the same bytes.
 *
 * <p>Thread safety: not thread-safe.
 */
public final class EventWriter {

    private final ByteArrayOutputStream file = new ByteArrayOutputStream();

    /**
     * Begins a file.
     *
     * @param wallTime when the run began, in seconds since 1970
     * @param writer the name of the program that writes the file
     */
    public EventWriter(double wallTime, String writer) {
        add(new ProtoWriter()
                .float64(EventFields.EVENT_WALL_TIME, wallTime)
                .text(EventFields.EVENT_FILE_VERSION, EventFields.VERSION)
                .message(EventFields.EVENT_SOURCE, new ProtoWriter().text(EventFields.SOURCE_WRITER, writer)));
    }

    /**
     * Adds the scalars of a step.
     *
     * @param wallTime the time of the step, in seconds since 1970
     * @param step the step
     * @param values the scalars by their tags, in their order
     */
    public void add(double wallTime, long step, Map<String, Float> values) {
        ProtoWriter summary = new ProtoWriter();
        values.forEach((tag, value) -> summary.message(
                EventFields.SUMMARY_VALUE,
                new ProtoWriter().text(EventFields.VALUE_TAG, tag).float32(EventFields.VALUE_SIMPLE, value)));
        add(new ProtoWriter()
                .float64(EventFields.EVENT_WALL_TIME, wallTime)
                .number(EventFields.EVENT_STEP, step)
                .message(EventFields.EVENT_SUMMARY, summary));
    }

    private void add(ProtoWriter event) {
        file.writeBytes(Framing.record(event.toBytes()));
    }

    /**
     * The file.
     *
     * @return its bytes so far
     */
    public byte[] toBytes() {
        return file.toByteArray();
    }
}
