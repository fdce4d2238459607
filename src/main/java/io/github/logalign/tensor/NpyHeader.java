package io.github.logalign.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The header of a npy array, versions 1.0 to 3.0: a Python dictionary with the keys descr, fortran_order and shape, each
 * once, in any order and with either kind of quote.
 *
 * @param dataType the element type
 * @param byteOrder its byte order
 * @param fortranOrder whether the first index runs fastest
 * @param shape the sizes
 * @param dataOffset where the elements begin
 */
record NpyHeader(DataType dataType, ByteOrder byteOrder, boolean fortranOrder, long[] shape, long dataOffset) {

    /** The first bytes of every array. */
    static final String MAGIC = "\u0093NUMPY";

    private static final int MAX_DIMENSIONS = 64;
    private static final long MAX_LENGTH = 1L << 20;

    /** What is wrong with a header. */
    static final class HeaderException extends Exception {

        private static final long serialVersionUID = 1L;

        HeaderException(String message) {
            super(message);
        }
    }

    /** How many bytes must be there before the length of the header can be told. */
    static final int PREFIX = 12;

    /**
     * Where the header ends.
     *
     * @param start at least {@link #PREFIX} bytes, or all there are
     */
    static long end(MemorySegment start) throws HeaderException {
        if (start.byteSize() < PREFIX) {
            throw new HeaderException("the header of the array is cut off");
        }
        for (int i = 0; i < MAGIC.length(); i++) {
            if ((start.get(ValueLayout.JAVA_BYTE, i) & 0xff) != MAGIC.charAt(i)) {
                throw new HeaderException("it does not begin as a npy array");
            }
        }
        int major = start.get(ValueLayout.JAVA_BYTE, 6);
        int minor = start.get(ValueLayout.JAVA_BYTE, 7);
        if (major < 1 || major > 3 || minor != 0) {
            throw new HeaderException("npy version " + major + "." + minor + " is not known, only 1.0, 2.0 and 3.0");
        }
        long length = major == 1
                ? start.get(ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), 8) & 0xffffL
                : start.get(ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), 8) & 0xffffffffL;
        if (length > MAX_LENGTH) {
            throw new HeaderException("a header of " + length + " bytes is announced, at most 1,048,576 are allowed");
        }
        return (major == 1 ? 10 : 12) + length;
    }

    /** Reads a header. */
    static NpyHeader read(MemorySegment array) throws HeaderException {
        long end = end(array);
        if (end > array.byteSize()) {
            throw new HeaderException("the header of the array is cut off");
        }
        int major = array.get(ValueLayout.JAVA_BYTE, 6);
        int start = major == 1 ? 10 : 12;
        byte[] bytes = array.asSlice(start, end - start).toArray(ValueLayout.JAVA_BYTE);
        Charset charset = major == 3 ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1;
        try {
            String text = charset.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
            return new Parser(text).parse(end);
        } catch (CharacterCodingException invalid) {
            throw new HeaderException("the header of the array is not UTF-8");
        }
    }

    /** The size of the elements in bytes, or -1 if the shape is impossible. */
    long byteSize() {
        return Shapes.byteSize(shape, dataType.bytes());
    }

    /** Python's literal syntax, as far as headers use it. */
    private static final class Parser {

        private final String text;
        private int at;

        Parser(String text) {
            this.text = text;
        }

        NpyHeader parse(long dataOffset) throws HeaderException {
            String descr = null;
            Boolean fortranOrder = null;
            long[] shape = null;
            expect('{');
            while (!accept('}')) {
                String key = string();
                expect(':');
                boolean again =
                        switch (key) {
                            case "descr" -> {
                                boolean seen = descr != null;
                                descr = descr();
                                yield seen;
                            }
                            case "fortran_order" -> {
                                boolean seen = fortranOrder != null;
                                fortranOrder = bool();
                                yield seen;
                            }
                            case "shape" -> {
                                boolean seen = shape != null;
                                shape = shape();
                                yield seen;
                            }
                            default -> throw wrong("has an unknown key \"" + Names.printable(key) + "\"");
                        };
                if (again) {
                    throw wrong("has the key \"" + key + "\" twice");
                }
                if (!accept(',') && peek() != '}') {
                    throw wrong("is damaged at character " + at);
                }
            }
            skipSpace();
            if (at != text.length()) {
                throw wrong("has more after its dictionary");
            }
            if (descr == null || fortranOrder == null || shape == null) {
                throw wrong("lacks one of descr, fortran_order and shape");
            }
            return new NpyHeader(dataType(descr), byteOrder(descr), fortranOrder, shape, dataOffset);
        }

        private static HeaderException wrong(String what) {
            return new HeaderException("the header of the array " + what);
        }

        private void skipSpace() {
            while (at < text.length() && " \t\n\r".indexOf(text.charAt(at)) >= 0) {
                at++;
            }
        }

        private int peek() {
            skipSpace();
            return at < text.length() ? text.charAt(at) : -1;
        }

        private boolean accept(char c) {
            if (peek() == c) {
                at++;
                return true;
            }
            return false;
        }

        private void expect(char c) throws HeaderException {
            if (!accept(c)) {
                throw wrong("is damaged: expected " + c + " at character " + at);
            }
        }

        private String string() throws HeaderException {
            int quote = peek();
            if (quote != '\'' && quote != '"') {
                throw wrong("is damaged: expected a string at character " + at);
            }
            int end = text.indexOf(quote, at + 1);
            if (end < 0) {
                throw wrong("has a string without an end");
            }
            String value = text.substring(at + 1, end);
            at = end + 1;
            return value;
        }

        private String descr() throws HeaderException {
            if (peek() == '[' || peek() == '(') {
                throw new HeaderException("it is a structured array; save each of its fields as an array of its own");
            }
            return string();
        }

        private boolean bool() throws HeaderException {
            skipSpace();
            for (String word : new String[] {"True", "False"}) {
                if (text.startsWith(word, at)) {
                    at += word.length();
                    return word.equals("True");
                }
            }
            throw wrong("is damaged: expected True or False at character " + at);
        }

        private long[] shape() throws HeaderException {
            expect('(');
            List<Long> sizes = new ArrayList<>();
            while (!accept(')')) {
                if (sizes.size() == MAX_DIMENSIONS) {
                    throw wrong("has more than " + MAX_DIMENSIONS + " dimensions");
                }
                sizes.add(number());
                if (!accept(',') && peek() != ')') {
                    throw wrong("is damaged at character " + at);
                }
            }
            return sizes.stream().mapToLong(Long::longValue).toArray();
        }

        private long number() throws HeaderException {
            skipSpace();
            int start = at;
            while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
                at++;
            }
            try {
                long value = Long.parseLong(text.substring(start, at));
                // Python 2 wrote long integers with an L.
                if (at < text.length() && text.charAt(at) == 'L') {
                    at++;
                }
                return value;
            } catch (NumberFormatException none) {
                throw wrong("is damaged: expected a size at character " + start);
            }
        }

        private static ByteOrder byteOrder(String descr) {
            return switch (descr.charAt(0)) {
                case '<' -> ByteOrder.LITTLE_ENDIAN;
                case '>' -> ByteOrder.BIG_ENDIAN;
                default -> ByteOrder.nativeOrder();
            };
        }

        private static DataType dataType(String descr) throws HeaderException {
            if (descr.isEmpty()) {
                throw wrong("has an empty descr");
            }
            String type = "<>|=".indexOf(descr.charAt(0)) >= 0 ? descr.substring(1) : descr;
            DataType known = known(type);
            if (known != null) {
                return known;
            }
            if (type.startsWith("O")) {
                throw new HeaderException("it is an array of Python objects, which is a pickle; save numbers instead");
            }
            if (type.startsWith("V")) {
                throw new HeaderException("its elements are opaque (\"" + Names.printable(descr)
                        + "\", as numpy writes bfloat16); save it as float32, or as safetensors");
            }
            throw new HeaderException(
                    "its elements are \"" + Names.printable(descr) + "\"; save it as float64, float32 or float16");
        }

        private static @Nullable DataType known(String type) {
            return switch (type) {
                case "f8" -> DataType.F64;
                case "f4" -> DataType.F32;
                case "f2" -> DataType.F16;
                case "b1" -> DataType.BOOL;
                case "u1" -> DataType.U8;
                case "i1" -> DataType.I8;
                case "u2" -> DataType.U16;
                case "i2" -> DataType.I16;
                case "u4" -> DataType.U32;
                case "i4" -> DataType.I32;
                case "u8" -> DataType.U64;
                case "i8" -> DataType.I64;
                case "c8" -> DataType.C64;
                default -> null;
            };
        }
    }
}
