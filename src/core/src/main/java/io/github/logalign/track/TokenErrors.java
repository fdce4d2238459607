package io.github.logalign.track;

import io.github.logalign.internal.stats.StudentT;
import io.github.logalign.score.ErrorBars;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the choice of tokens may have added to the distance of a run from its baseline. The tokens may be the same at all
 * steps, so that their error is constant and no number of rows averages it away.
 *
 * <p>Thread safety: immutable.
 *
 * @param byStep the standard errors of the baseline's rows
 * @param groups the smallest number of groups of tokens that one of them is from
 */
record TokenErrors(NavigableMap<Long, Double> byStep, long groups) {

    /** With more groups, Student's t is as good as normal, and takes longer. */
    private static final int MOST_FREEDOM = 200;

    /** The rounding of tails is 1e-15. */
    private static final double LEAST_TAIL = 1e-12;

    static TokenErrors of(List<SeriesRow> rows) {
        NavigableMap<Long, Double> byStep = new TreeMap<>();
        long groups = Long.MAX_VALUE;
        for (SeriesRow row : rows) {
            ErrorBars bars = row.errorBars();
            if (bars != null) {
                byStep.put(row.step(), Objects.requireNonNull(bars.larStandardError()));
                groups = Math.min(groups, bars.groups());
            }
        }
        return new TokenErrors(byStep, groups);
    }

    boolean isEmpty() {
        return byStep.isEmpty();
    }

    /**
     * What the difference of a run's row and the baseline exceeds with a small probability because of their tokens.
     *
     * @param tail the probability, at most 1/2
     * @param quantiles of Student's t for that tail by freedom, which are added to
     * @param paired the error of the row's distance from the baseline, if it is known; otherwise the tokens are taken to be
     *     others, and their squared errors add
     * @return 0 if the baseline has no standard errors there; a row without one counts as the baseline's
     */
    double margin(SeriesRow row, @Nullable LarDifference paired, double tail, Map<Integer, Double> quantiles) {
        double usual = Interpolation.at(byStep, row.step()).orElse(0.0);
        ErrorBars bars = row.errorBars();
        double own = bars == null ? usual : Objects.requireNonNull(bars.larStandardError());
        long fewest = bars == null ? groups : Math.min(groups, bars.groups());
        if (usual == 0) {
            return 0;
        }
        int freedom = Math.clamp(fewest - 1, 1, MOST_FREEDOM);
        double quantile = quantiles.computeIfAbsent(
                freedom, free -> StudentT.quantile(Math.max(tail, LEAST_TAIL), free));
        return quantile * (paired == null ? Math.hypot(usual, own) : paired.standardError());
    }
}
