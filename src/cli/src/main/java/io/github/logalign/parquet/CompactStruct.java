package io.github.logalign.parquet;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A struct in Thrift's compact protocol, which Parquet's metadata is in. Fields are added in ascending order of their numbers.
 *
 * <p>Thread safety: none.
 */
final class CompactStruct {

    private static final int I16 = 4;
    private static final int I32 = 5;
    private static final int I64 = 6;
    private static final int BINARY = 8;
    private static final int LIST = 9;
    private static final int STRUCT = 12;

    /** From this length on, or this distance of fields, the number takes bytes of its own. */
    private static final int LONG_FORM = 15;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private int last;

    CompactStruct i16(int field, long value) {
        return integer(field, I16, value);
    }

    CompactStruct i32(int field, long value) {
        return integer(field, I32, value);
    }

    CompactStruct i64(int field, long value) {
        return integer(field, I64, value);
    }

    CompactStruct text(int field, String value) {
        return binary(field, value.getBytes(StandardCharsets.UTF_8));
    }

    CompactStruct binary(int field, byte[] value) {
        begin(field, BINARY);
        writeBinary(value);
        return this;
    }

    CompactStruct struct(int field, CompactStruct value) {
        begin(field, STRUCT);
        value.writeTo(out);
        return this;
    }

    CompactStruct structs(int field, List<CompactStruct> values) {
        beginList(field, STRUCT, values.size());
        values.forEach(value -> value.writeTo(out));
        return this;
    }

    CompactStruct texts(int field, List<String> values) {
        beginList(field, BINARY, values.size());
        values.forEach(value -> writeBinary(value.getBytes(StandardCharsets.UTF_8)));
        return this;
    }

    CompactStruct i32s(int field, List<Integer> values) {
        beginList(field, I32, values.size());
        values.forEach(value -> writeZigzag(value));
        return this;
    }

    byte[] bytes() {
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        writeTo(whole);
        return whole.toByteArray();
    }

    private void writeTo(ByteArrayOutputStream target) {
        target.writeBytes(out.toByteArray());
        target.write(0);
    }

    private CompactStruct integer(int field, int type, long value) {
        begin(field, type);
        writeZigzag(value);
        return this;
    }

    private void begin(int field, int type) {
        int distance = field - last;
        if (distance > 0 && distance <= LONG_FORM) {
            out.write((distance << 4) | type);
        } else {
            out.write(type);
            writeZigzag(field);
        }
        last = field;
    }

    private void beginList(int field, int type, int size) {
        begin(field, LIST);
        if (size < LONG_FORM) {
            out.write((size << 4) | type);
        } else {
            out.write((LONG_FORM << 4) | type);
            writeVarint(out, size);
        }
    }

    private void writeBinary(byte[] value) {
        writeVarint(out, value.length);
        out.writeBytes(value);
    }

    private void writeZigzag(long value) {
        writeVarint(out, (value << 1) ^ (value >> 63));
    }

    /** Seven bits a byte, the lowest first; the highest bit says that more follow. */
    static void writeVarint(ByteArrayOutputStream target, long value) {
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            target.write((int) ((rest & 0x7f) | 0x80));
            rest >>>= 7;
        }
        target.write((int) rest);
    }
}
