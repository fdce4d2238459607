package io.github.logalign.score;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.SpectrumOptions;
import io.github.logalign.WeightSpectrum;
import io.github.logalign.matrix.Matrix;
import io.github.logalign.matrix.Precision;
import io.github.logalign.tensor.DataType;
import io.github.logalign.tensor.SafetensorsWriter;
import io.github.logalign.tensor.TensorFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A layer in 8-bit floats with scales of 128 x 128, as DeepSeek-V3 stores it, against the same layer in float32. */
class DecodedWeightsTest {

    private static final int TOKENS = 90;

    @TempDir
    Path folder;

    private final Random random = new Random(11);

    private Path quantised() {
        return folder.resolve("fp8.safetensors");
    }

    private Path plain() {
        return folder.resolve("float32.safetensors");
    }

    private Path inputs() {
        return folder.resolve("activations.safetensors");
    }

    /** Writes both forms; the float32 form is computed here. */
    private void write(int rows, int columns) {
        byte[] codes = new byte[rows * columns];
        int across = Math.ceilDiv(columns, 128);
        float[] scales = new float[Math.ceilDiv(rows, 128) * across];
        for (int index = 0; index < scales.length; index++) {
            scales[index] = (float) (1e-4 * Math.exp(random.nextGaussian()));
        }
        float[] numbers = new float[codes.length];
        for (int index = 0; index < codes.length; index++) {
            codes[index] = (byte) (random.nextInt(0x7F) | (random.nextInt(2) << 7));
            numbers[index] = e4m3(codes[index]) * scales[index / columns / 128 * across + index % columns / 128];
        }
        long[] shape = {rows, columns};
        new SafetensorsWriter()
                .add("model.layers.0.mlp.up_proj.weight", DataType.F8_E4M3, shape, MemorySegment.ofArray(codes))
                .add("model.layers.0.mlp.up_proj.weight_scale_inv",
                        new long[]{Math.ceilDiv(rows, 128), across}, scales)
                .write(quantised());
        new SafetensorsWriter().add("model.layers.0.mlp.up_proj.weight", shape, numbers).write(plain());
        double[] x = random.doubles(TOKENS * (long) columns, -1, 1).toArray();
        for (int index = 0; index < x.length; index++) {
            x[index] *= 1 + index % columns;
        }
        new SafetensorsWriter().add("model.layers.0.mlp.up_proj", new long[]{TOKENS, columns}, x).write(inputs());
    }

    private static float e4m3(byte code) {
        int exponent = code >> 3 & 15;
        double magnitude = exponent == 0
                ? (code & 7) * Math.pow(2, -9)
                : (8 + (code & 7)) * Math.pow(2, exponent - 10);
        return (float) (code < 0 ? -magnitude : magnitude);
    }

    private LayerScore score(Path weights, ScoreMethod method, Precision precision, Selection selection) {
        try (TensorFile w = TensorFile.open(weights);
                TensorFile x = TensorFile.open(inputs())) {
            List<LayerJob> jobs = Plan.of(w, x, selection).jobs();
            assertEquals(1, jobs.size());
            return new Scorer(new ScoreOptions(method, precision), Masks.NONE).score(jobs.getFirst()).row();
        }
    }

    private static double lar(LayerScore row) {
        assertEquals(Outcome.Status.OK, row.outcome().status(), () -> String.valueOf(row.reason()));
        return row.scored().orElseThrow().lar();
    }

    @ParameterizedTest
    @CsvSource({"SVD, DOUBLE, 300, 200", "GRAM, DOUBLE, 300, 200", "NORM, DOUBLE, 300, 200", "SVD, SINGLE, 300, 200",
        "GRAM, SINGLE, 300, 200", "NORM, SINGLE, 300, 200", "SVD, DOUBLE, 130, 260", "GRAM, DOUBLE, 130, 260",
        "NORM, DOUBLE, 130, 260", "NORM, DOUBLE, 256, 256"})
    void theScoreIsThatOfTheFloat32Form(ScoreMethod method, Precision precision, int rows, int columns) {
        write(rows, columns);
        double expected = lar(score(plain(), method, precision, Selection.ALL));
        double found = lar(score(quantised(), method, precision, Selection.ALL));
        assertEquals(expected, found, precision == Precision.DOUBLE ? 1e-13 : 1e-6);
        assertTrue(found > 0 && found < 1, String.valueOf(found));
    }

    @ParameterizedTest
    @CsvSource({"SVD", "GRAM", "NORM"})
    void transposedWeightsToo(ScoreMethod method) {
        write(200, 200);
        Selection transposed = TestModel.transposed("*");
        double expected = lar(score(plain(), method, Precision.DOUBLE, transposed));
        assertEquals(expected, lar(score(quantised(), method, Precision.DOUBLE, transposed)), 1e-13);
    }

    @Test
    void theSpectrumIsKeptLikeAnyOther() {
        write(140, 130);
        SpectrumStore store = new SpectrumStore(folder.resolve("kept"), true);
        try (TensorFile w = TensorFile.open(quantised()); Arena arena = Arena.ofConfined()) {
            Matrix matrix = w.matrix("model.layers.0.mlp.up_proj.weight");
            SpectrumOptions options = SpectrumOptions.DEFAULT;
            assertTrue(store.find(matrix, options, arena).isEmpty());
            store.keep(matrix, options, WeightSpectrum.of(matrix, options, arena));
            assertTrue(store.find(matrix, options, arena).isPresent());
            assertTrue(store.find(matrix.transposed(), options, arena).isEmpty());
        }
    }
}
