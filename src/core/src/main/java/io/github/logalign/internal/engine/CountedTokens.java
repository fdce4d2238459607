package io.github.logalign.internal.engine;

import io.github.logalign.matrix.TokenGroups;
import io.github.logalign.matrix.TokenMask;
import org.jspecify.annotations.Nullable;

/** The tokens that count: those in a range, of a group if there is one, that no mask leaves out. */
final class CountedTokens {

    private final @Nullable TokenMask mask;
    private final long first;
    private final long last;
    private @Nullable TokenGroups groups;
    private int group;

    CountedTokens(@Nullable TokenMask mask, long first, long last) {
        this.mask = mask;
        this.first = first;
        this.last = last;
    }

    /** Only those of a group from now on. */
    void restrictTo(TokenGroups itsGroups, int number) {
        groups = itsGroups;
        group = number;
    }

    /** The first of them. */
    long first() {
        return next(first);
    }

    /** The end of the range. */
    long last() {
        return last;
    }

    /** The first of them at or after an index; the end of the range or more if there is none. */
    long next(long from) {
        long token = from;
        while (token < last) {
            long inGroup = groups == null ? token : groups.nextIn(group, token);
            if (inGroup >= last) {
                return last;
            }
            token = mask == null ? inGroup : mask.nextCounting(inGroup);
            if (token == inGroup) {
                return token;
            }
        }
        return token;
    }

    /** The first index after a token that does not count, or the end of the range. */
    long end(long token) {
        long end = mask == null ? last : Math.min(last, mask.nextMasked(token));
        return groups == null ? end : Math.min(end, groups.nextOutside(group, token));
    }
}
