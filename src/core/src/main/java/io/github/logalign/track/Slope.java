package io.github.logalign.track;

import io.github.logalign.internal.stats.StudentT;
import java.util.List;
import java.util.Optional;

/**
 * The rate of change of LAR over a window of checkpoints: the slope of an ordinary least-squares line through (step,
 * LAR). Steps may be unevenly spaced or missing. A negative slope is a decline.
 *
 * <p>Thread safety: immutable.
 *
 * @param perThousandSteps the slope of the line, in LAR per 1000 steps
 * @param standardError the standard error of the slope, from the residuals, in the same unit; 0 if the points lie on a
 *     line
 * @param points the number of rows fitted, at least {@link #MIN_POINTS}
 * @param firstStep the first step of the window
 * @param lastStep the last step of the window
 */
public record Slope(double perThousandSteps, double standardError, int points, long firstStep, long lastStep) {

    /** The fewest points that leave a residual to estimate the error from. */
    public static final int MIN_POINTS = 3;

    /** The default window, in rows. */
    public static final int DEFAULT_WINDOW = 16;

    private static final double UNIT = 1000;

    /**
     * Fits a line.
     *
     * @param steps at least {@link #MIN_POINTS} and strictly increasing
     * @param lar a finite value for each step
     * @return the slope
     * @throws IllegalArgumentException if the arrays differ in length or are too short, if a value is not finite, or if
     *     the steps do not increase
     */
    public static Slope fit(long[] steps, double[] lar) {
        int n = steps.length;
        if (n != lar.length || n < MIN_POINTS) {
            throw new IllegalArgumentException("a slope needs at least " + MIN_POINTS + " steps and a value for each");
        }
        double meanX = 0;
        double meanY = 0;
        for (int i = 0; i < n; i++) {
            if (!Double.isFinite(lar[i]) || (i > 0 && steps[i] <= steps[i - 1])) {
                throw new IllegalArgumentException("a slope needs finite values and increasing steps");
            }
            meanX += x(steps, i) / n;
            meanY += lar[i] / n;
        }
        double xx = 0;
        double xy = 0;
        for (int i = 0; i < n; i++) {
            double dx = x(steps, i) - meanX;
            xx += dx * dx;
            xy += dx * (lar[i] - meanY);
        }
        double slope = xy / xx;
        double squares = 0;
        for (int i = 0; i < n; i++) {
            double residual = lar[i] - meanY - slope * (x(steps, i) - meanX);
            squares += residual * residual;
        }
        return new Slope(slope, Math.sqrt(squares / (n - 2) / xx), n, steps[0], steps[n - 1]);
    }

    /** Steps relative to the first one, so that large step numbers do not lose precision. */
    private static double x(long[] steps, int i) {
        return (steps[i] - steps[0]) / UNIT;
    }

    /** Fits a line to rows with a usable LAR; empty if there are too few rows. */
    static Optional<Slope> of(List<SeriesRow> usable) {
        if (usable.size() < MIN_POINTS) {
            return Optional.empty();
        }
        long[] steps = usable.stream().mapToLong(SeriesRow::step).toArray();
        double[] lar = new double[steps.length];
        for (int i = 0; i < lar.length; i++) {
            Double value = usable.get(i).usableLar();
            if (value == null) {
                throw new IllegalArgumentException("a slope needs rows with a finite LAR");
            }
            lar[i] = value;
        }
        return Optional.of(fit(steps, lar));
    }

    static void checkWindow(int window) {
        if (window < MIN_POINTS) {
            throw new IllegalArgumentException("a window has at least " + MIN_POINTS + " rows, not " + window);
        }
    }

    /**
     * The t statistic against the hypothesis of a flat line.
     *
     * @return slope divided by standard error; 0 for a flat line, infinite for a sloping line without residuals
     */
    public double tStatistic() {
        return ratio(perThousandSteps, standardError);
    }

    /**
     * The one-sided p-value of the decline: the probability that independent Gaussian noise about a flat line gives a
     * slope at least as steep.
     *
     * @return the lower tail of Student's t with points - 2 degrees of freedom, from 0 to 1
     */
    public double declineProbability() {
        return StudentT.upperTail(-tStatistic(), points - 2);
    }

    /**
     * The change of the slope since an earlier window.
     *
     * @param earlier a window that ends before this one starts
     * @return the change
     */
    public Change since(Slope earlier) {
        return new Change(earlier, this);
    }

    private static double ratio(double value, double error) {
        if (value == 0) {
            return 0;
        }
        return value / error;
    }

    /**
     * The slopes of two successive windows.
     *
     * @param earlier the slope of the first window
     * @param later the slope of the second window
     */
    public record Change(Slope earlier, Slope later) {

        /**
         * The difference.
         *
         * @return later minus earlier, in LAR per 1000 steps; negative if the decline becomes steeper
         */
        public double perThousandSteps() {
            return later.perThousandSteps - earlier.perThousandSteps;
        }

        /**
         * The standard error of the difference.
         *
         * @return the root of the sum of the squared standard errors
         */
        public double standardError() {
            return Math.hypot(earlier.standardError, later.standardError);
        }

        /**
         * The one-sided p-value of the steepening: the probability that independent Gaussian noise about a single
         * straight line gives a change at least as strong.
         *
         * @return the lower tail of Student's t, with the Welch-Satterthwaite degrees of freedom rounded down, so that
         *     windows with unequal noise can be compared
         */
        public double steepeningProbability() {
            return StudentT.upperTail(-ratio(perThousandSteps(), standardError()), freedom());
        }

        private int freedom() {
            int freeEarlier = earlier.points - 2;
            int freeLater = later.points - 2;
            double total = standardError();
            if (total == 0) {
                return freeEarlier + freeLater;
            }
            double shareEarlier = Math.pow(earlier.standardError / total, 4);
            double shareLater = Math.pow(later.standardError / total, 4);
            return Math.max(1, (int) (1 / (shareEarlier / freeEarlier + shareLater / freeLater)));
        }
    }
}
