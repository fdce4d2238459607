package io.github.logalign.track;

import io.github.logalign.score.LayerInfo;
import java.util.ArrayList;
import java.util.Collections;
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

    private final Map<String, TokenErrors> errors = new HashMap<>();
    private final List<LayerInfo> infos = new ArrayList<>();

    private final RunSamples samples = new RunSamples();

    private Baseline(Series series, List<LayerSample> ofRun) {
        samples.addAll(series.own(ofRun));
        for (String layer : series.layers()) {
            infos.add(series.layer(layer).getFirst().score().info());
            NavigableMap<Long, Double> values = new TreeMap<>();
            for (SeriesRow row : series.layer(layer)) {
                Double lar = row.usableLar();
                if (lar != null) {
                    values.put(row.step(), lar);
                }
            }
            byLayer.put(layer, values);
            errors.put(layer, TokenErrors.of(series.layer(layer)));
        }
    }

    /**
     * Uses a series as the baseline. Rows without a usable LAR are left out.
     *
     * @param series the series of the reference run
     * @return the baseline
     */
    public static Baseline of(Series series) {
        return of(series, List.of());
    }

    /**
     * Uses a series as the baseline, and says how sure deviations from it are. Rows without a usable LAR are left out.
     *
     * @param series the series of the reference run
     * @param samples what comparisons need of its rows; those of other rows are left out
     * @return the baseline
     */
    public static Baseline of(Series series, List<LayerSample> samples) {
        return new Baseline(series, samples);
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
     * The baseline minus a row's LAR, with its error; empty where there is no baseline, or nothing says how sure it is. Between
     * two steps, both must say so.
     */
    Optional<LarDifference> minus(LayerSample own) {
        return samples.at(own.layer(), own.step())
                .filter(usual -> Optional.of(usual.lar()).equals(at(own.layer(), own.step())))
                .map(usual -> LarDifference.of(own, usual, false));
    }

    /** The LAR of a layer by step; empty for layers it does not have. */
    NavigableMap<Long, Double> values(String layer) {
        return Collections.unmodifiableNavigableMap(byLayer.getOrDefault(layer, new TreeMap<>()));
    }

    /** The standard errors of a layer; empty for layers it does not have. */
    TokenErrors errors(String layer) {
        return errors.getOrDefault(layer, TokenErrors.of(List.of()));
    }

    /** The layers, in the order of the rows. */
    List<LayerInfo> infos() {
        return Collections.unmodifiableList(infos);
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
