package io.github.logalign;

import io.github.logalign.internal.engine.GroupMoments;
import io.github.logalign.internal.stats.StudentT;
import java.io.Serial;
import java.io.Serializable;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How sure an alignment is: how far it would move if other tokens of the same kind had been taken. Groups of tokens, such as
 * documents, are treated as independent of each other, tokens of a group as they are.
 *
 * <p>With a_d and b_d the energies of group d's outputs and inputs, A and B their sums over D groups, the standard error of
 * {@code LAR = 1 + ln(A / (B ||W||^2)) / (2 ln n)} is, to first order, {@code sqrt(D/(D-1) sum (a_d/A - b_d/B)^2) / (2 ln n)}.
 * Intervals are symmetric in LAR, with Student's t of D - 1 degrees of freedom; those of the overlap and of the effective
 * dimension are the same ones, converted. Nothing is said about other seeds or other training runs.
 *
 * <p>Thread safety: immutable. Source: the delta method for a ratio of sums.
 */
public final class Uncertainty implements Serializable {

    @Serial
    private static final long serialVersionUID = 1L;

    /** The fewest groups that give an interval: the variance of fewer is itself too uncertain. */
    public static final int MIN_GROUPS = 8;

    /** The input dimension n. */
    private final int inputDimension;
    /** The overlap. */
    private final double overlap;
    /** How many groups. */
    private final long groups;
    /** The standard error of ln(overlap). */
    private final @Nullable Double logError;
    /** The share of the inputs in the null space. */
    private final @Nullable Double nullSpaceEnergy;
    /** Its standard error. */
    private final @Nullable Double nullSpaceError;
    /** By how much groups move LAR. */
    private final double[] influences;

    private Uncertainty(Alignment.Defined alignment, GroupMoments moments, @Nullable Double nullSpaceEnergy) {
        this.inputDimension = alignment.inputDimension();
        this.overlap = alignment.overlap();
        this.groups = moments.groups();
        boolean known = groups > 1;
        this.logError = known && overlap > 0 ? Math.sqrt(moments.varianceOfLogRatio()) : null;
        this.nullSpaceEnergy = nullSpaceEnergy;
        this.nullSpaceError = known && nullSpaceEnergy != null ? Math.sqrt(moments.varianceOfInside()) : null;
        this.influences = overlap > 0 ? moments.influences() : new double[0];
        for (int i = 0; i < influences.length; i++) {
            influences[i] *= larOfLog();
        }
    }

    static Uncertainty of(Alignment.Defined alignment, GroupMoments moments, @Nullable Double nullSpaceEnergy) {
        return new Uncertainty(alignment, moments, nullSpaceEnergy);
    }

    /** d LAR / d ln(overlap). */
    private double larOfLog() {
        return 0.5 / Math.log(inputDimension);
    }

    /**
     * The number of groups.
     *
     * @return D, those that have tokens that count
     */
    public long groups() {
        return groups;
    }

    /**
     * The standard error of LAR.
     *
     * @return at least 0; empty with fewer than two groups, or if the overlap is 0
     */
    public Optional<Double> larStandardError() {
        return logError == null ? Optional.empty() : Optional.of(logError * larOfLog());
    }

    /**
     * The confidence interval of LAR.
     *
     * @param level such as {@link Interval#LEVEL}
     * @return at most 1 at its upper end; empty if {@link #whyNoInterval} says so
     * @throws IllegalArgumentException if the level does not lie between 0 and 1
     */
    public Optional<Interval> lar(double level) {
        Interval.checkLevel(level);
        if (logError == null || groups < MIN_GROUPS) {
            return Optional.empty();
        }
        double lar = 1 + larOfLog() * Math.log(overlap);
        double half = t(level) * logError * larOfLog();
        return Optional.of(new Interval(lar - half, Math.max(lar, Math.min(1, lar + half)), level));
    }

    /**
     * The confidence interval of the overlap.
     *
     * @param level such as {@link Interval#LEVEL}
     * @return that of LAR, converted
     * @throws IllegalArgumentException if the level does not lie between 0 and 1
     */
    public Optional<Interval> overlap(double level) {
        return lar(level).map(lar -> new Interval(overlapOf(lar.low()), overlapOf(lar.high()), level));
    }

    /**
     * The confidence interval of the effective dimension.
     *
     * @param level such as {@link Interval#LEVEL}
     * @return that of LAR, converted
     * @throws IllegalArgumentException if the level does not lie between 0 and 1
     */
    public Optional<Interval> effectiveDimension(double level) {
        return lar(level).map(lar -> new Interval(1 / overlapOf(lar.high()), 1 / overlapOf(lar.low()), level));
    }

    private double overlapOf(double lar) {
        return Math.exp((lar - 1) / larOfLog());
    }

    /**
     * The standard error of the share of the inputs' energy in the null space of W.
     *
     * @return at least 0; empty with fewer than two groups, or without spectra
     */
    public Optional<Double> nullSpaceEnergyStandardError() {
        return Optional.ofNullable(nullSpaceError);
    }

    /**
     * The confidence interval of the share of the inputs' energy in the null space of W.
     *
     * @param level such as {@link Interval#LEVEL}
     * @return from 0 to 1; empty with fewer than {@link #MIN_GROUPS} groups, or without spectra
     * @throws IllegalArgumentException if the level does not lie between 0 and 1
     */
    public Optional<Interval> nullSpaceEnergy(double level) {
        Interval.checkLevel(level);
        if (nullSpaceEnergy == null || nullSpaceError == null || groups < MIN_GROUPS) {
            return Optional.empty();
        }
        double half = t(level) * nullSpaceError;
        return Optional.of(new Interval(
                Math.max(0, nullSpaceEnergy - half), Math.min(1, nullSpaceEnergy + half), level));
    }

    private double t(double level) {
        return StudentT.quantile((1 - level) / 2, (int) Math.min(groups - 1, Integer.MAX_VALUE));
    }

    /**
     * Why there is no interval of LAR.
     *
     * @return the reason, and what to do; empty if there is one
     */
    public Optional<String> whyNoInterval() {
        if (groups < MIN_GROUPS) {
            return Optional
                    .of((groups == 1 ? "1 group" : groups + " groups") + " of tokens are too few for an interval:"
                            + " record " + MIN_GROUPS + " or more");
        }
        return logError == null
                ? Optional.of("no interval is known where the overlap is 0")
                : Optional.empty();
    }

    /**
     * By how much each group moves LAR, to first order: {@code (a_d/A - b_d/B) / (2 ln n)}. They sum to 0. Those of two
     * layers or checkpoints over the same groups give the error of a difference.
     *
     * @return in the order of the groups, as a copy; of more than 1,024 groups every 1,024th counts as one with the first
     */
    public double[] influences() {
        return influences.clone();
    }
}
