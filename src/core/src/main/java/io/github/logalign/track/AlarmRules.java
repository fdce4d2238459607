package io.github.logalign.track;

import io.github.logalign.track.Alarm.Kind;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The alarms to watch, with their thresholds and the window of their slopes.
 *
 * <p>An alarm fires at the first row at which its condition holds. It fires again only after the condition failed at
 * {@value #REARM_ROWS} successive rows, so each episode gives one alarm. The alarms at a row depend on that row and
 * earlier ones only, so following a run live and analysing it afterwards give the same alarms.
 *
 * <p>Thread safety: immutable.
 */
public final class AlarmRules {

    /**
     * The upper bound on the probability of a false alarm at one row under independent Gaussian noise. It is as low as
     * one in ten million because a run has thousands of rows.
     */
    public static final double SIGNIFICANCE = 1e-7;

    /** The number of successive rows without the condition that end an episode. */
    public static final int REARM_ROWS = 2;

    private static final int SUSTAINED_ROWS = 2;

    private final Map<Kind, Double> thresholds;
    private final int window;

    private AlarmRules(Map<Kind, Double> thresholds, int window) {
        Slope.checkWindow(window);
        thresholds.forEach((kind, threshold) -> {
            if (!(threshold > 0) || threshold.isInfinite()) {
                throw new IllegalArgumentException(
                        "the threshold of " + kind.label() + " must be a positive number, not " + threshold);
            }
        });
        this.thresholds = thresholds;
        this.window = window;
    }

    /**
     * Creates rules for selected alarms.
     *
     * @param thresholds a positive threshold for each alarm to watch
     * @param window of the slopes, in rows
     * @return the rules
     * @throws IllegalArgumentException if a threshold is not positive or the window is too short
     */
    public static AlarmRules of(Map<Kind, Double> thresholds, int window) {
        Map<Kind, Double> copy = new EnumMap<>(Kind.class);
        copy.putAll(thresholds);
        return new AlarmRules(copy, window);
    }

    /**
     * Creates rules for all alarms with their default thresholds.
     *
     * @param window of the slopes, in rows
     * @return the rules
     * @throws IllegalArgumentException if the window is too short
     */
    public static AlarmRules all(int window) {
        Map<Kind, Double> thresholds = new EnumMap<>(Kind.class);
        for (Kind kind : Kind.values()) {
            thresholds.put(kind, kind.defaultThreshold());
        }
        return new AlarmRules(thresholds, window);
    }

    /**
     * The alarms of a series.
     *
     * @param series the series with its baseline, if any; slopes are computed here
     * @return the alarms, unmodifiable, sorted by step
     */
    public List<Alarm> alarms(Series series) {
        List<Alarm> alarms = new ArrayList<>();
        for (String layer : series.layers()) {
            List<SeriesRow> usable = Series.usable(series.layer(layer));
            thresholds.forEach((kind, threshold) -> watch(layer, kind, threshold, usable, alarms));
        }
        alarms.sort((a, b) -> Long.compare(a.step(), b.step()));
        return List.copyOf(alarms);
    }

    private void watch(String layer, Kind kind, double threshold, List<SeriesRow> rows, List<Alarm> alarms) {
        boolean fired = false;
        int quiet = 0;
        for (int end = 1; end <= rows.size(); end++) {
            List<SeriesRow> upToHere = rows.subList(0, end);
            Optional<Finding> finding = switch (kind) {
                case BELOW_BASELINE -> belowBaseline(upToHere, threshold);
                case DECLINE -> decline(upToHere, threshold);
                case ACCELERATION -> acceleration(upToHere, threshold);
            };
            if (finding.isEmpty()) {
                quiet++;
                fired = fired && quiet < REARM_ROWS;
                continue;
            }
            quiet = 0;
            if (!fired) {
                fired = true;
                long step = rows.get(end - 1).step();
                alarms.add(new Alarm(
                        layer, kind, step, finding.get().value, threshold, finding.get().evidence));
            }
        }
    }

    /** The value and the evidence of a condition that holds. */
    private record Finding(double value, String evidence) {}

    private static Optional<Finding> belowBaseline(List<SeriesRow> rows, double threshold) {
        int found = 0;
        long first = 0;
        double last = 0;
        for (int i = rows.size() - 1; i >= 0 && found < SUSTAINED_ROWS; i--) {
            SeriesRow row = rows.get(i);
            Double deviation = row.deviation();
            if (deviation == null && i == rows.size() - 1) {
                return Optional.empty();
            }
            if (deviation != null) {
                if (!(deviation > threshold)) {
                    return Optional.empty();
                }
                last = found == 0 ? deviation : last;
                first = row.step();
                found++;
            }
        }
        if (found < SUSTAINED_ROWS) {
            return Optional.empty();
        }
        return Optional.of(new Finding(
                last,
                String.format(
                        Locale.ROOT,
                        "LAR has been below the baseline by more than %s since step %d, by %.4f here",
                        plain(threshold),
                        first,
                        last)));
    }

    private Optional<Finding> decline(List<SeriesRow> rows, double threshold) {
        return Slope.of(last(rows, window, 0))
                .filter(slope -> slope.perThousandSteps() < -threshold && slope.declineProbability() < SIGNIFICANCE)
                .map(slope -> new Finding(
                        slope.perThousandSteps(),
                        String.format(
                                Locale.ROOT,
                                "slope %.4f per 1000 steps over steps %d to %d, beyond -%s; t = %.1f with %d rows, p %s",
                                slope.perThousandSteps(),
                                slope.firstStep(),
                                slope.lastStep(),
                                plain(threshold),
                                Math.max(slope.tStatistic(), -LARGEST_T),
                                slope.points(),
                                probability(slope.declineProbability()))));
    }

    /** For larger t, the residuals consist of rounding errors. */
    private static final double LARGEST_T = 1e6;

    private Optional<Finding> acceleration(List<SeriesRow> rows, double threshold) {
        if (rows.size() - window < window / 2) {
            return Optional.empty();
        }
        Optional<Slope> earlier = Slope.of(last(rows, window, window));
        Optional<Slope> later = Slope.of(last(rows, window, 0));
        if (earlier.isEmpty() || later.isEmpty()) {
            return Optional.empty();
        }
        Slope.Change change = later.get().since(earlier.get());
        boolean steeper = earlier.get().perThousandSteps() < 0
                && change.perThousandSteps() < -threshold
                && change.steepeningProbability() < SIGNIFICANCE;
        if (!steeper) {
            return Optional.empty();
        }
        return Optional.of(new Finding(
                change.perThousandSteps(),
                String.format(
                        Locale.ROOT,
                        "slope went from %.4f (steps %d to %d) to %.4f per 1000 steps (steps %d to %d), by more than %s; p %s",
                        earlier.get().perThousandSteps(),
                        earlier.get().firstStep(),
                        earlier.get().lastStep(),
                        later.get().perThousandSteps(),
                        later.get().firstStep(),
                        later.get().lastStep(),
                        plain(threshold),
                        probability(change.steepeningProbability()))));
    }

    private static List<SeriesRow> last(List<SeriesRow> rows, int count, int before) {
        int end = rows.size() - before;
        return rows.subList(Math.max(0, end - count), end);
    }

    private static String plain(double threshold) {
        return Double.toString(threshold);
    }

    private static String probability(double p) {
        return p < 1e-15 ? "< 1e-15" : String.format(Locale.ROOT, "= %.1e", p);
    }
}
