package io.github.logalign.track;

import java.io.Serializable;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An alarm: a condition that became true.
 *
 * @param layer the layer
 * @param kind the condition
 * @param step the step of the row at which the alarm fired; later rows were not used
 * @param value the measured value: the deviation, the slope, or the change of the slope per 1000 steps
 * @param threshold the threshold that it was compared with, not negative
 * @param strength the evidence in numbers, or null for a heuristic alarm
 * @param evidence a sentence that states the numbers; it contains no names from files
 */
public record Alarm(
        String layer,
        Kind kind,
        long step,
        double value,
        double threshold,
        @Nullable Strength strength,
        String evidence) implements Serializable {

    /** Rejects null components. */
    public Alarm {
        Objects.requireNonNull(layer, "layer");
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(evidence, "evidence");
    }

    /**
     * The evidence for an alarm with a stated rate of false alarms.
     *
     * @param eValue at the step of the alarm, at least what is needed
     * @param neededEValue what is needed: layers times conditions over the rate
     * @param falseAlarms the stated rate: the probability that a healthy run raises any alarm in its whole length
     * @param smallestRate the rate below which the alarm would not have fired at this step yet
     */
    public record Strength(double eValue, double neededEValue, double falseAlarms, double smallestRate)
            implements
                Serializable {}

    /**
     * The conditions. Each is evaluated over the rows of one layer that have a finite LAR, in the order of their steps;
     * other rows are ignored. Those against a baseline have a stated rate of false alarms, measured in
     * docs/statistics.md. The others are heuristic: their thresholds lie between healthy baselines of small language
     * models (slopes of -0.005 to -0.016 per 1000 steps) and overfitting runs (-0.035 and below, and a deviation of 0.08
     * and more at the end), and healthy runs of other models may cross them.
     */
    public enum Kind {
        /**
         * LAR is further below the baseline than the threshold, beyond the noise. Needs a baseline. Of stated rate.
         * Default 0.03.
         */
        BELOW_BASELINE(0.03, false),

        /**
         * LAR falls faster than the baseline's, by more than the threshold (LAR per 1000 steps), beyond the noise. Needs
         * a baseline. Of stated rate. Default 0.
         */
        FASTER_DECLINE(0, false),

        /**
         * Heuristic: LAR is below the baseline by more than the threshold at two successive rows. Needs a baseline.
         * Default 0.03. Delay: fires at the second row beyond the threshold, regardless of noise.
         */
        DEVIATION(0.03, true),

        /**
         * Heuristic: the slope over the window is below minus the threshold (LAR per 1000 steps), and its p-value
         * against independent noise about a flat line is below {@link AlarmRules#SIGNIFICANCE}. Default 0.025. It fires
         * on healthy runs whose LAR drifts or whose noise is autocorrelated. With independent Gaussian noise of 0.003
         * about a flat line: none in 1000 series of 100 rows, 1, 10, 100 or 1000 steps apart. Delay after a turn from
         * flat to decline, rows 100 steps apart, noise 0.003, window 16: 11 rows at -0.035 per 1000 steps, 10 at -0.05,
         * 9 at -0.1 (medians of 300 series; at most one row more). A steady slope of -0.016 never fired at that
         * distance; at half the distance, where the slope is noisier, it fired in 6 of 300 series.
         */
        DECLINE(0.025, true),

        /**
         * Heuristic: both the window and the window before it decline, the later one more steeply by more than the
         * threshold (LAR per 1000 steps), and the p-value of the change against independent noise about a single line is
         * below {@link AlarmRules#SIGNIFICANCE}. The earlier window may be as short as half the window. Default 0.02.
         * False alarms: none in the flat series described above. Delay after a turn from -0.01, rows 100 steps apart,
         * noise 0.003, window 16: 12 rows (at most 16; 1 of 300 series missed) at -0.035 per 1000 steps, 9 at -0.05 and
         * at -0.1.
         */
        ACCELERATION(0.02, true);

        private final double defaultThreshold;
        private final boolean heuristic;

        Kind(double defaultThreshold, boolean heuristic) {
            this.defaultThreshold = defaultThreshold;
            this.heuristic = heuristic;
        }

        /**
         * Whether the rate of its false alarms is unknown.
         *
         * @return false for a condition whose rate is stated
         */
        public boolean isHeuristic() {
            return heuristic;
        }

        /**
         * Whether it compares with a baseline.
         *
         * @return true if without a baseline it never holds
         */
        public boolean needsBaseline() {
            return this == BELOW_BASELINE || this == FASTER_DECLINE || this == DEVIATION;
        }

        /**
         * The default threshold.
         *
         * @return a number that is not negative
         */
        public double defaultThreshold() {
            return defaultThreshold;
        }

        /**
         * The name used in files and on the command line.
         *
         * @return the name, such as below-baseline
         */
        public String label() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        /**
         * Finds a condition by its name.
         *
         * @param label the name as {@link #label} returns it; case is ignored, and _ may replace -
         * @return the condition
         * @throws IllegalArgumentException if there is no such condition; the message lists the names
         */
        public static Kind of(String label) {
            String wanted = label.strip().toLowerCase(Locale.ROOT).replace('_', '-');
            for (Kind kind : values()) {
                if (kind.label().equals(wanted)) {
                    return kind;
                }
            }
            throw new IllegalArgumentException(
                    "unknown alarm; the alarms are below-baseline, faster-decline, and the heuristic deviation, decline and"
                            + " acceleration");
        }
    }
}
