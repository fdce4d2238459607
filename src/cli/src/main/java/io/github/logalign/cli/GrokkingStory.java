package io.github.logalign.cli;

import io.github.logalign.Interval;
import io.github.logalign.report.Metrics;
import io.github.logalign.score.LayerColumns;
import io.github.logalign.track.Correlation;
import io.github.logalign.track.LarDifference;
import io.github.logalign.track.LayerSample;
import io.github.logalign.track.Series;
import io.github.logalign.track.SeriesRow;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Summarises a run of modular addition in a dozen lines. Every number comes from the files of the run. */
final class GrokkingStory {

    private static final double MEMORISED = 0.999;
    private static final double GENERALISED = 0.99;
    private static final double CHANCE = 0.02;

    private final Series series;
    private final String layer;
    private final Metrics metrics;
    private final List<LayerSample> samples;
    private final List<String> lines = new ArrayList<>();

    private GrokkingStory(Series series, Metrics metrics, List<LayerSample> samples) {
        this.samples = samples;
        this.series = series;
        this.layer = series.layers().isEmpty() ? "" : series.layers().getFirst();
        this.metrics = metrics;
    }

    /** The lines of the summary; events that did not happen are reported as such. */
    static List<String> of(Series series, Metrics metrics, List<LayerSample> samples) {
        GrokkingStory story = new GrokkingStory(series, metrics, samples);
        story.write();
        return story.lines;
    }

    private void write() {
        List<SeriesRow> rows = series.layer(layer);
        if (rows.isEmpty()) {
            lines.add("nothing could be scored");
            return;
        }
        lines.add("A network learns a + b modulo a prime from half of all pairs; the other half is its test.");
        lines.add("LAR is computed from its unembedding and the unembedding's inputs for the training pairs alone.");
        lines.add("");
        Long memorised = firstAtLeast("trainAccuracy", MEMORISED);
        Long generalised = firstAtLeast("testAccuracy", GENERALISED);
        long last = rows.getLast().step();
        lines.add(event("untrained", rows.getFirst().step()));
        lines.add(memorised == null ? "The network did not memorise its pairs." : event("memorised", memorised));
        lines.add(generalised == null ? "The network did not generalise." : event("generalised", generalised));
        lines.add(event("at the end", last));
        lines.add("");
        if (memorised != null && generalised != null) {
            rise(memorised, last);
            foreseen(memorised, generalised);
        }
        function(last);
    }

    /** Reports how far LAR rose since the pairs were memorised, and how sure that is. */
    private void rise(long memorised, long last) {
        LayerSample from = sample(memorised);
        LayerSample to = sample(last);
        if (from == null || to == null) {
            return;
        }
        LarDifference change = LarDifference.of(from, to, false);
        Interval interval = change.interval();
        if (interval != null) {
            lines.add(String.format(Locale.ROOT,
                    "Since memorising, LAR rose by %.3f +- %.3f (95 %% interval over %d groups of training pairs).",
                    change.difference(), interval.halfWidth(), to.groups()));
        }
    }

    private @Nullable LayerSample sample(long step) {
        return samples.stream().filter(each -> each.step() == step && each.layer().equals(layer)).findFirst()
                .orElse(null);
    }

    /** Reports whether LAR changed before the test accuracy did. */
    private void foreseen(long from, long to) {
        List<Double> lar = new ArrayList<>();
        List<Double> loss = new ArrayList<>();
        for (Map.Entry<Long, Double> entry : metrics.curve("testLoss").subMap(from, true, to, true).entrySet()) {
            Double value = lar(entry.getKey());
            if (value != null) {
                lar.add(value);
                loss.add(-entry.getValue());
            }
        }
        Correlation.spearman(array(lar), array(loss)).ifPresent(rho -> lines.add(String.format(Locale.ROOT,
                "From memorising to generalising, LAR rises as the test loss falls (rank correlation %.3f), without "
                        + "using test data.",
                rho)));
        long stillChance = metrics.curve("testAccuracy").entrySet().stream()
                .filter(entry -> entry.getKey() >= from && entry.getValue() <= CHANCE)
                .mapToLong(Map.Entry::getKey)
                .max()
                .orElse(from);
        Double before = lar(from);
        Double then = lar(stillChance);
        if (before != null && then != null && stillChance > from) {
            lines.add(
                    String.format(Locale.ROOT, "At step %d the test accuracy was still at chance level; LAR had "
                            + "changed by %+.3f.",
                            stillChance, then - before));
        }
    }

    private void function(long last) {
        Double dimension = metrics.curve("functionDimension").get(last);
        Double k = k(last);
        if (dimension != null && k != null && dimension > 0) {
            lines.add(String.format(Locale.ROOT,
                    "The learned function has %.0f dimensions, computed from all its answers; LAR gives k = %.1f, "
                            + "which is %.2f times that.",
                    dimension, k, k / dimension));
        }
    }

    private String event(String name, long step) {
        Double lar = lar(step);
        Double k = k(step);
        return String.format(Locale.ROOT, "%-11s  step %5d   train %5.1f %%   test %5.1f %%   LAR %s   k %s", name,
                step,
                100 * metrics.curve("trainAccuracy").getOrDefault(step, 0.0),
                100 * metrics.curve("testAccuracy").getOrDefault(step, 0.0),
                lar == null ? "undefined" : String.format(Locale.ROOT, "%.3f", lar),
                k == null ? "undefined" : String.format(Locale.ROOT, "%5.1f", k));
    }

    private @Nullable Double lar(long step) {
        return series.find(step, layer).map(SeriesRow::score).map(LayerColumns.LAR::get).orElse(null);
    }

    private @Nullable Double k(long step) {
        return series.find(step, layer).map(SeriesRow::score).map(LayerColumns.EFFECTIVE_DIMENSION::get).orElse(null);
    }

    private @Nullable Long firstAtLeast(String metric, double value) {
        NavigableMap<Long, Double> curve = metrics.curve(metric);
        Optional<Long> first = curve.entrySet().stream().filter(entry -> entry.getValue() >= value)
                .map(Map.Entry::getKey).findFirst();
        return first.orElse(null);
    }

    private static double[] array(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).toArray();
    }
}
