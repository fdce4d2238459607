package io.github.logalign.track;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A reference run to compare with, by layer and step. Values between two of its steps are interpolated linearly. There
 * is no extrapolation: outside its range the baseline has no value.
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
     * Uses a series as the baseline. Rows without a usable LAR are left out.
     *
     * @param series the series of the reference run
     * @return the baseline
     */
    public static Baseline of(Series series) {
        return new Baseline(series);
    }

    /**
     * The LAR of the baseline.
     *
     * @param layer a layer's name
     * @param step a step
     * @return LAR at that step, interpolated if necessary; empty outside the baseline's range and for layers it does
     *     not have
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
