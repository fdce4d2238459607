package io.github.logalign.micrometer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.AlignmentSums;
import io.github.logalign.SpectrumOptions;
import io.github.logalign.matrix.Matrix;
import io.github.logalign.probe.LayerProbe;
import io.github.logalign.probe.OutputsProbe;
import io.github.logalign.probe.ProbeOptions;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What a Prometheus server would read of probes. */
class ProbeMetricsTest {

    private static final int M = 8;
    private static final int N = 5;

    private final Random random = new Random(2);
    private final Matrix w = normal(M, N);

    private Matrix normal(int rows, int columns) {
        double[] values = new double[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextGaussian();
        }
        return Matrix.of(values, rows, columns);
    }

    private OutputsProbe probe(String layer) {
        return LayerProbe.ofOutputs(layer, AlignmentSums.of(w), ProbeOptions.DEFAULT.withSampling(1).withMaxTokens(20));
    }

    private static double value(String page, String series) {
        String line = page.lines().filter(each -> each.startsWith(series + " ")).findFirst()
                .orElseThrow(() -> new AssertionError("no " + series + " in\n" + page));
        return Double.parseDouble(line.substring(series.length() + 1));
    }

    @Test
    void thePageShowsWhatTheProbeKnows() {
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        OutputsProbe probe = probe("lm_head");
        Matrix x = normal(20, N);
        Matrix z = normal(20, M);
        probe.record(x, z, null);
        probe.record(normal(21, N), normal(21, M), null);
        new ProbeMetrics(List.of(probe, probe("other"))).bindTo(registry);
        AlignmentSums offline = AlignmentSums.of(w);
        offline.add(x, z, null);
        String page = registry.scrape();
        assertEquals(offline.alignment().lar(), value(page, "logalign_lar{layer=\"lm_head\"}"), 1e-12);
        assertEquals(offline.alignment().overlap(), value(page, "logalign_overlap{layer=\"lm_head\"}"), 1e-12);
        assertEquals(offline.alignment().effectiveDimension(),
                value(page, "logalign_effective_dimension{layer=\"lm_head\"}"), 1e-9);
        assertEquals(20, value(page, "logalign_window_tokens{layer=\"lm_head\"}"));
        assertEquals(20, value(page, "logalign_tokens_total{layer=\"lm_head\",outcome=\"recorded\"}"));
        assertEquals(21, value(page, "logalign_tokens_total{layer=\"lm_head\",outcome=\"dropped\"}"));
        assertEquals(1, value(page, "logalign_dropped_batches_total{layer=\"lm_head\"}"));
        assertTrue(Double.isNaN(value(page, "logalign_lar{layer=\"other\"}")));
        assertEquals(0, value(page, "logalign_window_tokens{layer=\"other\"}"));
    }

    @Test
    void factorisationsAreTimed() {
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        try (Arena arena = Arena.ofConfined()) {
            ProbeMetrics.spectrum(registry, "lm_head", w, SpectrumOptions.DEFAULT, arena);
        }
        String page = registry.scrape();
        assertEquals(1, value(page, "logalign_factorisation_seconds_count{layer=\"lm_head\",method=\"SVD\"}"));
        assertTrue(registry.get("logalign.factorisation").timer().totalTime(TimeUnit.NANOSECONDS) > 0);
    }

    @Test
    void layersAreBoundedAndDistinct() {
        OutputsProbe probe = probe("a");
        assertThrows(IllegalArgumentException.class, () -> new ProbeMetrics(List.of(probe, probe)));
        List<OutputsProbe> many = IntStream.range(0, 1001).mapToObj(i -> probe("" + i)).toList();
        assertThrows(IllegalArgumentException.class, () -> new ProbeMetrics(many));
        assertFalse(new PrometheusMeterRegistry(PrometheusConfig.DEFAULT).scrape().contains("logalign"));
    }
}
