package io.github.logalign.track;

import io.github.logalign.track.Alarm.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The heuristic alarms, whose rate of false alarms is unknown.
 *
 * <p>An alarm fires at the first row at which its condition holds. It fires again only after the condition failed at
 * {@link AlarmRules#REARM_ROWS} successive rows, so each episode gives one alarm.
 *
 * <p>Thread safety: immutable.
 */
final class Heuristics {

    private static final int SUSTAINED_ROWS = 2;

    private final Map<Kind, Double> thresholds;
    private final int window;

    Heuristics(Map<Kind, Double> thresholds, int window) {
        this.thresholds = thresholds;
        this.window = window;
    }

    /** The alarms of some layers of a series, in no order. */
    List<Alarm> find(Series series, List<String> layers) {
        List<Alarm> alarms = new ArrayList<>();
        for (String layer : layers) {
            List<SeriesRow> usable = Series.usable(series.layer(layer));
            thresholds.forEach((kind, threshold) -> watch(layer, kind, threshold, usable, alarms));
        }
        return alarms;
    }

    private void watch(String layer, Kind kind, double threshold, List<SeriesRow> rows, List<Alarm> alarms) {
        boolean fired = false;
        int quiet = 0;
        for (int end = 1; end <= rows.size(); end++) {
            List<SeriesRow> upToHere = rows.subList(0, end);
            Optional<Finding> finding = switch (kind) {
                case DEVIATION -> deviation(upToHere, threshold);
                case DECLINE -> decline(upToHere, threshold);
                case ACCELERATION -> acceleration(upToHere, threshold);
                case BELOW_BASELINE, FASTER_DECLINE -> throw new IllegalStateException(kind + " is no heuristic");
            };
            if (finding.isEmpty()) {
                quiet++;
                fired = fired && quiet < AlarmRules.REARM_ROWS;
                continue;
            }
            quiet = 0;
            if (!fired) {
                fired = true;
                long step = rows.get(end - 1).step();
                alarms.add(new Alarm(
                        layer, kind, step, finding.get().value, threshold, null, finding.get().evidence));
            }
        }
    }

    /** The value and the evidence of a condition that holds. */
    private record Finding(double value, String evidence) {}

    private static Optional<Finding> deviation(List<SeriesRow> rows, double threshold) {
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
                .filter(slope -> slope.perThousandSteps() < -threshold
                        && slope.declineProbability() < AlarmRules.SIGNIFICANCE)
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
                && change.steepeningProbability() < AlarmRules.SIGNIFICANCE;
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
