package io.github.logalign.track;

import java.util.Locale;
import java.util.Objects;

/**
 * A condition that came true.
 *
 * @param layer of which layer
 * @param kind which condition
 * @param step the step of the row at which it fired; nothing later was used
 * @param value what was measured: the deviation, the slope, or the change of slope per 1000 steps
 * @param threshold what it was compared with, positive
 * @param evidence the numbers in a sentence, without names from files
 */
public record Alarm(String layer, Kind kind, long step, double value, double threshold, String evidence) {

    /** Checks that nothing is missing. */
    public Alarm {
        Objects.requireNonNull(layer, "layer");
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(evidence, "evidence");
    }

    /**
     * The conditions. Each looks at the rows of one layer, in the order of their steps, that have a finite LAR; others are
     * left out as if they were not there. The defaults lie between what healthy baselines of small language models do
     * (slopes of -0.005 to -0.016 per 1000 steps) and what overfitting ones do (-0.035 and below, and a deviation of 0.08
     * and more at the end).
     */
    public enum Kind {
        /**
         * LAR is below the baseline by more than the threshold, at two rows one after the other. Needs a baseline. Default
         * 0.03. Delay: the second row beyond the threshold, whatever the noise.
         */
        BELOW_BASELINE(0.03),

        /**
         * The slope over the window is below minus the threshold (LAR per 1000 steps), and so steep a decline would come
         * from independent noise about a flat line with a probability below {@link AlarmRules#SIGNIFICANCE}. Default 0.025.
         * False alarms: none in 1000 flat series of 100 rows with Gaussian noise of 0.003, whether the rows are 1, 10, 100
         * or 1000 steps apart. Delay after a turn from flat to decline, rows 100 steps apart, noise 0.003, window 16: 11
         * rows at -0.035 per 1000 steps, 10 at -0.05, 9 at -0.1 (medians; one row more at the worst of 300 series). A
         * steady -0.016 never fired at that distance; at half of it, where the noise of the slope is larger, in 6 of 300.
         */
        DECLINE(0.025),

        /**
         * The window declines more steeply than the window before it, by more than the threshold (LAR per 1000 steps), both
         * decline, and such a steepening would come from noise about one line with a probability below
         * {@link AlarmRules#SIGNIFICANCE}. The window before may be short by half. Default 0.02.
         * False alarms: none in the flat series named above. Delay after a turn from -0.01, rows 100 steps apart, noise
         * 0.003, window 16: 12 rows (at most 16; 1 of 300 missed) at -0.035 per 1000 steps, 9 at -0.05 and at -0.1.
         */
        ACCELERATION(0.02);

        private final double defaultThreshold;

        Kind(double defaultThreshold) {
            this.defaultThreshold = defaultThreshold;
        }

        /**
         * The threshold if none is given.
         *
         * @return positive
         */
        public double defaultThreshold() {
            return defaultThreshold;
        }

        /**
         * The name in files and on the command line.
         *
         * @return such as below-baseline
         */
        public String label() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        /**
         * The condition with a name.
         *
         * @param label as {@link #label}, case and the sort of dash ignored
         * @return the condition
         * @throws IllegalArgumentException if there is none, with those that there are
         */
        public static Kind of(String label) {
            String wanted = label.strip().toLowerCase(Locale.ROOT).replace('_', '-');
            for (Kind kind : values()) {
                if (kind.label().equals(wanted)) {
                    return kind;
                }
            }
            throw new IllegalArgumentException("an alarm is one of below-baseline, decline, acceleration");
        }
    }
}
