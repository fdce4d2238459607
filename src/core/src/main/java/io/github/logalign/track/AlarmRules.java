package io.github.logalign.track;

import io.github.logalign.score.Glob;
import io.github.logalign.score.LayerInfo;
import io.github.logalign.track.Alarm.Kind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The alarms to watch: heuristic ones with their thresholds and the window of their slopes, and those against a baseline,
 * with the rate of their false alarms.
 *
 * <p>The alarms at a row depend on that row, on earlier ones and on the baseline only, so following a run live and
 * analysing it afterwards give the same alarms. A heuristic alarm fires again only after its condition failed at
 * {@value #REARM_ROWS} successive rows; one of stated rate fires once.
 *
 * <p>Thread safety: immutable.
 */
public final class AlarmRules {

    /**
     * The upper bound on the probability that a heuristic fires at one row under independent Gaussian noise. It is as low
     * as one in ten million because a run has thousands of rows, and because noise is not independent.
     */
    public static final double SIGNIFICANCE = 1e-7;

    /** The number of successive rows without the condition that end an episode of a heuristic. */
    public static final int REARM_ROWS = 2;

    /** The rate of false alarms that is used where none is given. */
    public static final double DEFAULT_FALSE_ALARMS = 0.01;

    /** The smallest rate. */
    public static final double LEAST_FALSE_ALARMS = 1e-9;

    /** The largest rate. */
    public static final double MOST_FALSE_ALARMS = 0.5;

    private final Map<Kind, Double> thresholds;
    private final int window;
    private final List<Glob> watched;
    private final @Nullable BaselineAlarms rated;

    private AlarmRules(
            Map<Kind, Double> thresholds, int window, List<Glob> watched, @Nullable BaselineAlarms rated) {
        Slope.checkWindow(window);
        this.thresholds = thresholds;
        this.window = window;
        this.watched = watched;
        this.rated = rated;
    }

    /**
     * Creates rules for heuristic alarms on the layers that are watched by default: heads if there are any, otherwise all.
     *
     * @param thresholds a positive threshold for each alarm to watch
     * @param window of the slopes, in rows
     * @return the rules
     * @throws IllegalArgumentException if a threshold is not positive, a condition is not heuristic, or the window is too
     *     short
     */
    public static AlarmRules of(Map<Kind, Double> thresholds, int window) {
        Map<Kind, Double> copy = new EnumMap<>(Kind.class);
        thresholds.forEach((kind, threshold) -> {
            if (!kind.isHeuristic()) {
                throw new IllegalArgumentException(kind.label() + " needs a baseline");
            }
            if (!(threshold > 0) || threshold.isInfinite()) {
                throw new IllegalArgumentException(
                        "the threshold of " + kind.label() + " must be a positive number, not " + threshold);
            }
            copy.put(kind, threshold);
        });
        return new AlarmRules(copy, window, List.of(), null);
    }

    /**
     * Creates rules for all heuristic alarms with their default thresholds.
     *
     * @param window of the slopes, in rows
     * @return the rules
     * @throws IllegalArgumentException if the window is too short
     */
    public static AlarmRules heuristics(int window) {
        Map<Kind, Double> thresholds = new EnumMap<>(Kind.class);
        for (Kind kind : Kind.values()) {
            if (kind.isHeuristic()) {
                thresholds.put(kind, kind.defaultThreshold());
            }
        }
        return of(thresholds, window);
    }

    /**
     * These rules for other layers. To be called before {@link #against}.
     *
     * @param layers patterns of their names; none for heads if there are any, otherwise all
     * @return new rules
     * @throws IllegalStateException if there is a baseline already
     */
    public AlarmRules watching(List<Glob> layers) {
        if (rated != null) {
            throw new IllegalStateException("the layers to watch are chosen before the baseline");
        }
        return new AlarmRules(thresholds, window, List.copyOf(layers), null);
    }

    /**
     * These rules with alarms of stated rate as well, on the watched layers of a baseline.
     *
     * @param baseline what to compare with
     * @param falseAlarms the largest probability that a healthy run raises any of these alarms in its whole length, from
     *     {@value #LEAST_FALSE_ALARMS} to {@value #MOST_FALSE_ALARMS}
     * @param margins for each of the alarms to watch, what is no alarm yet: not negative
     * @return new rules
     * @throws IllegalArgumentException if the rate or a margin is out of range, or a condition is heuristic
     */
    public AlarmRules against(Baseline baseline, double falseAlarms, Map<Kind, Double> margins) {
        if (!(falseAlarms >= LEAST_FALSE_ALARMS && falseAlarms <= MOST_FALSE_ALARMS)) {
            throw new IllegalArgumentException("the rate of false alarms must be from " + LEAST_FALSE_ALARMS + " to "
                    + MOST_FALSE_ALARMS + ", not " + falseAlarms);
        }
        Map<Kind, Double> copy = new EnumMap<>(Kind.class);
        margins.forEach((kind, margin) -> {
            if (kind.isHeuristic()) {
                throw new IllegalArgumentException(kind.label() + " is heuristic and has no stated rate");
            }
            if (!(margin >= 0) || margin.isInfinite()) {
                throw new IllegalArgumentException(
                        "the threshold of " + kind.label() + " must not be negative: " + margin);
            }
            copy.put(kind, margin);
        });
        return new AlarmRules(thresholds, window, watched,
                new BaselineAlarms(baseline, falseAlarms, copy, watched(baseline.infos())));
    }

    /**
     * The alarms of a series.
     *
     * @param series the series, with deviations if the deviation is watched; slopes are computed here
     * @return the alarms, unmodifiable, sorted by step
     */
    public List<Alarm> alarms(Series series) {
        return evaluate(series).fired();
    }

    /**
     * The alarms of a series, and the evidence for those of stated rate that did not fire.
     *
     * @param series the series, with deviations if the deviation is watched; slopes are computed here
     * @return the alarms
     */
    public Alarms evaluate(Series series) {
        List<Alarm> fired = new ArrayList<>(new Heuristics(thresholds, window).find(series, watched(series)));
        List<Standing> standings = new ArrayList<>();
        if (rated != null) {
            rated.find(series, fired, standings);
        }
        fired.sort(Comparator.comparingLong(Alarm::step));
        return new Alarms(
                fired,
                rated == null ? null : (Double) rated.falseAlarms(),
                standings,
                rated == null ? Map.of() : rated.unwatched());
    }

    /**
     * The layers of a series that are watched.
     *
     * @param series any series
     * @return their names, in the order of the rows
     */
    public List<String> watched(Series series) {
        return watched(series.layers().stream()
                .map(layer -> series.layer(layer).getFirst().score().info())
                .toList());
    }

    private List<String> watched(List<LayerInfo> layers) {
        boolean heads = watched.isEmpty() && layers.stream().anyMatch(LayerInfo::isHead);
        return layers.stream()
                .filter(layer -> watched.isEmpty() ? !heads || layer.isHead() : watched.stream().anyMatch(layer::fits))
                .map(LayerInfo::layer)
                .toList();
    }
}
