package io.github.logalign.tensor;

import io.github.logalign.internal.io.Names;
import io.github.logalign.internal.io.Origin;
import io.github.logalign.matrix.LogalignException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;

/**
 * A pull parser for strict JSON (RFC 8259) in UTF-8. Its callers know what they expect and ask for it; what they did
 * not expect is refused. Duplicate keys are the callers' business, except in skipped values, where none pass.
 */
final class JsonReader {

    private static final int MAX_DEPTH = 64;
    private static final int MAX_STRING_BYTES = 1 << 24;

    /** Skipped values keep their keys to find duplicates; this bounds the memory. */
    private static final int MAX_SKIPPED_KEYS = 1 << 16;

    private final byte[] bytes;
    private final Origin origin;
    private final String what;
    private final CharsetDecoder utf8 = StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    private int at;
    private int skippedKeys;
    private boolean pythonNumbers;

    /**
     * @param bytes the whole JSON text
     * @param origin where it comes from
     * @param what what it is, for messages: "header"
     */
    JsonReader(byte[] bytes, Origin origin, String what) {
        this.bytes = bytes;
        this.origin = origin;
        this.what = what;
    }

    /** Lets NaN, Infinity and -Infinity pass in skipped values, as Python's json module writes them. */
    JsonReader allowingPythonNumbers() {
        pythonNumbers = true;
        return this;
    }

    /** A problem at the current place. */
    LogalignException problem(String problem) {
        return origin.damaged("the " + what + " is refused at byte " + at + ": " + problem);
    }

    void beginObject() {
        expect('{');
    }

    void beginArray() {
        expect('[');
    }

    /** Steps to the next member of an object, and over its end if there is none. */
    boolean hasMember(boolean first) {
        return hasNext(first, '}');
    }

    /** Steps to the next element of an array, and over its end if there is none. */
    boolean hasElement(boolean first) {
        return hasNext(first, ']');
    }

    private boolean hasNext(boolean first, char close) {
        skipWhitespace();
        if (at < bytes.length && bytes[at] == close) {
            at++;
            return false;
        }
        if (!first) {
            expect(',');
        }
        return true;
    }

    /** The name of a member, and the colon behind it. */
    String name() {
        String name = string();
        expect(':');
        return name;
    }

    String string() {
        expect('"');
        int start = at;
        boolean ascii = true;
        while (true) {
            byte next = nextOfString();
            if (next == '"') {
                break;
            }
            if (next == '\\') {
                return stringWithEscapes(start);
            }
            ascii &= next >= 0;
            at++;
        }
        String value = ascii
                ? new String(bytes, start, checkedLength(start), StandardCharsets.ISO_8859_1)
                : decode(start, checkedLength(start));
        at++;
        return value;
    }

    private String stringWithEscapes(int start) {
        StringBuilder value = new StringBuilder();
        int runStart = start;
        while (true) {
            byte next = nextOfString();
            if (next != '"' && next != '\\') {
                at++;
                continue;
            }
            checkedLength(start);
            value.append(decode(runStart, at - runStart));
            at++;
            if (next == '"') {
                return value.toString();
            }
            appendEscape(value);
            runStart = at;
        }
    }

    private byte nextOfString() {
        if (at == bytes.length) {
            throw problem("a string does not end");
        }
        byte next = bytes[at];
        if (next >= 0 && next < 0x20) {
            throw problem("a control character stands in a string");
        }
        return next;
    }

    private int checkedLength(int start) {
        if (at - start > MAX_STRING_BYTES) {
            throw problem("a string is longer than " + MAX_STRING_BYTES + " bytes");
        }
        return at - start;
    }

    private String decode(int start, int length) {
        try {
            return utf8.decode(ByteBuffer.wrap(bytes, start, length)).toString();
        } catch (CharacterCodingException malformed) {
            throw origin.problem(
                    "the " + what + " is refused near byte " + start + ": not UTF-8", Origin.FETCH_AGAIN, malformed);
        }
    }

    private void appendEscape(StringBuilder value) {
        if (at == bytes.length) {
            throw problem("a string does not end");
        }
        byte escape = bytes[at++];
        switch (escape) {
            case '"', '\\', '/' -> value.append((char) escape);
            case 'b' -> value.append('\b');
            case 'f' -> value.append('\f');
            case 'n' -> value.append('\n');
            case 'r' -> value.append('\r');
            case 't' -> value.append('\t');
            case 'u' -> appendUnicodeEscape(value);
            default -> throw problem("an unknown escape stands in a string");
        }
    }

    private void appendUnicodeEscape(StringBuilder value) {
        char unit = fourHexDigits();
        value.append(unit);
        if (Character.isLowSurrogate(unit)) {
            throw problem("a string holds half a surrogate pair");
        }
        if (Character.isHighSurrogate(unit)) {
            boolean another = bytes.length - at >= 2 && bytes[at] == '\\' && bytes[at + 1] == 'u';
            at += another ? 2 : 0;
            char low = another ? fourHexDigits() : 0;
            if (!Character.isLowSurrogate(low)) {
                throw problem("a string holds half a surrogate pair");
            }
            value.append(low);
        }
    }

    private char fourHexDigits() {
        if (bytes.length - at < 4) {
            throw problem("a string does not end");
        }
        int unit = 0;
        for (int digit = 0; digit < 4; digit++, at++) {
            int value = bytes[at] < 0 ? -1 : Character.digit(bytes[at], 16);
            if (value < 0) {
                throw problem("an escape is not followed by four hexadecimal digits");
            }
            unit = unit << 4 | value;
        }
        return (char) unit;
    }

    /** A whole number from 0 to 2^63 - 1, written as digits only. */
    long wholeNumber() {
        skipWhitespace();
        int start = at;
        long value = 0;
        for (; isDigitAt(at); at++) {
            int digit = bytes[at] - '0';
            if (value > (Long.MAX_VALUE - digit) / 10) {
                throw problem("a number exceeds 2^63 - 1");
            }
            value = value * 10 + digit;
        }
        if (at == start || (at - start > 1 && bytes[start] == '0') || continuesNumber()) {
            throw problem("a whole number of 0 or more, in plain digits, is expected");
        }
        return value;
    }

    private boolean continuesNumber() {
        return at < bytes.length && (bytes[at] == '.' || bytes[at] == 'e' || bytes[at] == 'E');
    }

    private boolean isDigitAt(int index) {
        return index < bytes.length && bytes[index] >= '0' && bytes[index] <= '9';
    }

    /** The first character of the next value, or 0 at the end; nothing is read. */
    char peek() {
        skipWhitespace();
        return at < bytes.length ? (char) (bytes[at] & 0xFF) : 0;
    }

    /** true or false. */
    boolean truth() {
        boolean value = peek() == 't';
        literal(value ? "true" : "false");
        return value;
    }

    /** Steps over a value of any kind, which is checked all the same. */
    void skipValue() {
        skipValue(0);
    }

    private void skipValue(int depth) {
        if (depth == MAX_DEPTH) {
            throw problem("it is nested deeper than " + MAX_DEPTH + " levels");
        }
        skipWhitespace();
        byte next = at < bytes.length ? bytes[at] : 0;
        switch (next) {
            case '{' -> skipObject(depth);
            case '[' -> {
                beginArray();
                for (boolean first = true; hasElement(first); first = false) {
                    skipValue(depth + 1);
                }
            }
            case '"' -> string();
            case 't' -> literal("true");
            case 'f' -> literal("false");
            case 'n' -> literal("null");
            case 'N' -> pythonNumber("NaN");
            case 'I' -> pythonNumber("Infinity");
            default -> skipNumber();
        }
    }

    private void skipObject(int depth) {
        Set<String> names = new HashSet<>();
        beginObject();
        for (boolean first = true; hasMember(first); first = false) {
            String name = name();
            if (!names.add(name)) {
                throw problem("the key '" + Names.printable(name) + "' stands there twice");
            }
            if (++skippedKeys > MAX_SKIPPED_KEYS) {
                throw problem("it has more than " + MAX_SKIPPED_KEYS + " keys of no use");
            }
            skipValue(depth + 1);
        }
    }

    private void literal(String word) {
        for (int index = 0; index < word.length(); index++, at++) {
            if (at == bytes.length || bytes[at] != word.charAt(index)) {
                throw problem("a value is expected");
            }
        }
    }

    private void pythonNumber(String word) {
        if (!pythonNumbers) {
            throw problem("a value is expected");
        }
        literal(word);
    }

    private void skipNumber() {
        if (at < bytes.length && bytes[at] == '-') {
            at++;
            if (at < bytes.length && bytes[at] == 'I') {
                pythonNumber("Infinity");
                return;
            }
        }
        if (at < bytes.length && bytes[at] == '0') {
            at++;
        } else {
            skipDigits();
        }
        if (at < bytes.length && bytes[at] == '.') {
            at++;
            skipDigits();
        }
        if (at < bytes.length && (bytes[at] == 'e' || bytes[at] == 'E')) {
            at++;
            if (at < bytes.length && (bytes[at] == '+' || bytes[at] == '-')) {
                at++;
            }
            skipDigits();
        }
    }

    private void skipDigits() {
        if (!isDigitAt(at)) {
            throw problem("a value is expected");
        }
        while (isDigitAt(at)) {
            at++;
        }
    }

    /** Tells whether an object begins here. */
    boolean isObject() {
        skipWhitespace();
        return at < bytes.length && bytes[at] == '{';
    }

    /** A string, or any other value as it is written. */
    String text() {
        skipWhitespace();
        if (at < bytes.length && bytes[at] == '"') {
            return string();
        }
        int start = at;
        skipValue();
        return decode(start, checkedLength(start));
    }

    /** Checks that nothing but white space follows. */
    void end() {
        skipWhitespace();
        if (at < bytes.length) {
            throw problem("something follows the end of the JSON text");
        }
    }

    /** Checks that nothing but spaces follows. */
    void endBeforePadding() {
        while (at < bytes.length) {
            if (bytes[at] != ' ') {
                throw problem("something other than padding spaces follows the end of the JSON text");
            }
            at++;
        }
    }

    private void expect(char expected) {
        skipWhitespace();
        if (at == bytes.length) {
            throw problem("it ends where '" + expected + "' is expected");
        }
        if (bytes[at] != expected) {
            throw problem("'" + expected + "' is expected");
        }
        at++;
    }

    private void skipWhitespace() {
        while (at < bytes.length
                && (bytes[at] == ' ' || bytes[at] == '\n' || bytes[at] == '\t' || bytes[at] == '\r')) {
            at++;
        }
    }
}
