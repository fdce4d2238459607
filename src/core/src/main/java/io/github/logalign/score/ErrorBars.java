package io.github.logalign.score;

import io.github.logalign.Interval;
import io.github.logalign.Uncertainty;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * How sure a row's numbers are, had other tokens of the same kind been taken; see {@link Uncertainty}.
 *
 * <p>Thread safety: immutable.
 *
 * @param groups how many groups of tokens there are
 * @param groupedBy what the groups are: {@code given groups}, {@code sequences}, or {@code blocks of 32 tokens}
 * @param larStandardError of LAR; null with fewer than two groups
 * @param lar its interval, or null
 * @param overlap the interval of the overlap, or null
 * @param effectiveDimension the interval of k, or null
 * @param nullSpaceEnergy the interval of the share of energy in the null space; null without spectra too
 * @param reason why there is no interval of LAR; null if there is one
 */
public record ErrorBars(long groups, String groupedBy, @Nullable Double larStandardError, @Nullable Interval lar,
        @Nullable Interval overlap, @Nullable Interval effectiveDimension, @Nullable Interval nullSpaceEnergy,
        @Nullable String reason) implements Serializable {

    /**
     * Those of an alignment, at the usual level.
     *
     * @param uncertainty of the alignment
     * @param groupedBy what the groups are
     * @return the error bars
     */
    public static ErrorBars of(Uncertainty uncertainty, String groupedBy) {
        double level = Interval.LEVEL;
        return new ErrorBars(uncertainty.groups(), groupedBy, uncertainty.larStandardError().orElse(null),
                uncertainty.lar(level).orElse(null), uncertainty.overlap(level).orElse(null),
                uncertainty.effectiveDimension(level).orElse(null), uncertainty.nullSpaceEnergy(level).orElse(null),
                uncertainty.whyNoInterval().orElse(null));
    }
}
