package io.github.logalign.track;

import io.github.logalign.Interval;
import io.github.logalign.Uncertainty;
import io.github.logalign.internal.check.Arguments;
import io.github.logalign.internal.stats.StudentT;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * The difference of LAR between two checkpoints or runs, with its error.
 *
 * <p>Over the same groups of tokens the difference is paired: with h_d the influences of group d on the two LARs, its standard
 * error is {@code sqrt(D/(D-1) sum (h2_d - h1_d)^2)}, and Student's t has D - 1 degrees of freedom. What the tokens have in
 * common cancels. Over different tokens the squared errors add, and the degrees of freedom are those of Welch and
 * Satterthwaite, rounded down.
 *
 * <p>Thread safety: immutable. Source: the delta method for a ratio of sums.
 *
 * @param difference the second LAR minus the first
 * @param standardError of the difference
 * @param interval its interval at the usual level; null with fewer than 8 groups
 * @param pValue the probability of a difference at least as large if there is none, two-sided, not below 2e-15; null with fewer
 *     than 8 groups
 * @param paired whether both are of the same tokens
 */
public record LarDifference(double difference, double standardError, @Nullable Interval interval,
        @Nullable Double pValue,
        boolean paired) implements Serializable {

    /** Smaller tails are lost to rounding. */
    private static final double RESOLVED = 2e-15;

    /**
     * From a first to a second.
     *
     * @param first what is compared with
     * @param second what is compared
     * @param sameTokens whether the tokens are known to be the same, in the same order, though the fingerprints may not say so
     * @return the difference, paired if the tokens are the same
     * @throws IllegalArgumentException if the tokens are said to be the same, but their numbers or groups differ
     */
    public static LarDifference of(LayerSample first, LayerSample second, boolean sameTokens) {
        Arguments.required(first, "first");
        Arguments.required(second, "second");
        if (sameTokens && first.isOfOtherTokens(second)) {
            throw new IllegalArgumentException(
                    "the tokens are not the same: the ids, labels or masks beside the activations differ");
        }
        if (sameTokens && !first.fits(second)) {
            throw new IllegalArgumentException(
                    "the tokens are not the same: " + first.tokens() + " in " + first.groups()
                            + " groups, and " + second.tokens() + " in " + second.groups());
        }
        return sameTokens || first.isOfTheSameTokens(second) ? paired(first, second) : unpaired(first, second);
    }

    private static LarDifference paired(LayerSample first, LayerSample second) {
        int groups = first.influences().size();
        double squares = 0;
        for (int d = 0; d < groups; d++) {
            double moved = second.influences().get(d) - first.influences().get(d);
            squares += moved * moved;
        }
        double error = Math.sqrt(squares * groups / (groups - 1));
        return of(second.lar() - first.lar(), error, groups - 1, groups >= Uncertainty.MIN_GROUPS, true);
    }

    private static LarDifference unpaired(LayerSample first, LayerSample second) {
        double error = Math.hypot(first.standardError(), second.standardError());
        double one = Math.pow(first.standardError() / error, 4) / (first.groups() - 1);
        double two = Math.pow(second.standardError() / error, 4) / (second.groups() - 1);
        int freedom = error == 0 ? 1 : (int) Math.clamp(1 / (one + two), 1, Integer.MAX_VALUE);
        long fewest = Math.min(first.groups(), second.groups());
        return of(second.lar() - first.lar(), error, freedom, fewest >= Uncertainty.MIN_GROUPS, false);
    }

    private static LarDifference of(double difference, double error, int freedom, boolean enough, boolean paired) {
        if (!enough) {
            return new LarDifference(difference, error, null, null, paired);
        }
        double half = error * StudentT.quantile((1 - Interval.LEVEL) / 2, freedom);
        double t = difference == 0 ? 0 : Math.abs(difference) / error;
        return new LarDifference(difference, error,
                new Interval(difference - half, difference + half, Interval.LEVEL),
                Math.clamp(2 * StudentT.upperTail(t, freedom), RESOLVED, 1.0), paired);
    }
}
