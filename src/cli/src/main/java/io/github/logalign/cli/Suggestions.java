package io.github.logalign.cli;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/** Suggests the word that was probably meant by a mistyped one. */
final class Suggestions {

    private Suggestions() {}

    /**
     * The nearest of some words, if it is near enough: one typo in a short word, two in a longer one, or one per three
     * characters.
     *
     * @param word the mistyped word
     * @param known the valid words
     */
    static Optional<String> nearest(String word, Collection<String> known) {
        String nearest = null;
        int length = word.replaceFirst("^-+", "").length();
        int least = (length < 4 ? 1 : Math.max(2, length / 3)) + 1;
        for (String candidate : known) {
            int distance = distance(word.toLowerCase(Locale.ROOT), candidate.toLowerCase(Locale.ROOT));
            if (distance < least) {
                least = distance;
                nearest = candidate;
            }
        }
        return Optional.ofNullable(nearest);
    }

    /** The number of characters deleted, inserted, substituted or transposed (optimal string alignment distance). */
    static int distance(String a, String b) {
        int[][] cost = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    cost[i][j] = i + j;
                    continue;
                }
                int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                int least = Math.min(cost[i - 1][j] + 1, cost[i][j - 1] + 1);
                least = Math.min(least, cost[i - 1][j - 1] + change);
                boolean exchanged = i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2)
                        && a.charAt(i - 2) == b.charAt(j - 1);
                cost[i][j] = exchanged ? Math.min(least, cost[i - 2][j - 2] + 1) : least;
            }
        }
        return cost[a.length()][b.length()];
    }
}
