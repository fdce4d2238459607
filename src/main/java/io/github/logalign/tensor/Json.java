package io.github.logalign.tensor;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A strict reader of JSON (RFC 8259) that is pulled value by value, straight from mapped memory. Headers have names of
 * 100,000 characters and hostile nesting; a general parser would accept duplicate keys and build a tree.
 */
final class Json {

    private static final int MAX_DEPTH = 64;

    private final MemorySegment text;
    private long at;

    /** What is wrong, and at which byte. */
    static final class SyntaxException extends Exception {

        private static final long serialVersionUID = 1L;

        SyntaxException(String message, long offset) {
            super(message + " at byte " + offset);
        }
    }

    Json(MemorySegment text) {
        this.text = text;
    }

    private SyntaxException wrong(String message) {
        return new SyntaxException(message, at);
    }

    private int peek() {
        return at < text.byteSize() ? text.get(ValueLayout.JAVA_BYTE, at) & 0xff : -1;
    }

    private void skipSpace() {
        while (true) {
            int c = peek();
            if (c != ' ' && c != '\n' && c != '\r' && c != '\t') {
                return;
            }
            at++;
        }
    }

    private void expect(char wanted) throws SyntaxException {
        skipSpace();
        if (peek() != wanted) {
            throw wrong("expected '" + wanted + "'");
        }
        at++;
    }

    /** Reads the brace that opens an object. */
    void beginObject() throws SyntaxException {
        expect('{');
    }

    /**
     * Reads the next key and its colon, or the closing brace.
     *
     * @param first whether this is the object's first key
     * @return null at the end of the object
     */
    @Nullable String nextKey(boolean first) throws SyntaxException {
        skipSpace();
        if (peek() == '}') {
            at++;
            return null;
        }
        if (!first) {
            expect(',');
        }
        String key = string();
        expect(':');
        return key;
    }

    /** Nothing but white space may follow. */
    void end() throws SyntaxException {
        skipSpace();
        if (at != text.byteSize()) {
            throw wrong("unexpected data after the closing brace");
        }
    }

    String string() throws SyntaxException {
        expect('"');
        long start = at;
        boolean escaped = false;
        while (true) {
            int c = peek();
            if (c < 0) {
                throw wrong("a string without an end");
            }
            if (c < 0x20) {
                throw wrong("a control character in a string");
            }
            if (c == '"') {
                break;
            }
            if (c == '\\') {
                escaped = true;
                at++;
            }
            at++;
        }
        byte[] bytes = text.asSlice(start, at - start).toArray(ValueLayout.JAVA_BYTE);
        at++;
        return escaped ? unescape(bytes, start) : utf8(bytes, start);
    }

    private static String utf8(byte[] bytes, long start) throws SyntaxException {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException invalid) {
            throw new SyntaxException("a string that is not UTF-8", start);
        }
    }

    private static String unescape(byte[] bytes, long start) throws SyntaxException {
        ByteArrayOutputStream plain = new ByteArrayOutputStream(bytes.length);
        int i = 0;
        while (i < bytes.length) {
            if (bytes[i] != '\\') {
                plain.write(bytes[i++]);
                continue;
            }
            i++;
            switch (bytes[i]) {
                case '"', '\\', '/' -> plain.write(bytes[i]);
                case 'b' -> plain.write('\b');
                case 'f' -> plain.write('\f');
                case 'n' -> plain.write('\n');
                case 'r' -> plain.write('\r');
                case 't' -> plain.write('\t');
                case 'u' -> {
                    int unit = hex(bytes, i + 1, start);
                    i += 4;
                    int codePoint = unit;
                    if (Character.isHighSurrogate((char) unit)
                            && i + 2 < bytes.length
                            && bytes[i + 1] == '\\'
                            && bytes[i + 2] == 'u') {
                        codePoint = Character.toCodePoint((char) unit, (char) hex(bytes, i + 3, start));
                        i += 6;
                    }
                    boolean half = codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
                    if (half || !Character.isValidCodePoint(codePoint)) {
                        throw new SyntaxException("half a surrogate pair in a string", start + i);
                    }
                    plain.writeBytes(Character.toString(codePoint).getBytes(StandardCharsets.UTF_8));
                }
                default -> throw new SyntaxException("an unknown escape in a string", start + i);
            }
            i++;
        }
        return utf8(plain.toByteArray(), start);
    }

    private static int hex(byte[] bytes, int from, long start) throws SyntaxException {
        int value = 0;
        for (int i = from; i < from + 4; i++) {
            int digit = i < bytes.length ? Character.digit((char) (bytes[i] & 0x7f), 16) : -1;
            if (digit < 0 || bytes[i] < 0) {
                throw new SyntaxException("an escape without four hexadecimal digits", start + i);
            }
            value = value << 4 | digit;
        }
        return value;
    }

    /** A whole number from 0 to 2^63 - 1, without sign, fraction or exponent. */
    long count() throws SyntaxException {
        skipSpace();
        long start = at;
        long value = 0;
        while (peek() >= '0' && peek() <= '9') {
            int digit = peek() - '0';
            if (at > start && value == 0) {
                throw wrong("a number with a leading zero");
            }
            if (value > (Long.MAX_VALUE - digit) / 10) {
                throw wrong("a number beyond 2^63 - 1");
            }
            value = value * 10 + digit;
            at++;
        }
        int next = peek();
        if (at == start || next == '.' || next == 'e' || next == 'E') {
            throw wrong("expected a whole number, 0 or more");
        }
        return value;
    }

    /** An array of such numbers. */
    long[] counts(int most) throws SyntaxException {
        expect('[');
        skipSpace();
        if (peek() == ']') {
            at++;
            return new long[0];
        }
        long[] values = new long[most];
        int found = 0;
        while (true) {
            if (found == most) {
                throw wrong("more than " + most + " numbers");
            }
            values[found++] = count();
            skipSpace();
            if (peek() == ']') {
                at++;
                return Arrays.copyOf(values, found);
            }
            expect(',');
        }
    }

    /** Reads past a value of any kind. */
    void skipValue() throws SyntaxException {
        skipValue(0);
    }

    private void skipValue(int depth) throws SyntaxException {
        if (depth > MAX_DEPTH) {
            throw wrong("nested deeper than " + MAX_DEPTH);
        }
        skipSpace();
        switch (peek()) {
            case '{' -> {
                at++;
                boolean first = true;
                while (nextKey(first) != null) {
                    skipValue(depth + 1);
                    first = false;
                }
            }
            case '[' -> {
                at++;
                skipSpace();
                if (peek() == ']') {
                    at++;
                    return;
                }
                skipValue(depth + 1);
                skipSpace();
                while (peek() == ',') {
                    at++;
                    skipValue(depth + 1);
                    skipSpace();
                }
                expect(']');
            }
            case '"' -> string();
            case 't' -> word("true");
            case 'f' -> word("false");
            case 'n' -> word("null");
            default -> number();
        }
    }

    private void word(String word) throws SyntaxException {
        for (int i = 0; i < word.length(); i++) {
            if (peek() != word.charAt(i)) {
                throw wrong("expected " + word);
            }
            at++;
        }
    }

    private void number() throws SyntaxException {
        if (peek() == '-') {
            at++;
        }
        digits();
        if (peek() == '.') {
            at++;
            digits();
        }
        if (peek() == 'e' || peek() == 'E') {
            at++;
            if (peek() == '+' || peek() == '-') {
                at++;
            }
            digits();
        }
    }

    private void digits() throws SyntaxException {
        if (peek() < '0' || peek() > '9') {
            throw wrong("expected a value");
        }
        while (peek() >= '0' && peek() <= '9') {
            at++;
        }
    }
}
