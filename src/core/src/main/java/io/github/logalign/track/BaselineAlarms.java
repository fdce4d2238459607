package io.github.logalign.track;

import io.github.logalign.track.Alarm.Kind;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;

/**
 * The alarms of stated rate. The rate is that of a healthy run raising any alarm in its whole length, over all layers and
 * conditions: each of them has an equal part of it, which holds however they depend on each other. The layers are those
 * of the baseline, so that their number is known before the run begins.
 *
 * <p>Thread safety: immutable.
 */
final class BaselineAlarms {

    private final Baseline baseline;
    private final double falseAlarms;
    private final Map<Kind, Double> margins;
    private final Map<String, BaselineNoise> noises = new LinkedHashMap<>();
    private final Map<String, String> unwatched = new LinkedHashMap<>();

    BaselineAlarms(Baseline baseline, double falseAlarms, Map<Kind, Double> margins, List<String> layers) {
        this.baseline = baseline;
        this.falseAlarms = falseAlarms;
        this.margins = margins;
        for (String layer : layers) {
            NavigableMap<Long, Double> values = baseline.values(layer);
            String lack = BaselineNoise.lack(values);
            if (lack == null) {
                noises.put(layer, BaselineNoise.of(values));
            } else {
                unwatched.put(layer, lack);
            }
        }
    }

    double falseAlarms() {
        return falseAlarms;
    }

    Map<String, String> unwatched() {
        return Map.copyOf(unwatched);
    }

    /** The e-value that an alarm needs: the inverse of its part of the rate. */
    private double needed(String layer, Kind kind) {
        boolean halved = kind == Kind.BELOW_BASELINE && !baseline.errors(layer).isEmpty();
        return (halved ? 2.0 : 1.0) * margins.size() * noises.size() / falseAlarms;
    }

    /** Adds the alarms of a series, and the evidence for all. */
    void find(Series series, List<Alarm> fired, List<Standing> standings) {
        noises.forEach((layer, noise) -> standings.addAll(
                find(layer, noise, Series.usable(series.layer(layer)), fired)));
    }

    private Collection<Standing> find(String layer, BaselineNoise noise, List<SeriesRow> rows, List<Alarm> fired) {
        LayerEvidence evidence = new LayerEvidence(noise, margins.getOrDefault(Kind.FASTER_DECLINE, 0.0));
        double allowed = margins.getOrDefault(Kind.BELOW_BASELINE, 0.0);
        double tail = 1 / needed(layer, Kind.BELOW_BASELINE);
        Map<Integer, Double> quantiles = new HashMap<>();
        Map<Kind, Standing> strongest = new LinkedHashMap<>();
        margins.keySet().forEach(kind -> strongest.put(kind, new Standing(layer, kind, 1, needed(layer, kind), 0)));
        List<Long> steps = new ArrayList<>();
        List<Double> deviations = new ArrayList<>();
        for (SeriesRow row : rows) {
            Optional<Double> usual = baseline.at(layer, row.step());
            Double lar = row.usableLar();
            if (usual.isEmpty() || lar == null) {
                continue;
            }
            double deviation = usual.get() - lar;
            LarDifference paired = usual.get().equals(row.baseline()) ? row.deviationError() : null;
            double margin = allowed + baseline.errors(layer).margin(row, paired, tail, quantiles);
            if (!evidence.add(row.step(), deviation, margin)) {
                continue;
            }
            steps.add(row.step());
            deviations.add(deviation);
            for (Map.Entry<Kind, Standing> each : strongest.entrySet()) {
                double eValue = each.getKey() == Kind.BELOW_BASELINE ? evidence.below() : evidence.faster();
                Standing old = each.getValue();
                if (eValue > old.eValue()) {
                    double needed = old.neededEValue();
                    each.setValue(new Standing(layer, each.getKey(), eValue, needed, row.step()));
                    if (old.eValue() < needed && eValue >= needed) {
                        fired.add(alarm(each.getValue(), steps, deviations));
                    }
                }
            }
        }
        return strongest.values();
    }

    private Alarm alarm(Standing standing, List<Long> steps, List<Double> deviations) {
        double margin = margins.getOrDefault(standing.kind(), 0.0);
        double smallestRate = falseAlarms * standing.neededEValue() / standing.eValue();
        String what;
        double value;
        if (standing.kind() == Kind.BELOW_BASELINE) {
            value = deviations.getLast();
            what = String.format(Locale.ROOT, "LAR is below the baseline by more than %s, by %.4f here", margin, value);
        } else {
            int from = Math.max(0, steps.size() - Slope.DEFAULT_WINDOW);
            Slope slope = Slope.fit(
                    steps.stream().skip(from).mapToLong(Long::longValue).toArray(),
                    deviations.stream().skip(from).mapToDouble(Double::doubleValue).toArray());
            value = -slope.perThousandSteps();
            what = String.format(
                    Locale.ROOT,
                    "LAR falls faster than the baseline by more than %s per 1000 steps, by %.4f over steps %d to %d",
                    margin, -value, slope.firstStep(), slope.lastStep());
        }
        String evidence = String.format(
                Locale.ROOT,
                "%s; e-value %.0f where %.0f is needed for a false alarm in %s of healthy runs (%s, %s); at a rate below"
                        + " %.2g it would not have fired yet",
                what, standing.eValue(), standing.neededEValue(), falseAlarms, count(noises.size(), "layer"),
                count(margins.size(), "condition"), smallestRate);
        return new Alarm(
                standing.layer(), standing.kind(), standing.step(), value, margin,
                new Alarm.Strength(standing.eValue(), standing.neededEValue(), falseAlarms, smallestRate), evidence);
    }

    private static String count(int number, String what) {
        return number + " " + what + (number == 1 ? "" : "s");
    }
}
