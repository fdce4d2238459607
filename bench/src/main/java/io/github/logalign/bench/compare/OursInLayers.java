package io.github.logalign.bench.compare;

import io.github.logalign.WeightSpectrum;
import io.github.logalign.matrix.Matrix;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;

/** This library on many layers at a time: W is cut into so many, LAR is their sum's mean. */
record OursInLayers(int layers, int threads) implements Contestant {

    @Override
    public String version() {
        return "logalign";
    }

    @Override
    public Supplier<Answer> prepare(Input input) {
        long rows = input.w().rows() / layers;
        return () -> {
            try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
                List<Future<Double>> scores = new ArrayList<>();
                for (int layer = 0; layer < layers; layer++) {
                    Matrix w = input.w().rows(layer * rows, rows);
                    scores.add(pool.submit(() -> score(w, input.x())));
                }
                double sum = 0;
                for (Future<Double> score : scores) {
                    sum += score.get();
                }
                return new Answer(null, sum / layers);
            } catch (Exception failed) {
                throw new IllegalStateException(failed);
            }
        };
    }

    private static double score(Matrix w, Matrix x) {
        try (Arena arena = Arena.ofConfined()) {
            WeightSpectrum spectrum = WeightSpectrum.of(w, arena);
            return spectrum.alignment(spectrum.project(x)).lar();
        }
    }
}
