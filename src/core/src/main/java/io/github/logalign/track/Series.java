package io.github.logalign.track;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a run: layers over training steps, sorted by step and, within a step, by the order in which the layers
 * first appeared. Steps may be unevenly spaced, and a layer may be missing at some steps.
 *
 * <p>Thread safety: immutable.
 */
public final class Series {

    /** The series without rows. */
    public static final Series EMPTY = new Series(List.of());

    private final List<SeriesRow> rows;
    private final Map<String, List<SeriesRow>> byLayer;

    private Series(List<SeriesRow> sorted) {
        this.rows = List.copyOf(sorted);
        Map<String, List<SeriesRow>> grouped = new LinkedHashMap<>();
        for (SeriesRow row : rows) {
            grouped.computeIfAbsent(row.layer(), layer -> new ArrayList<>()).add(row);
        }
        this.byLayer = grouped;
    }

    /**
     * Creates a series.
     *
     * @param rows the rows, in any order
     * @return the series
     * @throws IllegalArgumentException if two rows have the same step and layer
     */
    public static Series of(Collection<SeriesRow> rows) {
        Map<String, Integer> order = new HashMap<>();
        for (SeriesRow row : rows) {
            order.putIfAbsent(row.layer(), order.size());
        }
        List<SeriesRow> sorted = new ArrayList<>(rows);
        sorted.sort(Comparator.comparingLong(SeriesRow::step)
                .thenComparingInt(row -> order.getOrDefault(row.layer(), 0)));
        for (int i = 1; i < sorted.size(); i++) {
            SeriesRow row = sorted.get(i);
            if (row.step() == sorted.get(i - 1).step() && row.layer().equals(sorted.get(i - 1).layer())) {
                throw new IllegalArgumentException("two rows have step " + row.step() + " and the same layer");
            }
        }
        return new Series(sorted);
    }

    /**
     * All rows.
     *
     * @return the rows, unmodifiable, sorted by step and layer
     */
    public List<SeriesRow> rows() {
        return rows;
    }

    /**
     * The layers.
     *
     * @return the names, unmodifiable, in the order of the rows, without {@link SeriesRow#EVERY_LAYER}
     */
    public List<String> layers() {
        return byLayer.keySet().stream()
                .filter(layer -> !layer.equals(SeriesRow.EVERY_LAYER))
                .toList();
    }

    /**
     * The rows of a layer.
     *
     * @param layer its name
     * @return the rows, unmodifiable, sorted by step; empty if there is no such layer
     */
    public List<SeriesRow> layer(String layer) {
        return List.copyOf(byLayer.getOrDefault(layer, List.of()));
    }

    /**
     * The row of a layer at a step.
     *
     * @param step the step
     * @param layer the layer
     * @return the row, empty if there is none
     */
    public Optional<SeriesRow> find(long step, String layer) {
        return byLayer.getOrDefault(layer, List.of()).stream()
                .filter(row -> row.step() == step)
                .findFirst();
    }

    /**
     * The samples that are of these rows.
     *
     * @param samples any samples, such as a file holds
     * @return those whose layer, step and LAR a row has, in the order of the rows
     */
    public List<LayerSample> own(List<LayerSample> samples) {
        RunSamples known = new RunSamples();
        known.addAll(samples);
        return known.of(this);
    }

    /**
     * A subset of the rows, with the baseline and slope values that were derived from all rows.
     *
     * @param shown selects the rows
     * @return a series of those rows
     */
    public Series where(Predicate<SeriesRow> shown) {
        return new Series(rows.stream().filter(shown).toList());
    }

    /**
     * This series with the baseline and the deviation at every row for which the baseline has a value. No deviation has an
     * interval.
     *
     * @param baseline the baseline, or null to remove it
     * @return a new series
     */
    public Series withBaseline(@Nullable Baseline baseline) {
        return withBaseline(baseline, List.of());
    }

    /**
     * This series with the baseline and the deviation at every row for which the baseline has a value.
     *
     * @param baseline the baseline, or null to remove it
     * @param samples what comparisons need of these rows; a row without one has no interval of its deviation
     * @return a new series
     */
    public Series withBaseline(@Nullable Baseline baseline, List<LayerSample> samples) {
        RunSamples own = new RunSamples();
        own.addAll(samples);
        return withBaseline(baseline, own);
    }

    Series withBaseline(@Nullable Baseline baseline, RunSamples own) {
        List<SeriesRow> all = new ArrayList<>(rows.size());
        for (SeriesRow row : rows) {
            all.add(baseline == null
                    ? row.withBaseline(null, null)
                    : row.withBaseline(baseline.at(row.layer(), row.step()).orElse(null),
                            own.of(row).flatMap(baseline::minus).orElse(null)));
        }
        return new Series(all);
    }

    /**
     * This series with the slope at every row whose LAR is usable, fitted to that layer's usable rows up to and
     * including it.
     *
     * @param window the largest number of rows to fit, at least {@link Slope#MIN_POINTS}; near the start all rows there
     *     are
     * @return a new series
     * @throws IllegalArgumentException if the window is too short
     */
    public Series withSlopes(int window) {
        Slope.checkWindow(window);
        IdentityHashMap<SeriesRow, Double> slopes = new IdentityHashMap<>();
        for (List<SeriesRow> ofLayer : byLayer.values()) {
            List<SeriesRow> usable = usable(ofLayer);
            for (int end = 1; end <= usable.size(); end++) {
                SeriesRow row = usable.get(end - 1);
                Slope.of(usable.subList(Math.max(0, end - window), end))
                        .ifPresent(slope -> slopes.put(row, slope.perThousandSteps()));
            }
        }
        return new Series(rows.stream().map(row -> row.withSlope(slopes.get(row))).toList());
    }

    static List<SeriesRow> usable(List<SeriesRow> rows) {
        return rows.stream().filter(row -> row.usableLar() != null).toList();
    }
}
