package io.github.logalign.score;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A pattern for names: {@code *} stands for any characters, {@code ?} for one, all others for themselves. A character is a
 * code point, so {@code ?} stands for one beyond 16 bits too.
 *
 * <p>Cost: at most the length of the pattern times the length of the name, whatever either of them holds.
 *
 * <p>Thread safety: immutable.
 */
public final class Glob {

    private static final int ANY = '*';
    private static final int ONE = '?';

    private final String text;
    private final int[] pattern;

    private Glob(String text) {
        this.text = text;
        this.pattern = text.codePoints().toArray();
    }

    /**
     * Makes a pattern.
     *
     * @param text the pattern
     * @return the glob
     */
    public static Glob of(String text) {
        return new Glob(text);
    }

    /**
     * Tells whether a name fits.
     *
     * @param name any string
     * @return true if all of it fits
     */
    public boolean matches(String name) {
        return begins(name.codePoints().toArray()) != null;
    }

    /** What the wildcards stand for in a name, if it fits; of several ways, the one where the first takes most. */
    Optional<List<String>> captures(String name) {
        int[] points = name.codePoints().toArray();
        int[] begins = begins(points);
        if (begins == null) {
            return Optional.empty();
        }
        List<String> captures = new ArrayList<>();
        for (int i = 0; i < pattern.length; i++) {
            if (isWildcard(pattern[i])) {
                captures.add(new String(points, begins[i], begins[i + 1] - begins[i]));
            }
        }
        return Optional.of(captures);
    }

    /**
     * Where in the name each element of the pattern begins, and the name's length behind them; null if it does not fit.
     *
     * <p>It goes from the end to the start. Each {@code *} first stands for nothing. Where the elements before it do not fit,
     * the last {@code *} that was met takes one character more and they are tried again from there; those behind it never
     * need another place, since what they stand at is the rightmost one.
     */
    private int @Nullable [] begins(int[] name) {
        int[] begins = new int[pattern.length + 1];
        begins[pattern.length] = name.length;
        int element = pattern.length - 1;
        int end = name.length;
        int star = -1;
        while (element >= 0 || end > 0) {
            if (element >= 0 && pattern[element] == ANY) {
                star = element;
                begins[element--] = end;
            } else if (element >= 0 && end > 0 && (pattern[element] == ONE || pattern[element] == name[end - 1])) {
                begins[element--] = --end;
            } else if (star >= 0 && begins[star] > 0) {
                end = --begins[star];
                element = star - 1;
            } else {
                return null;
            }
        }
        return begins;
    }

    private static boolean isWildcard(int codePoint) {
        return codePoint == ANY || codePoint == ONE;
    }

    /** The number of wildcards. */
    int wildcards() {
        return (int) Arrays.stream(pattern).filter(Glob::isWildcard).count();
    }

    /** This pattern with its wildcards replaced, one after the other. */
    String fill(List<String> captures) {
        StringBuilder filled = new StringBuilder();
        int next = 0;
        for (int codePoint : pattern) {
            if (isWildcard(codePoint)) {
                filled.append(captures.get(next++));
            } else {
                filled.appendCodePoint(codePoint);
            }
        }
        return filled.toString();
    }

    @Override
    public String toString() {
        return text;
    }
}
