package io.github.logalign.experiments;

import io.github.logalign.report.Metrics;
import io.github.logalign.report.SampleFile;
import io.github.logalign.report.SeriesFile;
import io.github.logalign.track.Baseline;
import io.github.logalign.track.LayerSample;
import io.github.logalign.track.Series;
import io.github.logalign.track.SeriesRow;
import io.github.logalign.track.Slope;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * A finished run: what track wrote about its checkpoints, and the metrics of its training.
 *
 * @param seed the seed
 * @param series the rows with slopes, without a baseline
 * @param samples what comparisons need of the rows
 * @param metrics losses and accuracies over the steps
 */
record LabRun(int seed, Series series, List<LayerSample> samples, Metrics metrics) {

    /** The layer that the trainers record. */
    static final String LAYER = "unembed";

    /** The rise above its minimum, as a share, that makes a validation loss a rising one. */
    private static final double RISE = 0.01;

    /**
     * Reads a run.
     *
     * @param series the file that track wrote
     * @param metrics the log of the run
     */
    static LabRun read(int seed, Path series, Path metrics) {
        return of(seed, SeriesFile.read(series), SampleFile.read(SampleFile.beside(series)), Metrics.read(metrics));
    }

    static LabRun of(int seed, Series series, List<LayerSample> samples, Metrics metrics) {
        return new LabRun(seed, series.withBaseline(null).withSlopes(Slope.DEFAULT_WINDOW), samples, metrics);
    }

    /** This run as a baseline. */
    Baseline asBaseline() {
        return Baseline.of(series, samples);
    }

    /** LAR by step. */
    NavigableMap<Long, Double> lar() {
        NavigableMap<Long, Double> lar = new TreeMap<>();
        for (SeriesRow row : series.layer(LAYER)) {
            lar.put(row.step(),
                    Objects.requireNonNull(row.usableLar(), () -> "seed " + seed + " has no LAR at a step"));
        }
        return lar;
    }

    double lar(long step) {
        return Objects.requireNonNull(lar().get(step), () -> "seed " + seed + " has no checkpoint at step " + step);
    }

    /** The effective dimension. */
    double k(long step) {
        return series.find(step, LAYER).orElseThrow().score().scored().orElseThrow().effectiveDimension();
    }

    double metric(String name, long step) {
        return Objects.requireNonNull(metrics.curve(name).get(step), name);
    }

    /** The last step. */
    long last() {
        return lar().lastKey();
    }

    /** The slope per 1000 steps over the window that ends at a step; empty before the third checkpoint. */
    Optional<Double> slope(long step) {
        return series.find(step, LAYER).map(SeriesRow::slope);
    }

    /** The step at which a loss is lowest; of equal ones the first. */
    long minimum(String loss) {
        return metrics.curve(loss).entrySet().stream().min(Map.Entry.comparingByValue()).orElseThrow().getKey();
    }

    /** The first step after the minimum at which a loss is 1 % above it; empty if there is none. */
    OptionalLong risen(String loss) {
        long minimum = minimum(loss);
        double limit = (1 + RISE) * metric(loss, minimum);
        return metrics.curve(loss).tailMap(minimum, false).entrySet().stream()
                .filter(entry -> entry.getValue() >= limit)
                .mapToLong(Map.Entry::getKey)
                .findFirst();
    }

    /** The first step at which a metric reaches a value; empty if there is none. */
    OptionalLong reached(String name, double atLeast) {
        return metrics.curve(name).entrySet().stream()
                .filter(entry -> entry.getValue() >= atLeast)
                .mapToLong(Map.Entry::getKey)
                .findFirst();
    }
}
