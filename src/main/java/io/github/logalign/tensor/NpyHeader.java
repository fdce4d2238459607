package io.github.logalign.tensor;

import io.github.logalign.LogalignException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/** The header of an npy array, versions 1.0 to 3.0: a magic number, a length, a Python dictionary of three entries. */
final class NpyHeader {

    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final int LONGEST_PREAMBLE = 12;
    private static final long MAX_HEADER_BYTES = 1 << 20;

    final DataType type;
    final long[] shape;
    final boolean fortranOrder;
    final ByteOrder byteOrder;
    /** Where the elements begin. */
    final long dataStart;

    private NpyHeader(DataType type, long[] shape, boolean fortranOrder, ByteOrder byteOrder, long dataStart) {
        this.type = type;
        this.shape = shape;
        this.fortranOrder = fortranOrder;
        this.byteOrder = byteOrder;
        this.dataStart = dataStart;
    }

    /** The one tensor of an npy file. */
    static Tensor readFile(MemorySegment file, Origin origin) {
        NpyHeader header = read(length -> Bytes.head(file, length), file.byteSize(), origin);
        long dataSize = file.byteSize() - header.dataStart;
        return header.tensor(null, origin, new Content.Mapped(file, header.dataStart, dataSize));
    }

    Tensor tensor(@Nullable String name, Origin origin, Content content) {
        return new Tensor(name, origin, type, shape, fortranOrder, byteOrder, content);
    }

    /**
     * Reads a header and checks that exactly the elements follow it.
     *
     * @param head gives the first bytes, at most as many as asked for
     * @param size the size of the whole: header and elements
     */
    static NpyHeader read(LongFunction<byte[]> head, long size, Origin origin) {
        byte[] preamble = head.apply(LONGEST_PREAMBLE);
        if (preamble.length < LONGEST_PREAMBLE) {
            throw origin.damaged("the npy header is truncated after " + preamble.length + " bytes");
        }
        if (!Arrays.equals(preamble, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
            throw origin.damaged("it does not start like an npy array");
        }
        int version = Byte.toUnsignedInt(preamble[6]);
        if (version < 1 || version > 3 || preamble[7] != 0) {
            throw origin.problem(
                    "npy version " + version + "." + Byte.toUnsignedInt(preamble[7]) + " is unknown",
                    "save it again with numpy.save");
        }
        MemorySegment numbers = MemorySegment.ofArray(preamble);
        long length = version == 1 ? Bytes.u16(numbers, 8) : Bytes.u32(numbers, 8);
        int textStart = version == 1 ? 10 : 12;
        if (length > MAX_HEADER_BYTES) {
            throw origin.damaged(
                    "the npy header length of " + length + " bytes exceeds the limit of " + MAX_HEADER_BYTES);
        }
        byte[] whole = head.apply(textStart + length);
        if (whole.length < textStart + length) {
            throw origin.damaged("the npy header says that it has " + length + " bytes, but only "
                    + (whole.length - textStart) + " follow: it is truncated");
        }
        NpyHeader header = new Parser(whole, textStart, origin).parse();
        header.checkSize(size, origin);
        return header;
    }

    private void checkSize(long size, Origin origin) {
        long needed;
        try {
            needed = Shapes.bytes(shape, type);
        } catch (ArithmeticException overflow) {
            throw origin.problem(
                    "the shape " + Shapes.describe(shape) + " overflows", Origin.FETCH_AGAIN, overflow);
        }
        long there = size - dataStart;
        if (needed != there) {
            throw origin.damaged(type + " " + Shapes.describe(shape) + " needs " + needed + " bytes, but " + there
                    + " follow the npy header: it is " + (there < needed ? "truncated" : "followed by something else"));
        }
    }

    /** Reads the dictionary: a small part of Python's literals, and nothing else. */
    private static final class Parser {

        private final byte[] text;
        private final Origin origin;
        private int at;
        private @Nullable String descr;
        private @Nullable Boolean fortranOrder;
        private long @Nullable [] shape;

        Parser(byte[] text, int start, Origin origin) {
            this.text = text;
            this.at = start;
            this.origin = origin;
        }

        NpyHeader parse() {
            expect('{');
            while (!accept('}')) {
                entry();
                if (!accept(',')) {
                    expect('}');
                    break;
                }
            }
            skipWhitespace();
            if (at < text.length) {
                throw problem("something follows the dictionary");
            }
            if (descr == null || fortranOrder == null || shape == null) {
                String missing = descr == null ? "descr" : fortranOrder == null ? "fortran_order" : "shape";
                throw problem("the key '" + missing + "' is missing");
            }
            return new NpyHeader(dataType(descr), shape, fortranOrder, byteOrder(descr), text.length);
        }

        private void entry() {
            String key = string();
            expect(':');
            boolean repeated = switch (key) {
                case "descr" -> descr != null;
                case "fortran_order" -> fortranOrder != null;
                case "shape" -> shape != null;
                default -> throw problem("unknown key '" + Names.printable(key) + "'");
            };
            if (repeated) {
                throw problem("the key '" + key + "' stands there twice");
            }
            switch (key) {
                case "descr" -> {
                    skipWhitespace();
                    if (at < text.length && text[at] == '[') {
                        throw origin.problem("it is a structured array", "save each field with numpy.save on its own");
                    }
                    descr = string();
                }
                case "fortran_order" -> fortranOrder = truth();
                default -> shape = shape();
            }
        }

        private String string() {
            skipWhitespace();
            byte quote = at < text.length ? text[at] : 0;
            if (quote != '\'' && quote != '"') {
                throw problem("a quoted string is expected");
            }
            int start = ++at;
            StringBuilder value = new StringBuilder();
            while (at < text.length && text[at] != quote) {
                if (text[at] < 0x20 || text[at] == '\\' || at - start == 100) {
                    throw problem("a string holds what no key and no type holds");
                }
                value.append((char) text[at++]);
            }
            if (at == text.length) {
                throw problem("a string does not end");
            }
            at++;
            return value.toString();
        }

        private boolean truth() {
            skipWhitespace();
            if (acceptWord("True")) {
                return true;
            }
            if (acceptWord("False")) {
                return false;
            }
            throw problem("fortran_order is neither True nor False");
        }

        private boolean acceptWord(String word) {
            for (int index = 0; index < word.length(); index++) {
                if (at + index == text.length || text[at + index] != word.charAt(index)) {
                    return false;
                }
            }
            at += word.length();
            return true;
        }

        private long[] shape() {
            expect('(');
            long[] dimensions = new long[Shapes.MAX_DIMENSIONS];
            int count = 0;
            boolean comma = false;
            while (!accept(')')) {
                if (count > 0 && !comma) {
                    throw problem("the shape is no tuple of whole numbers of 0 or more");
                }
                if (count == dimensions.length) {
                    throw problem("the shape has more than " + Shapes.MAX_DIMENSIONS + " dimensions");
                }
                dimensions[count++] = wholeNumber();
                comma = accept(',');
            }
            if (count == 1 && !comma) {
                throw problem("the shape is a number, not a tuple");
            }
            return Arrays.copyOf(dimensions, count);
        }

        private long wholeNumber() {
            skipWhitespace();
            int start = at;
            long value = 0;
            while (at < text.length && text[at] >= '0' && text[at] <= '9') {
                int digit = text[at] - '0';
                if (value > (Long.MAX_VALUE - digit) / 10) {
                    throw problem("a dimension exceeds 2^63 - 1");
                }
                value = value * 10 + digit;
                at++;
            }
            if (at == start || (at - start > 1 && text[start] == '0')) {
                throw problem("the shape is no tuple of whole numbers of 0 or more");
            }
            // Python 2 wrote long integers as 3L.
            acceptWord("L");
            return value;
        }

        private DataType dataType(String descr) {
            String kind = descr.isEmpty() ? "" : descr.substring(1);
            DataType type = switch (kind) {
                case "b1" -> DataType.BOOL;
                case "u1" -> DataType.U8;
                case "i1" -> DataType.I8;
                case "u2" -> DataType.U16;
                case "i2" -> DataType.I16;
                case "u4" -> DataType.U32;
                case "i4" -> DataType.I32;
                case "u8" -> DataType.U64;
                case "i8" -> DataType.I64;
                case "f2" -> DataType.F16;
                case "f4" -> DataType.F32;
                case "f8" -> DataType.F64;
                case "c8" -> DataType.C64;
                case "V2" ->
                    throw origin.problem(
                            "elements of 2 unnamed bytes (" + descr + "), perhaps bfloat16",
                            "save it with array.astype(numpy.float32), or bfloat16 as safetensors");
                case "O" ->
                    throw origin.problem(
                            "it is an array of Python objects, a pickle that could run any code",
                            "save it with array.astype(numpy.float32)");
                default -> throw unusable(descr);
            };
            if ("<>=|".indexOf(descr.charAt(0)) < 0 || (descr.charAt(0) == '|' && type.bytes() > 1)) {
                throw unusable(descr);
            }
            return type;
        }

        private LogalignException unusable(String descr) {
            return origin.problem(
                    "elements of type '" + Names.printable(descr) + "' cannot be read",
                    "save it with array.astype(numpy.float32)");
        }

        /** '=' is the writer's own order, which is little on every machine that writes npy files today. */
        private static ByteOrder byteOrder(String descr) {
            return descr.charAt(0) == '>' ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
        }

        private boolean accept(char expected) {
            skipWhitespace();
            if (at < text.length && text[at] == expected) {
                at++;
                return true;
            }
            return false;
        }

        private void expect(char expected) {
            if (!accept(expected)) {
                throw problem("'" + expected + "' is expected");
            }
        }

        private void skipWhitespace() {
            while (at < text.length
                    && (text[at] == ' ' || text[at] == '\n' || text[at] == '\t' || text[at] == '\r')) {
                at++;
            }
        }

        private LogalignException problem(String what) {
            return origin.damaged("the npy header is refused at byte " + at + ": " + what);
        }
    }
}
