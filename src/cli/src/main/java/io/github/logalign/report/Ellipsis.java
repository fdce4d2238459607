package io.github.logalign.report;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Shortens names: they lose the part that says least. */
final class Ellipsis {

    /** The mark in place of the omitted part. */
    static final String MARK = "…";

    private Ellipsis() {}

    /**
     * Shortens a text in its middle, where the names of layers differ least.
     *
     * @param text any text
     * @param length the maximum number of code points, at least 1
     * @return the text, or its two ends with the mark between them
     */
    static String shorten(String text, int length) {
        return shorten(text, length, middle(length));
    }

    /**
     * Shortens names that stand below each other, such that as many as possible stay different. All of them keep as much of
     * their start: about half of what is kept if that is enough, else less, since their starts differ least, else more.
     *
     * @param texts any texts
     * @param length the maximum number of code points of each, at least 1
     * @return the texts in their order, the long ones shortened
     */
    static List<String> shortenAll(List<String> texts, int length) {
        Set<String> different = Set.copyOf(texts);
        int middle = middle(length);
        int best = middle;
        int most = 0;
        for (int i = 0; i < length && most < different.size(); i++) {
            int head = i <= middle ? middle - i : i;
            int distinct = distinct(different, length, head);
            if (distinct > most) {
                most = distinct;
                best = head;
            }
        }
        int head = best;
        return texts.stream().map(text -> shorten(text, length, head)).toList();
    }

    private static int distinct(Set<String> texts, int length, int head) {
        Set<String> shortened = new HashSet<>();
        texts.forEach(text -> shortened.add(shorten(text, length, head)));
        return shortened.size();
    }

    private static int middle(int length) {
        return (length - 1) / 2;
    }

    private static String shorten(String text, int length, int head) {
        int points = text.codePointCount(0, text.length());
        if (points <= length) {
            return text;
        }
        int tail = length - 1 - head;
        return text.substring(0, text.offsetByCodePoints(0, head)) + MARK
                + text.substring(text.offsetByCodePoints(0, points - tail));
    }
}
