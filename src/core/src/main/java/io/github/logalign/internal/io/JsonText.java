package io.github.logalign.internal.io;

import io.github.logalign.matrix.LogalignException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * A position in a JSON text in UTF-8, and the tokens that may start there: punctuation, words, and strings with
 * escapes.
 */
final class JsonText {

    private static final int MAX_STRING_BYTES = 1 << 24;

    private final byte[] bytes;
    private final Origin origin;
    private final String what;
    private final String remedy;
    private final CharsetDecoder utf8 = StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    private int at;

    /**
     * @param bytes the whole text
     * @param origin its source, for messages
     * @param what the name of the text in messages, such as "header"
     */
    JsonText(byte[] bytes, Origin origin, String what, String remedy) {
        this.remedy = remedy;
        this.bytes = bytes;
        this.origin = origin;
        this.what = what;
    }

    /** A problem at the current position. */
    LogalignException problem(String problem) {
        return origin.problem("the " + what + " is refused at byte " + at + ": " + problem, remedy);
    }

    /** The position of the next byte. */
    int place() {
        return at;
    }

    /** The next byte as a character, or 0 at the end. */
    char next() {
        return at < bytes.length ? (char) (bytes[at] & 0xFF) : 0;
    }

    boolean isAtEnd() {
        return at == bytes.length;
    }

    boolean isDigit() {
        return next() >= '0' && next() <= '9';
    }

    /** Skips the next byte. */
    void step() {
        at++;
    }

    /** Skips the next byte if it is the given one. */
    boolean accept(char wanted) {
        if (isAtEnd() || next() != wanted) {
            return false;
        }
        at++;
        return true;
    }

    /** The text from a position to the current one. */
    String since(int start) {
        return decode(start, checkedLength(start));
    }

    /** Reads a word that must come next. */
    void literal(String word) {
        for (int index = 0; index < word.length(); index++, at++) {
            if (at == bytes.length || bytes[at] != word.charAt(index)) {
                throw problem("a value is expected");
            }
        }
    }

    /** Reads a string in quotation marks. */
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
            throw problem("a string contains a control character");
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
            default -> throw problem("a string contains an unknown escape");
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

    /** Skips white space and a punctuation character that must follow it. */
    void expect(char expected) {
        skipWhitespace();
        if (at == bytes.length) {
            throw problem("it ends where '" + expected + "' is expected");
        }
        if (bytes[at] != expected) {
            throw problem("'" + expected + "' is expected");
        }
        at++;
    }

    void skipWhitespace() {
        while (at < bytes.length
                && (bytes[at] == ' ' || bytes[at] == '\n' || bytes[at] == '\t' || bytes[at] == '\r')) {
            at++;
        }
    }
}
