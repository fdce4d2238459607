package io.github.logalign.internal.io;

import io.github.logalign.matrix.LogalignException;
import java.util.HashSet;
import java.util.Set;

/**
 * A pull parser for strict JSON (RFC 8259) in UTF-8. Callers ask for the type of value that they expect; any other
 * value is refused. Callers check for duplicate keys themselves, except in skipped values, in which duplicates are
 * refused here.
 */
public final class JsonReader {

    private static final int MAX_DEPTH = 64;

    /** The keys of skipped values are kept to find duplicates; this limit bounds their memory. */
    private static final int MAX_SKIPPED_KEYS = 1 << 16;

    private final JsonText text;
    private int skippedKeys;
    private boolean pythonNumbers;

    /**
     * @param bytes the whole JSON text
     * @param origin its source, for messages
     * @param what the name of the text in messages, such as "header"
     */
    public JsonReader(byte[] bytes, Origin origin, String what) {
        this(bytes, origin, what, Origin.FETCH_AGAIN);
    }

    /**
     * @param bytes the whole JSON text
     * @param origin its source, for messages
     * @param what the name of the text in messages, such as "header"
     * @param remedy what to do if it is wrong
     */
    public JsonReader(byte[] bytes, Origin origin, String what, String remedy) {
        this.text = new JsonText(bytes, origin, what, remedy);
    }

    /** Accepts NaN, Infinity and -Infinity in skipped values, as Python's json module writes them. */
    public JsonReader allowingPythonNumbers() {
        pythonNumbers = true;
        return this;
    }

    /** A problem at the current position. */
    public LogalignException problem(String problem) {
        return text.problem(problem);
    }

    public void beginObject() {
        text.expect('{');
    }

    public void beginArray() {
        text.expect('[');
    }

    /** Advances to the next member of an object, or past the object's end if there is none. */
    public boolean hasMember(boolean first) {
        return hasNext(first, '}');
    }

    /** Advances to the next element of an array, or past the array's end if there is none. */
    public boolean hasElement(boolean first) {
        return hasNext(first, ']');
    }

    private boolean hasNext(boolean first, char close) {
        text.skipWhitespace();
        if (text.accept(close)) {
            return false;
        }
        if (!first) {
            text.expect(',');
        }
        return true;
    }

    /** Reads the name of a member and the colon after it. */
    public String name() {
        String name = string();
        text.expect(':');
        return name;
    }

    public String string() {
        return text.string();
    }

    /** A whole number from 0 to 2^63 - 1, written as digits only. */
    public long wholeNumber() {
        text.skipWhitespace();
        int start = text.place();
        boolean startsWithZero = text.next() == '0';
        long value = 0;
        for (; text.isDigit(); text.step()) {
            int digit = text.next() - '0';
            if (value > (Long.MAX_VALUE - digit) / 10) {
                throw problem("a number exceeds 2^63 - 1");
            }
            value = value * 10 + digit;
        }
        int digits = text.place() - start;
        char after = text.next();
        if (digits == 0 || (digits > 1 && startsWithZero) || after == '.' || after == 'e' || after == 'E') {
            throw problem("a whole number of 0 or more, in plain digits, is expected");
        }
        return value;
    }

    /** The first character of the next value, or 0 at the end; the value stays unread. */
    public char peek() {
        text.skipWhitespace();
        return text.next();
    }

    /** true or false. */
    public boolean truth() {
        boolean value = peek() == 't';
        text.literal(value ? "true" : "false");
        return value;
    }

    /** Whether an object begins here. */
    public boolean isObject() {
        return peek() == '{';
    }

    /** A string, or the source text of any other value. */
    public String text() {
        if (peek() == '"') {
            return string();
        }
        int start = text.place();
        skipValue();
        return text.since(start);
    }

    /** Skips a value of any kind, but checks its syntax. */
    public void skipValue() {
        skipValue(0);
    }

    private void skipValue(int depth) {
        if (depth == MAX_DEPTH) {
            throw problem("it is nested deeper than " + MAX_DEPTH + " levels");
        }
        switch (peek()) {
            case '{' -> skipObject(depth);
            case '[' -> {
                beginArray();
                for (boolean first = true; hasElement(first); first = false) {
                    skipValue(depth + 1);
                }
            }
            case '"' -> string();
            case 't' -> text.literal("true");
            case 'f' -> text.literal("false");
            case 'n' -> text.literal("null");
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
                throw problem("the key '" + Names.printable(name) + "' occurs twice");
            }
            if (++skippedKeys > MAX_SKIPPED_KEYS) {
                throw problem("it has more than " + MAX_SKIPPED_KEYS + " unused keys");
            }
            skipValue(depth + 1);
        }
    }

    private void pythonNumber(String word) {
        if (!pythonNumbers) {
            throw problem("a value is expected");
        }
        text.literal(word);
    }

    private void skipNumber() {
        if (text.accept('-') && text.next() == 'I') {
            pythonNumber("Infinity");
            return;
        }
        if (!text.accept('0')) {
            skipDigits();
        }
        if (text.accept('.')) {
            skipDigits();
        }
        if (text.accept('e') || text.accept('E')) {
            if (!text.accept('+')) {
                text.accept('-');
            }
            skipDigits();
        }
    }

    private void skipDigits() {
        if (!text.isDigit()) {
            throw problem("a value is expected");
        }
        while (text.isDigit()) {
            text.step();
        }
    }

    /** Checks that only white space follows. */
    public void end() {
        text.skipWhitespace();
        if (!text.isAtEnd()) {
            throw problem("something follows the end of the JSON text");
        }
    }

    /** Checks that only spaces follow. */
    public void endBeforePadding() {
        while (text.accept(' ')) {
            // The format pads its header with spaces.
        }
        if (!text.isAtEnd()) {
            throw problem("something other than padding spaces follows the end of the JSON text");
        }
    }
}
