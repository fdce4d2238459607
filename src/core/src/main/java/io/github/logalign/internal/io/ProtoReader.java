package io.github.logalign.internal.io;

import io.github.logalign.matrix.LogalignException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Reads one protobuf message in the wire format, field by field, without copying. Messages within it are read by readers of
 * their own. Every length is checked against the message that holds it.
 *
 * <p>Source: the encoding of Protocol Buffers, protobuf.dev/programming-guides/encoding.
 */
public final class ProtoReader {

    public static final int VARINT = 0;
    public static final int FIXED64 = 1;
    public static final int BYTES = 2;
    public static final int FIXED32 = 5;

    private static final int MOST_VARINT_BYTES = 10;

    /** Longer than any name that a tool writes. */
    private static final long MAX_TEXT = 1L << 20;

    private final MemorySegment file;
    private final Origin origin;
    private final String message;
    private final long end;
    private long at;
    private int field;
    private int wireType;

    /**
     * A reader for a range of the file.
     *
     * @param message what it holds, for messages: "model"
     */
    public ProtoReader(MemorySegment file, Origin origin, String message, long start, long end) {
        this.file = file;
        this.origin = origin;
        this.message = message;
        this.at = start;
        this.end = end;
    }

    /** A range of the file. */
    public record Range(long start, long end) {
        public long size() {
            return end - start;
        }
    }

    /** Goes on to the next field, whose value must be read or skipped. */
    public boolean next() {
        if (at == end) {
            return false;
        }
        long start = at;
        long tag = varint();
        if (tag >>> 3 == 0 || tag >>> 3 > (1 << 29) - 1) {
            throw damaged("a field has the number " + Long.toUnsignedString(tag >>> 3), start);
        }
        field = (int) (tag >>> 3);
        wireType = (int) (tag & 7);
        if (wireType != VARINT && wireType != FIXED64 && wireType != BYTES && wireType != FIXED32) {
            throw damaged("field " + field + " has the wire type " + wireType, start);
        }
        return true;
    }

    /** The number of the field that {@link #next} found. */
    public int field() {
        return field;
    }

    /** How its value is stored. */
    public int wireType() {
        return wireType;
    }

    /** Passes over the value of a field. */
    public void skip() {
        switch (wireType) {
            case VARINT -> varint();
            case FIXED64 -> take(Long.BYTES);
            case FIXED32 -> take(Integer.BYTES);
            default -> bytes();
        }
    }

    /** A number of up to 64 bits, as the value of a field or within packed ones. */
    public long varint() {
        long start = at;
        long value = 0;
        for (int index = 0; index < MOST_VARINT_BYTES; index++) {
            if (at == end) {
                throw damaged("a number is cut off", start);
            }
            byte next = file.get(ValueLayout.JAVA_BYTE, at++);
            value |= (long) (next & 0x7F) << (7 * index);
            if (next >= 0) {
                return value;
            }
        }
        throw damaged("a number has more than " + MOST_VARINT_BYTES + " bytes", start);
    }

    /** A number that is the value of a field. */
    public long number() {
        require(VARINT);
        return varint();
    }

    /** A float32 that is the value of a field. */
    public float float32() {
        require(FIXED32);
        return Float.intBitsToFloat((int) Bytes.u32(file, take(Integer.BYTES)));
    }

    /** A float64 that is the value of a field. */
    public double float64() {
        require(FIXED64);
        return Double.longBitsToDouble(Bytes.u64(file, take(Long.BYTES)));
    }

    /** The bytes that are the value of a field: a message, a text, or packed numbers. */
    public Range bytes() {
        require(BYTES);
        long start = at;
        long size = varint();
        if (size < 0 || size > end - at) {
            throw damaged("field " + field + " has " + Long.toUnsignedString(size) + " bytes, but only " + (end - at)
                    + " follow", start);
        }
        return new Range(at, take(size) + size);
    }

    /** A message within this one. */
    public ProtoReader message(String contents) {
        return at(bytes(), contents);
    }

    /** A range of the same file. */
    public ProtoReader at(Range range, String contents) {
        return new ProtoReader(file, origin, contents, range.start(), range.end());
    }

    /** A text that is the value of a field. */
    public String text() {
        Range range = bytes();
        if (range.size() > MAX_TEXT) {
            throw damaged("a name has " + range.size() + " bytes, more than " + MAX_TEXT, range.start());
        }
        try {
            return StandardCharsets.UTF_8.newDecoder()
                    .decode(ByteBuffer.wrap(Bytes.copy(file, range.start(), range.size())))
                    .toString();
        } catch (CharacterCodingException wrong) {
            throw damaged("a name is not UTF-8", range.start());
        }
    }

    /** Whether the whole message has been read. */
    public boolean atEnd() {
        return at == end;
    }

    private void require(int type) {
        if (wireType != type) {
            throw damaged("field " + field + " has the wire type " + wireType + " instead of " + type, at);
        }
    }

    private long take(long size) {
        if (size > end - at) {
            throw damaged("field " + field + " is cut off", at);
        }
        long start = at;
        at += size;
        return start;
    }

    /** The file is not what it should be, at some byte. */
    public LogalignException damaged(String what, long where) {
        return origin.damaged("the " + message + " is damaged at byte " + where + ": " + what);
    }

    /** The same for the field that was read last. */
    public LogalignException damaged(String what) {
        return damaged(what, at);
    }
}
