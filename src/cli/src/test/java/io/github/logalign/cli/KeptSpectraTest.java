package io.github.logalign.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.score.Outcome.Status;
import io.github.logalign.score.Scorer;
import io.github.logalign.score.Spectra;
import io.github.logalign.track.TestSeries;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Any layer may be the one that the report shows in the end, so the spectra of all are kept, at few steps. */
class KeptSpectraTest {

    @Test
    void everyLayerIsKeptAtTheFirstMiddleAndLastStep() {
        KeptSpectra kept = new KeptSpectra();
        double[] shares = IntStream.range(0, 2048).mapToDouble(i -> 1.0 / (i + 1)).toArray();
        Set<String> layers = IntStream.range(0, 20).mapToObj(i -> "layer." + i).collect(Collectors.toSet());
        List<Scorer.Result> results = layers.stream()
                .map(layer -> new Scorer.Result(TestSeries.score(layer, 0.6, Status.OK),
                        new Spectra(shares, shares, shares), null, null))
                .toList();
        for (long step = 0; step <= 4000; step += 100) {
            kept.keep(step, results);
        }
        assertEquals(Set.of(0L, 4000L), Set.of(kept.chosen().firstKey(), kept.chosen().lastKey()));
        assertEquals(3, kept.chosen().size());
        kept.chosen().values().forEach(atStep -> assertEquals(layers, atStep.keySet()));
        kept.chosen().values().forEach(atStep -> atStep.values().forEach(curves -> assertTrue(
                curves.weight()[0].length < 600, "points that make no visible difference are not kept")));
    }
}
