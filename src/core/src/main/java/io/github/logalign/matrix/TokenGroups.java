package io.github.logalign.matrix;

import io.github.logalign.internal.check.Arguments;
import java.util.Arrays;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * Which tokens belong together: the tokens of a document depend on each other, documents do not. Error bars treat groups as
 * independent, so a group should hold all tokens of a document. Where nothing is known of documents, blocks of consecutive
 * tokens serve: they must be longer than tokens depend on each other.
 *
 * <p>Groups are numbered from 0, in the order of the tokens or of the identifiers that made them.
 *
 * <p>Thread safety: immutable.
 */
public final class TokenGroups {

    private final long tokens;
    private final int count;

    /** Null where the groups are consecutive and as equal as can be. */
    private final @Nullable Runs runs;

    /**
     * The runs of consecutive tokens of each group, one group's after the other's.
     *
     * @param starts where each begins
     * @param ends where each has ended
     * @param first the first run of each group, and the number of runs at the end
     */
    private record Runs(long[] starts, long[] ends, int[] first) {}

    private TokenGroups(long tokens, int count, @Nullable Runs runs) {
        this.tokens = tokens;
        this.count = count;
        this.runs = runs;
    }

    /**
     * Consecutive groups of equal size, such as the sequences of a tensor {@code [sequences, length, n]}. Where the number of
     * tokens is no multiple of theirs, the first ones have one token more.
     *
     * @param tokens how many tokens, at least 0
     * @param count how many groups, from 0 to the number of tokens; 0 only without tokens
     * @return the groups
     * @throws IllegalArgumentException if there cannot be so many groups
     */
    public static TokenGroups consecutive(long tokens, int count) {
        if (tokens < 0 || count < 0 || count > tokens || (count == 0 && tokens > 0)) {
            throw new IllegalArgumentException(tokens + " tokens do not make " + count + " groups");
        }
        return new TokenGroups(tokens, count, null);
    }

    /**
     * The groups that identifiers make: tokens with the same one belong together, wherever they are. Cost: one pass, and less
     * where tokens of a group are consecutive.
     *
     * @param identifiers any number for each token; not kept
     * @return the groups, in ascending order of the identifiers
     */
    public static TokenGroups of(long... identifiers) {
        Arguments.required(identifiers, "identifiers");
        int runCount = 0;
        for (int token = 0; token < identifiers.length; token++) {
            runCount += token == 0 || identifiers[token] != identifiers[token - 1] ? 1 : 0;
        }
        Integer[] order = new Integer[runCount];
        long[] starts = new long[runCount];
        int run = 0;
        for (int token = 0; token < identifiers.length; token++) {
            if (token == 0 || identifiers[token] != identifiers[token - 1]) {
                starts[run] = token;
                order[run] = run;
                run++;
            }
        }
        // Stable: runs of a group stay in the order of their tokens.
        Arrays.sort(order, Comparator.comparingLong(each -> identifiers[(int) starts[each]]));
        long[] sortedStarts = new long[runCount];
        long[] sortedEnds = new long[runCount];
        int[] first = new int[runCount + 1];
        int groups = 0;
        for (int i = 0; i < runCount; i++) {
            int from = order[i];
            sortedStarts[i] = starts[from];
            sortedEnds[i] = from + 1 < runCount ? starts[from + 1] : identifiers.length;
            if (i == 0 || identifiers[(int) sortedStarts[i]] != identifiers[(int) sortedStarts[i - 1]]) {
                first[groups++] = i;
            }
        }
        first[groups] = runCount;
        return new TokenGroups(identifiers.length, groups,
                new Runs(sortedStarts, sortedEnds, Arrays.copyOf(first, groups + 1)));
    }

    /**
     * The number of tokens.
     *
     * @return how many belong to a group: all
     */
    public long tokens() {
        return tokens;
    }

    /**
     * The number of groups.
     *
     * @return how many there are
     */
    public int count() {
        return count;
    }

    /**
     * The first token of a group at or after an index.
     *
     * @param group its number
     * @param from where to begin, at least 0
     * @return its index, or the number of tokens if no such token follows
     * @throws IllegalArgumentException if there is no such group, or the index is negative
     */
    public long nextIn(int group, long from) {
        check(group, from);
        Runs known = runs;
        if (known == null) {
            long start = start(group);
            return from < start ? start : from < start(group + 1) ? from : tokens;
        }
        int run = runAfter(known, group, from);
        return run == known.first[group + 1] ? tokens : Math.max(from, known.starts[run]);
    }

    /**
     * The first token at or after an index that is not in a group.
     *
     * @param group its number
     * @param from where to begin, at least 0
     * @return its index, or the number of tokens if no such token follows
     * @throws IllegalArgumentException if there is no such group, or the index is negative
     */
    public long nextOutside(int group, long from) {
        check(group, from);
        if (from >= tokens) {
            return tokens;
        }
        Runs known = runs;
        if (known == null) {
            return from < start(group) || from >= start(group + 1) ? from : start(group + 1);
        }
        int run = runAfter(known, group, from);
        return run == known.first[group + 1] || from < known.starts[run] ? from : known.ends[run];
    }

    /** The first run of a group that has not ended at an index. */
    private static int runAfter(Runs runs, int group, long from) {
        int low = runs.first[group];
        int high = runs.first[group + 1];
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (runs.ends[middle] <= from) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private long start(int group) {
        return tokens / count * group + Math.min(group, tokens % count);
    }

    private void check(int group, long from) {
        if (group < 0 || group >= count || from < 0) {
            throw new IllegalArgumentException(
                    "there is no token " + from + " of group " + group + ": there are " + count + " groups");
        }
    }
}
