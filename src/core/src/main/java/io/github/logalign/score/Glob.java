package io.github.logalign.score;

import java.io.Serial;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A pattern for names: {@code *} matches any sequence of characters, {@code ?} a single character, and every other
 * character itself. A character is a code point, so {@code ?} also matches a surrogate pair.
 *
 * <p>Cost: at most proportional to the length of the pattern times the length of the name.
 *
 * <p>Thread safety: immutable.
 */
public final class Glob implements Serializable {

    @Serial
    private static final long serialVersionUID = 1L;

    private static final int ANY = '*';
    private static final int ONE = '?';

    /** The pattern. */
    private final String text;

    /** Its code points. */
    private final int[] pattern;

    private Glob(String text) {
        this.text = text;
        this.pattern = text.codePoints().toArray();
    }

    /**
     * Whether a text has wildcards.
     *
     * @param text a name or a pattern
     * @return true if it stands for several names
     */
    public static boolean hasWildcards(String text) {
        return text.contains("*") || text.contains("?");
    }

    /**
     * Creates a pattern.
     *
     * @param text the pattern
     * @return the glob
     */
    public static Glob of(String text) {
        return new Glob(text);
    }

    /**
     * Whether a name matches.
     *
     * @param name any string
     * @return true if the whole name matches
     */
    public boolean matches(String name) {
        return begins(name.codePoints().toArray()) != null;
    }

    /**
     * The text matched by each wildcard, if the name matches. If there are several matches, earlier wildcards are
     * greedy.
     */
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
     * The index in the name at which each element of the pattern begins, followed by the length of the name; null if
     * the name does not match.
     *
     * <p>Matching runs from the end to the start. Each {@code *} first matches the empty string. When the elements
     * before it fail to match, the {@code *} reached last takes one more character and matching resumes from there.
     * Elements after it are never moved, since each already has its rightmost position.
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
