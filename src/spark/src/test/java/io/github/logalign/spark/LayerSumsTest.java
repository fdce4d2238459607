package io.github.logalign.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.ActivationSums;
import io.github.logalign.Alignment;
import io.github.logalign.AlignmentOptions;
import io.github.logalign.AlignmentSums;
import io.github.logalign.SpectrumOptions;
import io.github.logalign.WeightSpectrum;
import io.github.logalign.batch.BatchJob;
import io.github.logalign.batch.JobFiles;
import io.github.logalign.matrix.Matrix;
import io.github.logalign.tensor.SafetensorsWriter;
import io.github.logalign.tensor.TensorFile;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sums that tasks divide among themselves are those of all tokens together. */
class LayerSumsTest {

    private static final int M = 20;
    private static final int N = 16;
    private static final int FILES = 5;
    private static final int TOKENS = 30;

    private static SparkSession spark;

    @TempDir
    static Path folder;

    @BeforeAll
    static void begin() {
        spark = Sessions.local();
        Random random = new Random(3);
        double[] w = random.doubles(M * N, -1, 1).toArray();
        new SafetensorsWriter().add("w", new long[]{M, N}, w).write(weights());
        for (int file = 0; file < FILES; file++) {
            double[] x = random.doubles((long) (TOKENS + file) * N, -1, 1).toArray();
            new SafetensorsWriter().add("w", new long[]{TOKENS + file, N}, x).write(activations(file));
        }
    }

    @AfterAll
    static void end() {
        spark.stop();
    }

    private static Path weights() {
        return folder.resolve("w.safetensors");
    }

    private static Path activations(int file) {
        return folder.resolve("x" + file + ".safetensors");
    }

    private static BatchJob job(String prefix) {
        List<String> activations = new ArrayList<>();
        for (int file = 0; file < FILES; file++) {
            activations.add(prefix + activations(file));
        }
        return new BatchJob(1, JobFiles.of(prefix + weights()), "w", new JobFiles(activations, null), null, null, "",
                Map.of());
    }

    private static double lar(Alignment alignment) {
        return assertInstanceOf(Alignment.Defined.class, alignment).lar();
    }

    @Test
    void theNormFormIsThatOfAllTokens() {
        try (TensorFile weights = TensorFile.open(weights())) {
            AlignmentSums expected = AlignmentSums.of(weights.matrix("w"));
            for (int file = 0; file < FILES; file++) {
                try (TensorFile activations = TensorFile.open(activations(file))) {
                    expected.add(activations.matrix("w"));
                }
            }
            for (String prefix : List.of("", "store:")) {
                AlignmentSums sums = LayerSums.alignment(spark, job(prefix), AlignmentOptions.DEFAULT);
                assertEquals(expected.tokens(), sums.tokens());
                assertEquals(lar(expected.alignment()), lar(sums.alignment()), 1e-14);
            }
        }
    }

    @Test
    void theSpectrumIsThatOfAllTokens() {
        try (TensorFile weights = TensorFile.open(weights());
                Arena arena = Arena.ofConfined()) {
            Matrix w = weights.matrix("w");
            WeightSpectrum spectrum = WeightSpectrum.of(w, arena);
            ActivationSums expected = spectrum.accumulator();
            for (int file = 0; file < FILES; file++) {
                try (TensorFile activations = TensorFile.open(activations(file))) {
                    expected.add(activations.matrix("w"));
                }
            }
            ActivationSums sums = LayerSums.projections(spark, job(""), SpectrumOptions.DEFAULT);
            assertEquals(expected.spectrum().tokens(), sums.spectrum().tokens());
            assertEquals(lar(spectrum.alignment(expected.spectrum())), lar(spectrum.alignment(sums.spectrum())), 1e-14);
        }
    }

    @Test
    void aJobOfNoLayerIsRefused() {
        BatchJob other = new BatchJob(1, JobFiles.of(weights().toString()), "v", JobFiles.of(activations(0).toString()),
                null, null, "",
                Map.of());
        Exception refused = assertThrows(Exception.class,
                () -> LayerSums.alignment(spark, other, AlignmentOptions.DEFAULT));
        assertTrue(String.valueOf(refused.getMessage()).contains("'v'"), refused::getMessage);
    }
}
