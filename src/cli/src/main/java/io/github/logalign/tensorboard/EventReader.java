package io.github.logalign.tensorboard;

import io.github.logalign.internal.io.Names;
import io.github.logalign.internal.io.Origin;
import io.github.logalign.internal.io.ProtoReader;
import io.github.logalign.internal.io.ProtoReader.Range;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** Reads the events of one mapped file. */
final class EventReader {

    /** Takes the values of summaries. */
    interface Sink {

        /**
         * Takes a value that is a number.
         *
         * @param plugin the plugin that the value names, or an empty text
         * @param ofTensor whether the value is a tensor, which other plugins use too
         */
        void scalar(String tag, long step, double value, String plugin, boolean ofTensor);

        /** Takes the tag of a value of another kind. */
        void other(String tag, String plugin);
    }

    private final MemorySegment file;
    private final Origin origin;
    private final Records records;

    EventReader(MemorySegment file, Origin origin) {
        this.file = file;
        this.origin = origin;
        this.records = new Records(file, origin);
    }

    /**
     * Reads all complete events.
     *
     * @return whether the last one is incomplete
     */
    boolean read(Sink sink) {
        first();
        for (Range range = records.next(); range != null; range = records.next()) {
            readEvent(range, sink);
        }
        return records.isCut();
    }

    /** The name of the program that wrote the file, as the first event says it; empty if it does not. */
    String writer() {
        ProtoReader event = event(first());
        String writer = "";
        while (event.next()) {
            if (event.field() == EventFields.EVENT_SOURCE) {
                writer = text(event.message("source"), EventFields.SOURCE_WRITER);
            } else {
                event.skip();
            }
        }
        return writer;
    }

    /** The first event, which holds the version of the format. */
    private Range first() {
        Range range = records.next();
        if (range == null) {
            throw origin.problem("its first record is incomplete",
                    "wait until the program that writes it has written more, or give another file");
        }
        String version = text(event(range), EventFields.EVENT_FILE_VERSION);
        if (!version.equals(EventFields.VERSION)) {
            String found = version.isEmpty() ? "no version" : "\"" + Names.printable(version) + "\"";
            throw origin.problem("it is no event file: its first record has " + found + " instead of \""
                    + EventFields.VERSION + "\"", "give a file that a summary writer of TensorBoard has written");
        }
        return range;
    }

    private ProtoReader event(Range range) {
        return new ProtoReader(file, origin, "event", range.start(), range.end());
    }

    /** The text in a field, or an empty one. */
    private static String text(ProtoReader message, int field) {
        String text = "";
        while (message.next()) {
            if (message.field() == field) {
                text = message.text();
            } else {
                message.skip();
            }
        }
        return text;
    }

    /** The step may stand behind the summary, so the event is read twice. */
    private void readEvent(Range range, Sink sink) {
        long step = 0;
        ProtoReader event = event(range);
        while (event.next()) {
            if (event.field() == EventFields.EVENT_STEP) {
                step = event.number();
            } else {
                event.skip();
            }
        }
        ProtoReader again = event(range);
        while (again.next()) {
            if (again.field() == EventFields.EVENT_SUMMARY) {
                readSummary(again.message("summary"), step, sink);
            } else {
                again.skip();
            }
        }
    }

    private void readSummary(ProtoReader summary, long step, Sink sink) {
        while (summary.next()) {
            if (summary.field() == EventFields.SUMMARY_VALUE) {
                readValue(summary.message("value"), step, sink);
            } else {
                summary.skip();
            }
        }
    }

    private void readValue(ProtoReader value, long step, Sink sink) {
        String tag = "";
        String plugin = "";
        @Nullable
        Double number = null;
        @Nullable
        Range tensor = null;
        while (value.next()) {
            switch (value.field()) {
                case EventFields.VALUE_TAG -> tag = value.text();
                case EventFields.VALUE_SIMPLE -> number = (double) value.float32();
                case EventFields.VALUE_TENSOR -> tensor = value.bytes();
                case EventFields.VALUE_METADATA -> plugin = plugin(value.message("metadata"));
                default -> value.skip();
            }
        }
        if (tag.isEmpty()) {
            return;
        }
        boolean simple = number != null;
        if (!simple && tensor != null) {
            number = TensorScalar.read(file, tensor, value);
        }
        if (number == null) {
            sink.other(tag, plugin);
        } else {
            sink.scalar(tag, step, number, plugin, !simple);
        }
    }

    private static String plugin(ProtoReader metadata) {
        String name = "";
        while (metadata.next()) {
            if (metadata.field() == EventFields.METADATA_PLUGIN) {
                name = text(metadata.message("plugin"), EventFields.PLUGIN_NAME);
            } else {
                metadata.skip();
            }
        }
        return name;
    }
}
