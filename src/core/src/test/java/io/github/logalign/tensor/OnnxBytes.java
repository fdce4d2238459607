package io.github.logalign.tensor;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Builds models in ONNX field by field, without a library. */
final class OnnxBytes {

    static final int FLOAT = 1;
    static final int INT64 = 7;
    static final int FLOAT16 = 10;
    static final int DOUBLE = 11;
    static final int BFLOAT16 = 16;

    private OnnxBytes() {}

    /** A message that grows. */
    static final class Message {

        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        Message number(int field, long value) {
            return varint((long) field << 3).varint(value);
        }

        Message bytes(int field, byte[] value) {
            varint(((long) field << 3) | 2).varint(value.length);
            bytes.writeBytes(value);
            return this;
        }

        Message text(int field, String value) {
            return bytes(field, value.getBytes(StandardCharsets.UTF_8));
        }

        Message message(int field, Message value) {
            return bytes(field, value.toBytes());
        }

        Message float32(int field, float value) {
            varint(((long) field << 3) | 5);
            int bits = Float.floatToIntBits(value);
            for (int shift = 0; shift < 32; shift += 8) {
                bytes.write(bits >> shift);
            }
            return this;
        }

        Message raw(int... values) {
            for (int value : values) {
                bytes.write(value);
            }
            return this;
        }

        Message varint(long value) {
            long rest = value;
            while ((rest & ~0x7FL) != 0) {
                bytes.write((int) ((rest & 0x7F) | 0x80));
                rest >>>= 7;
            }
            bytes.write((int) rest);
            return this;
        }

        byte[] toBytes() {
            return bytes.toByteArray();
        }
    }

    /** A model with one graph. */
    static byte[] model(Message graph) {
        return new Message().number(1, 8).text(2, "test").message(7, graph)
                .message(14, new Message().text(1, "made by").text(2, "hand")).toBytes();
    }

    /** A tensor without data. */
    static Message tensor(String name, int type, long... shape) {
        Message tensor = new Message();
        for (long size : shape) {
            tensor.number(1, size);
        }
        return tensor.number(2, type).text(8, name);
    }

    /** A tensor with raw data. */
    static Message tensor(String name, int type, byte[] data, long... shape) {
        return tensor(name, type, shape).bytes(9, data);
    }

    /** A tensor whose data lies in another file. */
    static Message external(String name, int type, String location, long offset, long length, long... shape) {
        return tensor(name, type, shape)
                .message(13, entry("location", location))
                .message(13, entry("offset", Long.toString(offset)))
                .message(13, entry("length", Long.toString(length)))
                .number(14, 1);
    }

    static Message entry(String key, String value) {
        return new Message().text(1, key).text(2, value);
    }

    /** A node with its inputs and one output. */
    static Message node(String operator, String name, String output, String... inputs) {
        Message node = new Message();
        for (String input : inputs) {
            node.text(1, input);
        }
        return node.text(2, output).text(3, name).text(4, operator);
    }

    static Message flag(String name, long value) {
        return new Message().text(1, name).number(3, value).number(20, 2);
    }

    static Message real(String name, float value) {
        return new Message().text(1, name).float32(2, value).number(20, 1);
    }
}
