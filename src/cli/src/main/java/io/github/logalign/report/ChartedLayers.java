package io.github.logalign.report;

import io.github.logalign.track.Alarm;
import io.github.logalign.track.Alarms;
import io.github.logalign.track.Series;
import io.github.logalign.track.SeriesRow;
import io.github.logalign.track.Standing;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The layers that get curves of their own.
 *
 * @param shown their names in natural order, at most {@value SvgChart#MAX_CURVES}
 * @param main the one of which the page speaks first; empty if there is none
 */
record ChartedLayers(List<String> shown, Optional<String> main) {

    /** Chooses the main layer, then those with alarms, then those whose LAR changed most. */
    static ChartedLayers of(Series series, Alarms alarms) {
        List<String> layers = series.layers().stream().sorted(NaturalOrder.INSTANCE).toList();
        Map<String, Double> changes = layers.stream()
                .collect(Collectors.toMap(layer -> layer, layer -> change(series.layer(layer))));
        Set<String> alarmed = alarms.fired().stream().map(Alarm::layer).collect(Collectors.toSet());
        Optional<String> main = main(series, layers, changes, alarms);
        Comparator<String> interest = Comparator
                .comparingInt(
                        (String layer) -> main.filter(layer::equals).isPresent() ? 0 : alarmed.contains(layer) ? 1 : 2)
                .thenComparing(changes::get, Comparator.reverseOrder());
        Set<String> chosen = layers.stream().sorted(interest).limit(SvgChart.MAX_CURVES).collect(Collectors.toSet());
        return new ChartedLayers(layers.stream().filter(chosen::contains).toList(), main);
    }

    /** The layer that is watched, or the head, or the first with an alarm, or the one whose LAR changed most. */
    private static Optional<String> main(
            Series series, List<String> layers, Map<String, Double> changes, Alarms alarms) {
        Stream<String> watched = alarms.standings().stream().map(Standing::layer);
        Stream<String> heads = layers.stream()
                .filter(layer -> series.layer(layer).getFirst().score().info().isHead());
        Stream<String> alarmed = alarms.fired().stream().map(Alarm::layer);
        Stream<String> changed = layers.stream().max(Comparator.comparing(changes::get)).stream();
        return Stream.of(watched, heads, alarmed, changed)
                .flatMap(candidates -> candidates)
                .filter(Set.copyOf(layers)::contains)
                .findFirst();
    }

    private static double change(List<SeriesRow> rows) {
        List<Double> values = rows.stream().map(SeriesRow::usableLar).flatMap(Stream::ofNullable).toList();
        return values.isEmpty() ? 0 : Math.abs(values.getLast() - values.getFirst());
    }
}
