package io.github.logalign.tensor;

import io.github.logalign.internal.io.Names;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the metadata of a GGUF file: pairs of a name and a value of one of 13 types. For one thread. */
final class GgufMetadata {

    private static final int U8 = 0;
    private static final int I8 = 1;
    private static final int U16 = 2;
    private static final int I16 = 3;
    private static final int U32 = 4;
    private static final int I32 = 5;
    private static final int F32 = 6;
    private static final int BOOL = 7;
    private static final int STRING = 8;
    private static final int ARRAY = 9;
    private static final int U64 = 10;
    private static final int I64 = 11;
    private static final int F64 = 12;

    private static final int MAX_ENTRIES = 1 << 16;
    private static final int MAX_NAME_BYTES = 1 << 16;

    /** A vocabulary of a million tokens fits, and their merges. */
    private static final long MAX_ELEMENTS = 1L << 26;

    private static final int MAX_TEXT_BYTES = 1 << 24;

    /** No writer nests arrays at all. */
    private static final int MAX_DEPTH = 4;

    /** A name and a value, each of one byte at least. */
    private static final int LEAST_BYTES = 13;

    /** The multiple of bytes at which tensors begin, unless the metadata say otherwise. */
    static final long DEFAULT_ALIGNMENT = 32;

    private static final String ALIGNMENT = "general.alignment";

    private final GgufCursor cursor;
    private final Map<String, String> values = new LinkedHashMap<>();
    private long alignment = DEFAULT_ALIGNMENT;

    GgufMetadata(GgufCursor cursor) {
        this.cursor = cursor;
    }

    /** The number of entries, which precedes them by more than one field. */
    long count() {
        return cursor.count("entries of metadata", LEAST_BYTES, MAX_ENTRIES);
    }

    void read(long count) {
        for (long entry = 0; entry < count; entry++) {
            String name = cursor.text("a name in the metadata", MAX_NAME_BYTES);
            long type = cursor.u32();
            String value = value(type, name, 0);
            if (values.putIfAbsent(name, value == null ? "" : value) != null) {
                throw cursor.damaged("the metadata have '" + Names.printable(name) + "' twice");
            }
            if (name.equals(ALIGNMENT)) {
                align(type, String.valueOf(value));
            }
        }
    }

    /** The values as text; arrays by their number of elements, since they hold vocabularies. */
    Map<String, String> values() {
        return values;
    }

    long alignment() {
        return alignment;
    }

    private void align(long type, String value) {
        alignment = type == U32 ? Long.parseLong(value) : 0;
        if (alignment < 8 || alignment > 1 << 20 || Long.bitCount(alignment) != 1) {
            throw cursor.damaged(ALIGNMENT + " of " + Names.printable(value)
                    + " is no power of two from 8 to 1,048,576");
        }
    }

    private @Nullable String value(long type, String name, int depth) {
        return switch ((int) Math.min(type, Integer.MAX_VALUE)) {
            case U8 -> String.valueOf(cursor.u8());
            case I8 -> String.valueOf((byte) cursor.u8());
            case U16 -> String.valueOf(cursor.u16());
            case I16 -> String.valueOf((short) cursor.u16());
            case U32 -> String.valueOf(cursor.u32());
            case I32 -> String.valueOf((int) cursor.u32());
            case F32 -> String.valueOf(Float.intBitsToFloat((int) cursor.u32()));
            case BOOL -> truth(name);
            case STRING -> cursor.text("the value of '" + Names.printable(name) + "'", MAX_TEXT_BYTES);
            case ARRAY -> array(name, depth);
            case U64 -> Long.toUnsignedString(cursor.u64());
            case I64 -> String.valueOf(cursor.u64());
            case F64 -> String.valueOf(Double.longBitsToDouble(cursor.u64()));
            default -> throw cursor.damaged("'" + Names.printable(name) + "' is of type " + type
                    + ", which GGUF does not have");
        };
    }

    private String truth(String name) {
        int value = cursor.u8();
        if (value > 1) {
            throw cursor.damaged("'" + Names.printable(name) + "' is " + value + ", neither false nor true");
        }
        return String.valueOf(value == 1);
    }

    private String array(String name, int depth) {
        if (depth == MAX_DEPTH) {
            throw cursor.damaged("'" + Names.printable(name) + "' is an array in more than " + MAX_DEPTH + " arrays");
        }
        long type = cursor.u32();
        int width = width(type);
        // A text has its length, an array its type and its length.
        long least = type == ARRAY ? 12 : type == STRING ? Long.BYTES : Math.max(1, width);
        long count = cursor.count("elements of '" + Names.printable(name) + "'", least, MAX_ELEMENTS);
        if (width > 0) {
            cursor.skip(count * width);
        } else {
            for (long element = 0; element < count; element++) {
                skip(type, name, depth + 1);
            }
        }
        return count + (count == 1 ? " element" : " elements");
    }

    private void skip(long type, String name, int depth) {
        if (type == STRING) {
            cursor.skip(cursor.count("bytes of an element of '" + Names.printable(name) + "'", 1, MAX_TEXT_BYTES));
        } else {
            value(type, name, depth);
        }
    }

    /** The bytes of a value; 0 where it depends on the value, or there is no such type. */
    private static int width(long type) {
        return switch ((int) Math.min(type, Integer.MAX_VALUE)) {
            case U8, I8, BOOL -> 1;
            case U16, I16 -> 2;
            case U32, I32, F32 -> 4;
            case U64, I64, F64 -> 8;
            default -> 0;
        };
    }
}
