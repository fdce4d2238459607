package io.github.logalign.report;

/** Shortens names. Both ends are kept, since the names of layers differ least in the middle. */
final class Ellipsis {

    /** The mark in place of the omitted part. */
    static final String MARK = "…";

    private Ellipsis() {}

    /**
     * Shortens a text.
     *
     * @param text any text
     * @param length the maximum number of code points, at least 1
     * @return the text, or its two ends with the mark between them
     */
    static String shorten(String text, int length) {
        int points = text.codePointCount(0, text.length());
        if (points <= length) {
            return text;
        }
        int head = (length - 1) / 2;
        int tail = length - 1 - head;
        return text.substring(0, text.offsetByCodePoints(0, head)) + MARK
                + text.substring(text.offsetByCodePoints(0, points - tail));
    }
}
