package io.github.logalign.tensorboard;

import io.github.logalign.internal.io.ProtoReader;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Builds one message in the wire format of protocol buffers, field by field. */
final class ProtoWriter {

    private static final int WIRE_TYPE_BITS = 3;
    private static final int VARINT_BITS = 7;
    private static final int MORE = 1 << VARINT_BITS;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    ProtoWriter number(int field, long value) {
        return tag(field, ProtoReader.VARINT).varint(value);
    }

    ProtoWriter float32(int field, float value) {
        return tag(field, ProtoReader.FIXED32).fixed(Float.floatToIntBits(value), Integer.SIZE);
    }

    ProtoWriter float64(int field, double value) {
        return tag(field, ProtoReader.FIXED64).fixed(Double.doubleToLongBits(value), Long.SIZE);
    }

    ProtoWriter text(int field, String value) {
        return bytes(field, value.getBytes(StandardCharsets.UTF_8));
    }

    ProtoWriter message(int field, ProtoWriter value) {
        return bytes(field, value.toBytes());
    }

    byte[] toBytes() {
        return bytes.toByteArray();
    }

    private ProtoWriter bytes(int field, byte[] value) {
        tag(field, ProtoReader.BYTES).varint(value.length);
        bytes.writeBytes(value);
        return this;
    }

    private ProtoWriter tag(int field, int wireType) {
        return varint(((long) field << WIRE_TYPE_BITS) | wireType);
    }

    private ProtoWriter varint(long value) {
        long rest = value;
        while (Long.compareUnsigned(rest, MORE) >= 0) {
            bytes.write((int) (rest & (MORE - 1)) | MORE);
            rest >>>= VARINT_BITS;
        }
        bytes.write((int) rest);
        return this;
    }

    private ProtoWriter fixed(long value, int size) {
        for (int shift = 0; shift < size; shift += Byte.SIZE) {
            bytes.write((int) (value >> shift));
        }
        return this;
    }
}
