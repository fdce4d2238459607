package io.github.logalign.tensorboard;

import io.github.logalign.tensor.OnnxBytes.Message;
import java.io.ByteArrayOutputStream;
import java.util.List;

/** Builds event files field by field. Their checksums are right. */
public final class EventBytes {

    public static final int FLOAT = 1;
    public static final int DOUBLE = 2;

    private static final int PLUGIN = 9;

    private EventBytes() {}

    /** A file of events, which begins with the version. */
    public static byte[] file(Message... events) {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        file.writeBytes(record(new Message().text(3, "brain.Event:2").toBytes()));
        for (Message event : events) {
            file.writeBytes(record(event.toBytes()));
        }
        return file.toByteArray();
    }

    /** A file whose records hold any bytes. */
    public static byte[] records(List<byte[]> records) {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        records.forEach(data -> file.writeBytes(record(data)));
        return file.toByteArray();
    }

    public static byte[] record(byte[] data) {
        return Framing.record(data);
    }

    /** An event with one value. */
    public static Message event(long step, Message value) {
        return new Message().number(2, step).message(5, new Message().message(1, value));
    }

    /** An event with a number. */
    public static Message scalar(long step, String tag, float value) {
        return event(step, new Message().text(1, tag).float32(2, value));
    }

    /** A value that is a tensor. */
    public static Message tensor(String tag, Message tensor) {
        return new Message().text(1, tag).message(8, tensor);
    }

    /** What says which plugin a value is for. */
    public static Message withPlugin(Message value, String plugin) {
        return value.message(PLUGIN, new Message().message(1, new Message().text(1, plugin)));
    }
}
