package io.github.logalign.internal.io;

import java.nio.file.Path;
import java.util.List;

/**
 * Names in printable form. The author of a file chose the names in it, so they may hold escape codes, line breaks or
 * characters that reverse the line they stand in.
 */
public final class Names {

    /** How many characters of a name are shown. */
    private static final int SHOWN = 200;

    /** No system allows longer paths; the end of a path is the part that a reader needs. */
    private static final int SHOWN_OF_PATHS = 4096;

    private Names() {}

    /**
     * A name for terminals and error messages. Control characters, format characters (the bidirectional ones too),
     * line and paragraph separators, private, unassigned and lone surrogate code points become {@code \}{@code uXXXX};
     * everything else, the backslash too, stays as it is, so the result is for reading and cannot be turned back. A
     * long name is cut, with its length behind it.
     *
     * @param name any string
     * @return one line of printable characters
     */
    public static String printable(String name) {
        return printable(name, SHOWN);
    }

    /**
     * A path for terminals and error messages: escaped like a name, but not cut.
     *
     * @param path any path
     * @return one line of printable characters
     */
    public static String printable(Path path) {
        return printable(path.toString(), SHOWN_OF_PATHS);
    }

    /**
     * Text of any length, escaped like a name, but not cut: for files, where nothing may get lost.
     *
     * @param text any string
     * @return one line of printable characters
     */
    public static String escaped(String text) {
        return printable(text, Integer.MAX_VALUE);
    }

    /**
     * Names in a sentence: {@code a, b and c}.
     *
     * @param names at least one, printable
     * @param last what stands before the last of several: and, or
     * @return a part of a line
     */
    public static String listed(List<String> names, String last) {
        int before = names.size() - 1;
        return before == 0
                ? names.getFirst()
                : String.join(", ", names.subList(0, before)) + " " + last + " " + names.get(before);
    }

    private static String printable(String name, int shown) {
        StringBuilder text = new StringBuilder(Math.min(name.length(), shown) + 16);
        int at = 0;
        while (at < name.length() && at < shown) {
            int codePoint = name.codePointAt(at);
            int units = Character.charCount(codePoint);
            if (isHarmless(codePoint)) {
                text.appendCodePoint(codePoint);
            } else {
                for (int unit = at; unit < at + units; unit++) {
                    appendEscaped(text, name.charAt(unit));
                }
            }
            at += units;
        }
        if (at < name.length()) {
            text.append("... (").append(name.length()).append(" characters)");
        }
        return text.toString();
    }

    private static void appendEscaped(StringBuilder text, char unit) {
        text.append("\\u");
        for (int shift = 12; shift >= 0; shift -= 4) {
            text.append(Character.toUpperCase(Character.forDigit(unit >> shift & 0xF, 16)));
        }
    }

    private static boolean isHarmless(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL, Character.FORMAT, Character.SURROGATE, Character.PRIVATE_USE, Character.UNASSIGNED,
                    Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR ->
                false;
            default -> true;
        };
    }
}
