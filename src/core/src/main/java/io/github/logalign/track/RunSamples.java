package io.github.logalign.track;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What comparisons need of the rows of a run.
 *
 * <p>Thread safety: none.
 */
final class RunSamples {

    private final Map<String, NavigableMap<Long, LayerSample>> byLayer = new HashMap<>();

    /** Adds samples; they replace those of the same layers and steps. */
    void addAll(List<LayerSample> samples) {
        samples.forEach(this::add);
    }

    void add(LayerSample sample) {
        byLayer.computeIfAbsent(sample.layer(), layer -> new TreeMap<>()).put(sample.step(), sample);
    }

    /** Those of the rows of a series, in its order; what is of an earlier state of a row is left out. */
    List<LayerSample> of(Series series) {
        List<LayerSample> found = new ArrayList<>();
        series.rows().forEach(row -> of(row).ifPresent(found::add));
        return found;
    }

    /** That of a row; empty if it has none, or it is of an earlier state of the row. */
    Optional<LayerSample> of(SeriesRow row) {
        NavigableMap<Long, LayerSample> ofLayer = byLayer.get(row.layer());
        LayerSample sample = ofLayer == null ? null : ofLayer.get(row.step());
        Double lar = row.usableLar();
        return sample == null || lar == null || lar != sample.lar() ? Optional.empty() : Optional.of(sample);
    }

    /** That of a step, between its neighbours if necessary; empty outside their range. */
    Optional<LayerSample> at(String layer, long step) {
        NavigableMap<Long, LayerSample> ofLayer = byLayer.getOrDefault(layer, new TreeMap<>());
        Map.Entry<Long, LayerSample> below = ofLayer.floorEntry(step);
        Map.Entry<Long, LayerSample> above = ofLayer.ceilingEntry(step);
        return below == null || above == null
                ? Optional.empty()
                : Optional.of(LayerSample.between(below.getValue(), above.getValue(), step));
    }
}
