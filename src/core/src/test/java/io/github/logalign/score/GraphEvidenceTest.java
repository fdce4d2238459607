package io.github.logalign.score;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.AlignmentSums;
import io.github.logalign.matrix.Matrix;
import io.github.logalign.matrix.Precision;
import io.github.logalign.tensor.OnnxBytes;
import io.github.logalign.tensor.OnnxBytes.Message;
import io.github.logalign.tensor.SafetensorsWriter;
import io.github.logalign.tensor.TensorFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Weights of models in ONNX, whose graphs say how they are stored and what their layers are called. */
class GraphEvidenceTest {

    private static final int N = 6;

    @TempDir
    Path folder;

    private final Random random = new Random(4);
    private final float[] square = normal(N * N);
    private final float[] inputs = normal(9 * N);

    private float[] normal(int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    private static Message weight(String name, float[] values) {
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return OnnxBytes.tensor(name, OnnxBytes.FLOAT, bytes.array(), N, N);
    }

    private List<LayerScore> rows(Message graph, String... activations) throws IOException {
        Path model = Files.write(folder.resolve("model.onnx"), OnnxBytes.model(graph));
        SafetensorsWriter dump = new SafetensorsWriter();
        for (String name : activations) {
            dump.add(name, new long[]{9, N}, inputs);
        }
        Path dumped = folder.resolve("dump.safetensors");
        dump.write(dumped);
        try (TensorFile weights = TensorFile.open(model); TensorFile x = TensorFile.open(dumped)) {
            Plan plan = Plan.of(weights, x, Selection.ALL);
            Scorer scorer = new Scorer(new ScoreOptions(ScoreMethod.NORM, Precision.DOUBLE), Masks.NONE);
            return plan.jobs().stream().map(job -> scorer.score(job).row()).toList();
        }
    }

    private double lar(boolean transposed) {
        Matrix stored = Matrix.of(square, N, N);
        AlignmentSums sums = AlignmentSums.of(transposed ? stored.transposed() : stored);
        sums.add(Matrix.of(inputs, 9, N));
        return sums.alignment().lar();
    }

    private static void assertRow(LayerScore row, StoredOrientation stored, double lar) {
        Outcome.Scored scored = assertInstanceOf(Outcome.Scored.class, row.outcome(), row.layer());
        assertEquals(lar, scored.lar(), 1e-12, row.layer());
        LayerInfo.Storage storage = Objects.requireNonNull(row.info().storage());
        assertEquals(stored, storage.orientation());
        assertTrue(storage.reason().contains("the model's graph"), storage.reason());
    }

    @Test
    void squareWeightsAreUsedAsTheGraphUsesThem() throws IOException {
        Message graph = new Message()
                .message(1, OnnxBytes.node("MatMul", "/block/fc/MatMul", "y", "x", "onnx::MatMul_7"))
                .message(1, OnnxBytes.node("Gemm", "", "z", "y", "head.weight").message(5, OnnxBytes.flag("transB", 1)))
                .message(5, weight("onnx::MatMul_7", square))
                .message(5, weight("head.weight", square));
        List<LayerScore> rows = rows(graph, "block.fc", "head");
        assertEquals(List.of("block.fc", "head"), rows.stream().map(LayerScore::layer).sorted().toList());
        for (LayerScore row : rows) {
            boolean transposed = row.layer().equals("block.fc");
            assertRow(row, transposed ? StoredOrientation.INPUT_OUTPUT : StoredOrientation.OUTPUT_INPUT,
                    lar(transposed));
        }
    }

    @Test
    void aNameThatWouldBeOfTwoWeightsIsNoName() throws IOException {
        Message graph = new Message()
                .message(1, OnnxBytes.node("MatMul", "/fc/MatMul", "y", "x", "onnx::MatMul_1"))
                .message(1, OnnxBytes.node("MatMul", "/fc/MatMul_1", "z", "y", "onnx::MatMul_2"))
                .message(5, weight("onnx::MatMul_1", square))
                .message(5, weight("onnx::MatMul_2", normal(N * N)));
        List<LayerScore> rows = rows(graph, "onnx::MatMul_1");
        assertEquals(List.of("onnx::MatMul_1"), rows.stream().map(LayerScore::layer).toList());
        assertRow(rows.getFirst(), StoredOrientation.INPUT_OUTPUT, lar(true));
    }
}
