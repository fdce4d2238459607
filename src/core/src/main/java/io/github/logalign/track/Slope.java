package io.github.logalign.track;

import java.util.List;
import java.util.Optional;

/**
 * The rate of change of LAR over a window of checkpoints: an ordinary least-squares line through (step, LAR), so uneven and
 * missing steps do no harm. Negative means decline.
 *
 * <p>Thread safety: immutable.
 *
 * @param perThousandSteps the line's slope, LAR per 1000 steps
 * @param standardError of that slope, from the residuals, in the same unit; 0 if the points lie on a line
 * @param points how many rows were fitted, at least {@link #MIN_POINTS}
 * @param firstStep where the window starts
 * @param lastStep where it ends
 */
public record Slope(double perThousandSteps, double standardError, int points, long firstStep, long lastStep) {

    /** A line through fewer points says nothing about its error. */
    public static final int MIN_POINTS = 3;

    /** The window that is used if nothing else is said, in rows. */
    public static final int DEFAULT_WINDOW = 16;

    private static final double UNIT = 1000;

    /**
     * Fits a line.
     *
     * @param steps at least {@link #MIN_POINTS} and strictly increasing
     * @param lar one finite value for each step
     * @return the slope
     * @throws IllegalArgumentException if the arrays differ in length, are too short, or hold something else
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

    /** Counted from the first step, so that large step numbers cost no digits. */
    private static double x(long[] steps, int i) {
        return (steps[i] - steps[0]) / UNIT;
    }

    /** Fits rows whose LAR is usable; empty if there are too few. */
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
     * The t statistic against a flat line.
     *
     * @return slope over standard error; 0 for a flat line, infinite for a sloping one without residuals
     */
    public double tStatistic() {
        return ratio(perThousandSteps, standardError);
    }

    /**
     * How likely independent Gaussian noise about a flat line would give so steep a decline or a steeper one.
     *
     * @return the lower tail of Student's t with points - 2 degrees of freedom, from 0 to 1
     */
    public double declineProbability() {
        return StudentT.upperTail(-tStatistic(), points - 2);
    }

    /**
     * How the slope changed since an earlier window.
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
     * Two slopes, one after the other.
     *
     * @param earlier the first window's
     * @param later the second window's
     */
    public record Change(Slope earlier, Slope later) {

        /**
         * The difference.
         *
         * @return later minus earlier, LAR per 1000 steps; negative if the decline grows steeper
         */
        public double perThousandSteps() {
            return later.perThousandSteps - earlier.perThousandSteps;
        }

        /**
         * The error of the difference.
         *
         * @return the root of the summed squares of both standard errors
         */
        public double standardError() {
            return Math.hypot(earlier.standardError, later.standardError);
        }

        /**
         * How likely independent noise about one straight line would give so strong a steepening.
         *
         * @return the lower tail of Student's t, with the degrees of freedom of Welch and Satterthwaite rounded down, so
         *     that windows of unequal noise may be compared
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
