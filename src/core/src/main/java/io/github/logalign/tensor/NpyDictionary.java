package io.github.logalign.tensor;

import io.github.logalign.internal.io.Names;
import io.github.logalign.internal.io.Origin;
import io.github.logalign.matrix.LogalignException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Reads the dictionary in the header of an npy array, a small subset of Python's literals. */
final class NpyDictionary {

    private final byte[] text;
    private final Origin origin;
    private final ReadOptions options;
    private int at;
    private @Nullable NpyType type;
    private @Nullable Boolean fortranOrder;
    private long @Nullable [] shape;

    NpyDictionary(byte[] text, int start, Origin origin, ReadOptions options) {
        this.text = text;
        this.at = start;
        this.origin = origin;
        this.options = options;
    }

    /** The entries of the dictionary; each may occur once. */
    NpyHeader header() {
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
        if (type == null || fortranOrder == null || shape == null) {
            String missing = type == null ? "descr" : fortranOrder == null ? "fortran_order" : "shape";
            throw problem("the key '" + missing + "' is missing");
        }
        return new NpyHeader(type, shape, fortranOrder, text.length);
    }

    private void entry() {
        String key = string();
        expect(':');
        boolean repeated = switch (key) {
            case "descr" -> type != null;
            case "fortran_order" -> fortranOrder != null;
            case "shape" -> shape != null;
            default -> throw problem("unknown key '" + Names.printable(key) + "'");
        };
        if (repeated) {
            throw problem("the key '" + key + "' occurs twice");
        }
        switch (key) {
            case "descr" -> type = type();
            case "fortran_order" -> fortranOrder = truth();
            default -> shape = shape();
        }
    }

    private NpyType type() {
        skipWhitespace();
        byte first = at < text.length ? text[at] : 0;
        if (first == '[' || first == '(') {
            skipBrackets();
            return NpyType.structured();
        }
        int start = at;
        String descr = string();
        NpyType read = NpyType.of(descr, options);
        if (read == null) {
            at = start;
            throw problem("'" + Names.printable(descr) + "' is not an element type");
        }
        return read;
    }

    /** Skips a list or tuple with its contents. */
    private void skipBrackets() {
        int depth = 0;
        do {
            if (at == text.length) {
                throw problem("a list does not end");
            }
            byte next = text[at];
            if (next == '\'' || next == '"') {
                skipText(next);
                continue;
            }
            depth += next == '[' || next == '(' ? 1 : next == ']' || next == ')' ? -1 : 0;
            at++;
        } while (depth > 0);
    }

    /** Skips a quoted string of any characters, since the names of fields may be in any language. */
    private void skipText(byte quote) {
        at++;
        while (at < text.length && text[at] != quote) {
            at += text[at] == '\\' ? 2 : 1;
        }
        if (at >= text.length) {
            at = text.length;
            throw problem("a string does not end");
        }
        at++;
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
                throw problem("a string contains a character that no key and no type has");
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
