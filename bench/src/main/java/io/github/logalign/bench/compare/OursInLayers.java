package io.github.logalign.bench.compare;

import io.github.logalign.AlignmentOptions;
import io.github.logalign.AlignmentSums;
import io.github.logalign.SpectrumOptions;
import io.github.logalign.WeightSpectrum;
import io.github.logalign.matrix.Method;
import io.github.logalign.matrix.Precision;
import io.github.logalign.score.LayerInfo;
import io.github.logalign.score.LayerJob;
import io.github.logalign.score.LayerThreads;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * This library on many layers, whose threads are divided as the command divides them. The answer is the mean of the LARs.
 *
 * @param layers what is computed
 * @param method null for the norm form
 * @param threads how many
 */
record OursInLayers(Function<Input, List<ModelLayers>> layers, @Nullable Method method, Precision precision,
        int threads)
        implements
            Contestant {

    @Override
    public String version() {
        return "logalign";
    }

    @Override
    public Supplier<Answer> prepare(Input input) {
        List<ModelLayers> all = layers.apply(input);
        List<LayerJob> jobs = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            LayerInfo info = new LayerInfo(
                    String.valueOf(i), new LayerInfo.Source("memory", null), null, null, null, List.of());
            jobs.add(new LayerJob(info, null, null, null, null, null));
        }
        return () -> {
            try {
                List<Double> lars = LayerThreads.run(jobs, threads, job -> cost(layer(all, job)),
                        (job, share) -> lar(layer(all, job), share), () -> {});
                return new Answer(null, lars.stream().mapToDouble(lar -> lar).sum() / lars.size());
            } catch (InterruptedException interrupted) {
                throw new IllegalStateException(interrupted);
            }
        };
    }

    private static ModelLayers layer(List<ModelLayers> all, LayerJob job) {
        return all.get(Integer.parseInt(job.layer()));
    }

    private static double cost(ModelLayers layer) {
        double n = layer.w().columns();
        return (layer.w().rows() + layer.x().rows()) * n * n;
    }

    private double lar(ModelLayers layer, int share) {
        if (method == null) {
            AlignmentSums sums = AlignmentSums.of(layer.w(),
                    AlignmentOptions.DEFAULT.withPrecision(precision).withThreads(share));
            sums.add(layer.x());
            return sums.alignment().lar();
        }
        // As the command does it: to close a shared arena stops all threads for a moment.
        try (Arena arena = share == 1 ? Arena.ofConfined() : Arena.ofShared()) {
            WeightSpectrum spectrum = WeightSpectrum.of(layer.w(),
                    new SpectrumOptions(method, precision, true, share), arena);
            return spectrum.alignment(spectrum.project(layer.x())).lar();
        }
    }
}
