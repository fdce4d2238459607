package io.github.logalign.tensor;

/** Names from files, made safe to show. */
public final class Names {

    private static final int MAX_SHOWN = 200;

    private Names() {}

    /**
     * A name for a terminal or a message: one line without control, bidirectional or invisible characters, which are
     * written as escapes of four hexadecimal digits; cut if it is very long.
     *
     * @param name any string
     * @return at most a few hundred harmless characters
     */
    public static String printable(String name) {
        if (name.length() <= MAX_SHOWN) {
            return escaped(name);
        }
        String start = name.substring(0, name.offsetByCodePoints(0, name.codePointCount(0, MAX_SHOWN)));
        return escaped(start) + "... (" + name.length() + " characters)";
    }

    /**
     * As {@link #printable}, but never cut.
     *
     * @param name any string
     * @return the string, harmless characters only
     */
    public static String escaped(String name) {
        StringBuilder shown = new StringBuilder();
        name.codePoints().forEach(codePoint -> {
            if (isHarmless(codePoint)) {
                shown.appendCodePoint(codePoint);
            } else {
                for (char unit : Character.toChars(codePoint)) {
                    shown.append("\\u").append(String.format("%04x", (int) unit));
                }
            }
        });
        return shown.toString();
    }

    private static boolean isHarmless(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }
}
