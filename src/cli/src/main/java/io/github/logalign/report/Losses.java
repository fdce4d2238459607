package io.github.logalign.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The losses among the metrics of a run.
 *
 * @param metrics all metrics
 * @param names the losses to show beside LAR, the validation loss first, at most {@value #MOST}
 * @param validation the name of the validation loss, or null
 */
record Losses(Metrics metrics, List<String> names, @Nullable String validation) {

    private static final int MOST = 4;

    /** A validation loss at its minimum. */
    record Minimum(String name, long step, double value) {}

    static Losses of(Metrics metrics) {
        Map<String, Integer> sizes = new LinkedHashMap<>();
        metrics.names().forEach(name -> sizes.put(name, metrics.curve(name).size()));
        String validation = MetricNames.validationLoss(sizes);
        List<String> others = metrics.names().stream().filter(MetricNames::isValidationLoss).toList();
        if (validation == null && !others.isEmpty()) {
            validation = others.getFirst();
        }
        String training = MetricNames.trainingLoss(sizes);
        Set<String> names = new LinkedHashSet<>();
        if (validation != null) {
            names.add(validation);
        }
        if (training != null) {
            names.add(training);
        }
        names.addAll(others);
        metrics.names().stream().filter(MetricNames::isLoss).forEach(names::add);
        return new Losses(metrics, new ArrayList<>(names).subList(0, Math.min(MOST, names.size())), validation);
    }

    /** Where the validation loss is smallest, first of equals; empty without one, or if it has a single value. */
    Optional<Minimum> minimum() {
        if (validation == null) {
            return Optional.empty();
        }
        NavigableMap<Long, Double> curve = metrics.curve(validation);
        return curve.size() < 2
                ? Optional.empty()
                : curve.entrySet().stream()
                        .min(Comparator.comparingDouble(Map.Entry::getValue))
                        .map(least -> new Minimum(validation, least.getKey(), least.getValue()));
    }
}
