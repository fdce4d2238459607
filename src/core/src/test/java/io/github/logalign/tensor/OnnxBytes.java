package io.github.logalign.tensor;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Builds models in ONNX field by field, without a library. */
public final class OnnxBytes {

    public static final int FLOAT = 1;
    public static final int INT64 = 7;
    public static final int FLOAT16 = 10;
    public static final int DOUBLE = 11;
    public static final int BFLOAT16 = 16;

    private OnnxBytes() {}

    /** A message that grows. */
    public static final class Message {

        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        public Message number(int field, long value) {
            return varint((long) field << 3).varint(value);
        }

        public Message bytes(int field, byte[] value) {
            varint(((long) field << 3) | 2).varint(value.length);
            bytes.writeBytes(value);
            return this;
        }

        public Message text(int field, String value) {
            return bytes(field, value.getBytes(StandardCharsets.UTF_8));
        }

        public Message message(int field, Message value) {
            return bytes(field, value.toBytes());
        }

        public Message float32(int field, float value) {
            varint(((long) field << 3) | 5);
            int bits = Float.floatToIntBits(value);
            for (int shift = 0; shift < 32; shift += 8) {
                bytes.write(bits >> shift);
            }
            return this;
        }

        public Message raw(int... values) {
            for (int value : values) {
                bytes.write(value);
            }
            return this;
        }

        public Message varint(long value) {
            long rest = value;
            while ((rest & ~0x7FL) != 0) {
                bytes.write((int) ((rest & 0x7F) | 0x80));
                rest >>>= 7;
            }
            bytes.write((int) rest);
            return this;
        }

        public byte[] toBytes() {
            return bytes.toByteArray();
        }
    }

    /** A model with one graph. */
    public static byte[] model(Message graph) {
        return new Message().number(1, 8).text(2, "test").message(7, graph)
                .message(14, new Message().text(1, "made by").text(2, "hand")).toBytes();
    }

    /** A tensor without data. */
    public static Message tensor(String name, int type, long... shape) {
        Message tensor = new Message();
        for (long size : shape) {
            tensor.number(1, size);
        }
        return tensor.number(2, type).text(8, name);
    }

    /** A tensor with raw data. */
    public static Message tensor(String name, int type, byte[] data, long... shape) {
        return tensor(name, type, shape).bytes(9, data);
    }

    /** A tensor whose data lies in another file. */
    public static Message external(String name, int type, String location, long offset, long length, long... shape) {
        return tensor(name, type, shape)
                .message(13, entry("location", location))
                .message(13, entry("offset", Long.toString(offset)))
                .message(13, entry("length", Long.toString(length)))
                .number(14, 1);
    }

    public static Message entry(String key, String value) {
        return new Message().text(1, key).text(2, value);
    }

    /** A node with its inputs and one output. */
    public static Message node(String operator, String name, String output, String... inputs) {
        Message node = new Message();
        for (String input : inputs) {
            node.text(1, input);
        }
        return node.text(2, output).text(3, name).text(4, operator);
    }

    public static Message flag(String name, long value) {
        return new Message().text(1, name).number(3, value).number(20, 2);
    }

    public static Message real(String name, float value) {
        return new Message().text(1, name).float32(2, value).number(20, 1);
    }
}
