package io.github.logalign.micrometer;

import io.github.logalign.Alignment;
import io.github.logalign.SpectrumOptions;
import io.github.logalign.WeightSpectrum;
import io.github.logalign.matrix.Matrix;
import io.github.logalign.probe.LayerProbe;
import io.github.logalign.probe.ProbeCounts;
import io.github.logalign.probe.ProbeSnapshot;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.lang.foreign.Arena;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

/**
 * The probes of a model's layers as meters, each tagged {@code layer}:
 *
 * <table>
 * <caption>Meters</caption>
 * <tr><th>name</th><th>kind</th><th>what</th></tr>
 * <tr><td>{@code logalign.lar}</td><td>gauge</td><td>LAR of the window; NaN while it is undefined</td></tr>
 * <tr><td>{@code logalign.overlap}</td><td>gauge</td><td>overlap of the window, 0 to 1; NaN while it is undefined</td></tr>
 * <tr><td>{@code logalign.effective.dimension}</td><td>gauge</td><td>k of the window; NaN while it is undefined</td></tr>
 * <tr><td>{@code logalign.window.tokens}</td><td>gauge</td><td>the tokens that these three stand for</td></tr>
 * <tr><td>{@code logalign.generation}</td><td>gauge</td><td>how often the weights have been replaced</td></tr>
 * <tr><td>{@code logalign.tokens}</td><td>counter</td><td>tokens by {@code outcome}: recorded, not_drawn, masked, dropped,
 * stale, rejected</td></tr>
 * <tr><td>{@code logalign.dropped.batches}</td><td>counter</td><td>batches that were dropped whole</td></tr>
 * <tr><td>{@code logalign.factorisation}</td><td>timer</td><td>time of {@link #spectrum}, also by {@code method}</td></tr>
 * </table>
 *
 * <p>A snapshot is taken at most once a second for each probe, however many meters are read. The number of layers is bounded,
 * since every layer is a tag.
 *
 * <p>Thread safety: any number of threads. The registry keeps the probes alive.
 */
public final class ProbeMetrics implements MeterBinder {

    private static final int MOST_LAYERS = 1000;
    private static final long FRESH_NANOS = Duration.ofSeconds(1).toNanos();

    private final List<Watched> probes = new ArrayList<>();

    /**
     * Meters for some probes.
     *
     * @param probes one for each layer, at most 1,000 of them
     * @throws IllegalArgumentException if there are more, or two of one layer
     */
    public ProbeMetrics(List<? extends LayerProbe> probes) {
        if (probes.size() > MOST_LAYERS) {
            throw new IllegalArgumentException(
                    "there are " + probes.size() + " probes, but at most " + MOST_LAYERS + " layers become tags");
        }
        Set<String> layers = new HashSet<>();
        for (LayerProbe probe : probes) {
            if (!layers.add(probe.layer())) {
                throw new IllegalArgumentException("two probes watch the layer '" + probe.layer() + "'");
            }
            this.probes.add(new Watched(probe));
        }
    }

    /** A probe, and what it showed last. */
    private static final class Watched {

        private final LayerProbe probe;
        private ProbeSnapshot latest;
        private long taken;

        Watched(LayerProbe probe) {
            this.probe = probe;
            this.latest = probe.snapshot();
            this.taken = System.nanoTime();
        }

        synchronized ProbeSnapshot snapshot() {
            if (System.nanoTime() - taken > FRESH_NANOS) {
                latest = probe.snapshot();
                taken = System.nanoTime();
            }
            return latest;
        }
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        for (Watched watched : probes) {
            Tags layer = Tags.of("layer", watched.probe.layer());
            gauge(registry, watched, layer, "logalign.lar", "Log-alignment ratio of the window",
                    alignment(Alignment::lar));
            gauge(registry, watched, layer, "logalign.overlap", "Overlap of the spectra",
                    alignment(Alignment::overlap));
            gauge(registry, watched, layer, "logalign.effective.dimension", "Effective dimension k",
                    alignment(Alignment::effectiveDimension));
            gauge(registry, watched, layer, "logalign.window.tokens", "Tokens in the window", ProbeSnapshot::tokens);
            gauge(registry, watched, layer, "logalign.generation", "How often the weights were replaced",
                    ProbeSnapshot::generation);
            tokens(registry, watched, layer, "recorded", ProbeCounts::recorded);
            tokens(registry, watched, layer, "not_drawn", ProbeCounts::notDrawn);
            tokens(registry, watched, layer, "masked", ProbeCounts::masked);
            tokens(registry, watched, layer, "dropped", ProbeCounts::dropped);
            tokens(registry, watched, layer, "stale", ProbeCounts::stale);
            tokens(registry, watched, layer, "rejected", ProbeCounts::rejected);
            FunctionCounter.builder("logalign.dropped.batches", watched,
                    probe -> probe.snapshot().counts().droppedBatches())
                    .description("Batches dropped whole")
                    .tags(layer)
                    .register(registry);
        }
    }

    private static ToDoubleFunction<ProbeSnapshot> alignment(ToDoubleFunction<Alignment> value) {
        return snapshot -> snapshot.alignment().isDefined()
                ? value.applyAsDouble(snapshot.alignment())
                : Double.NaN;
    }

    private static void gauge(MeterRegistry registry, Watched watched, Tags tags, String name, String description,
            ToDoubleFunction<ProbeSnapshot> value) {
        Gauge.builder(name, watched, probe -> value.applyAsDouble(probe.snapshot()))
                .description(description)
                .tags(tags)
                .strongReference(true)
                .register(registry);
    }

    private static void tokens(MeterRegistry registry, Watched watched, Tags tags, String outcome,
            ToLongFunction<ProbeCounts> count) {
        FunctionCounter.builder("logalign.tokens", watched, probe -> count.applyAsLong(probe.snapshot().counts()))
                .description("Tokens that the probe was offered")
                .tags(tags.and("outcome", outcome))
                .register(registry);
    }

    /**
     * Computes a weight spectrum, timed as {@code logalign.factorisation}.
     *
     * @param registry gets the time
     * @param layer the layer's name, which becomes a tag
     * @param w m x n
     * @param options method and precision
     * @param arena where the vectors are to live
     * @return as from {@link WeightSpectrum#of(Matrix, SpectrumOptions, Arena)}
     */
    public static WeightSpectrum spectrum(
            MeterRegistry registry, String layer, Matrix w, SpectrumOptions options, Arena arena) {
        Timer.Sample time = Timer.start(registry);
        WeightSpectrum spectrum = WeightSpectrum.of(w, options, arena);
        time.stop(Timer.builder("logalign.factorisation")
                .description("Time of a factorisation")
                .tags("layer", layer, "method", spectrum.method().name())
                .register(registry));
        return spectrum;
    }
}
