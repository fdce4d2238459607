package io.github.logalign.report;

/** Breaks sentences into lines that fit a terminal. */
public final class Wrapping {

    private Wrapping() {}

    /**
     * A text in lines.
     *
     * @param text one line without its end; spaces at its start are kept
     * @param width how many characters a line may have, more than the indent has
     * @param indent what stands before the second line and those after it
     * @return lines, each with its end; a word that is longer than a line is broken
     */
    public static String lines(String text, int width, String indent) {
        StringBuilder lines = new StringBuilder();
        String rest = text.stripTrailing();
        while (rest.codePointCount(0, rest.length()) > width) {
            int end = rest.offsetByCodePoints(0, width);
            int space = rest.lastIndexOf(' ', end);
            int cut = rest.substring(0, Math.max(space, 0)).isBlank() ? end : space;
            lines.append(rest.substring(0, cut).stripTrailing()).append('\n');
            rest = indent + rest.substring(cut).strip();
        }
        return lines.append(rest).append('\n').toString();
    }
}
