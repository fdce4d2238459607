package io.github.logalign.track;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Another run to compare with, by layer and step. Between two of its steps it is interpolated linearly; outside its range it
 * has no value, as any would be made up.
 *
 * <p>Thread safety: immutable.
 */
public final class Baseline {

    private final Map<String, NavigableMap<Long, Double>> byLayer = new HashMap<>();

    private Baseline(Series series) {
        for (String layer : series.layers()) {
            NavigableMap<Long, Double> values = new TreeMap<>();
            for (SeriesRow row : series.layer(layer)) {
                Double lar = row.usableLar();
                if (lar != null) {
                    values.put(row.step(), lar);
                }
            }
            byLayer.put(layer, values);
        }
    }

    /**
     * Takes a series as baseline. Rows whose LAR is not usable are left out.
     *
     * @param series the other run
     * @return the baseline
     */
    public static Baseline of(Series series) {
        return new Baseline(series);
    }

    /**
     * The baseline's LAR.
     *
     * @param layer a layer's name
     * @param step a step
     * @return LAR at that step, or between its neighbours; empty outside the baseline's range and for other layers
     */
    public Optional<Double> at(String layer, long step) {
        NavigableMap<Long, Double> values = byLayer.get(layer);
        return values == null ? Optional.empty() : Interpolation.at(values, step);
    }

    /**
     * The layers that have a baseline.
     *
     * @return their names, sorted
     */
    public List<String> layers() {
        return byLayer.keySet().stream().sorted().toList();
    }
}
