package io.github.logalign.cli;

import io.github.logalign.internal.io.Names;
import io.github.logalign.report.SpectrumCurves;
import io.github.logalign.score.Scorer;
import io.github.logalign.score.Spectra;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;

/**
 * Keeps the spectra of layers at a few steps spread over the run, for the report, which chooses among them. Memory is bounded regardless of
 * the length of the run.
 */
final class KeptSpectra {

    private static final int MAX_LAYERS = 256;
    private static final int MAX_STEPS = 9;

    private final NavigableMap<Long, Map<String, SpectrumCurves>> byStep = new TreeMap<>();
    private final NavigableMap<Long, Integer> arrivals = new TreeMap<>();
    private final Set<String> layers = new LinkedHashSet<>();
    private int stride = 1;
    private int arrived;

    /**
     * Keeps the spectra of a checkpoint. When there are too many, only every second, fourth, ... checkpoint and the
     * last one are kept.
     */
    void keep(long step, List<Scorer.Result> results) {
        for (Scorer.Result result : results) {
            Spectra spectra = result.spectra();
            String layer = result.row().layer();
            if (spectra != null && spectra.q() != null && (layers.contains(layer) || layers.size() < MAX_LAYERS)) {
                layers.add(layer);
                byStep.computeIfAbsent(step, newStep -> new LinkedHashMap<>()).put(layer, SpectrumCurves.of(spectra));
            }
        }
        arrivals.putIfAbsent(step, arrived++);
        thin();
        while (byStep.size() > MAX_STEPS) {
            stride *= 2;
            thin();
        }
        arrivals.keySet().retainAll(byStep.keySet());
    }

    private void thin() {
        if (byStep.isEmpty()) {
            return;
        }
        long first = byStep.firstKey();
        long last = byStep.lastKey();
        byStep.keySet().removeIf(
                step -> step != first && step != last && arrivals.getOrDefault(step, 0) % stride != 0);
    }

    boolean has(long step) {
        return byStep.containsKey(step);
    }

    /** The first, middle and last checkpoint. */
    NavigableMap<Long, Map<String, SpectrumCurves>> chosen() {
        NavigableMap<Long, Map<String, SpectrumCurves>> chosen = new TreeMap<>();
        if (byStep.isEmpty()) {
            return chosen;
        }
        long middle = byStep.firstKey() + (byStep.lastKey() - byStep.firstKey()) / 2;
        Long below = byStep.floorKey(middle);
        Long above = byStep.ceilingKey(middle);
        List<Long> steps = new ArrayList<>(List.of(byStep.firstKey(), byStep.lastKey()));
        if (below != null && above != null) {
            steps.add(middle - below <= above - middle ? below : above);
        }
        for (Long step : steps) {
            chosen.put(step, byStep.getOrDefault(step, Map.of()));
        }
        return chosen;
    }

    @Override
    public String toString() {
        return "spectra of " + layers.stream().map(Names::printable).toList() + " at " + byStep.keySet();
    }
}
