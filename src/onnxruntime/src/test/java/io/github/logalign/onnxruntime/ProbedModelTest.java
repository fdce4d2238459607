package io.github.logalign.onnxruntime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.github.logalign.AlignmentSums;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.matrix.Matrix;
import io.github.logalign.matrix.TokenMask;
import io.github.logalign.probe.LayerProbe;
import io.github.logalign.probe.ProbeSnapshot;
import io.github.logalign.tensor.LinearNode;
import io.github.logalign.tensor.TensorFile;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real model with probes: what they see is what the runtime computed. */
class ProbedModelTest {

    @TempDir
    static Path folder;

    private static Path model;

    @BeforeAll
    static void copy() throws IOException {
        model = MiniLm.copyTo(folder);
    }

    private static void close(Map<String, OnnxTensor> inputs) {
        inputs.values().forEach(OnnxTensor::close);
    }

    @Test
    void everyLinearLayerOfTheModelIsFound() {
        try (TensorFile file = TensorFile.open(model)) {
            List<LinearNode> nodes = file.linearNodes();
            assertEquals(36, nodes.stream().filter(node -> node.operator().equals("MatMul")).count());
            assertEquals(1, nodes.stream().filter(node -> node.operator().equals("Gemm")).count());
            for (int layer = 0; layer < 6; layer++) {
                String block = "encoder.layer." + layer + ".";
                for (String part : List.of("attention.self.query", "attention.self.key", "attention.self.value",
                        "attention.output.dense")) {
                    assertShape(file, nodes, block + part, 384, 384);
                }
                assertShape(file, nodes, block + "intermediate.dense", 1536, 384);
                assertShape(file, nodes, block + "output.dense", 384, 1536);
            }
            assertShape(file, nodes, "pooler.dense", 384, 384);
        }
    }

    private static void assertShape(TensorFile file, List<LinearNode> nodes, String layer, long m, long n) {
        LinearNode node = nodes.stream().filter(each -> each.layer().equals(layer)).findFirst().orElseThrow();
        Matrix stored = file.matrix(node.weight());
        Matrix w = node.isTransposed() ? stored.transposed() : stored;
        assertEquals(List.of(m, n), List.of(w.rows(), w.columns()), layer);
    }

    @Test
    void probesSeeWhatTheRuntimeComputed() throws OrtException {
        ProbedModelOptions options = ProbedModelOptions.DEFAULT.withRequests(1);
        Map<String, OnnxTensor> inputs = MiniLm.inputs(7, 5, 16);
        try (OrtSession.SessionOptions session = new OrtSession.SessionOptions();
                ProbedModel probed = ProbedModel.open(model, options, session);
                OrtSession plain = OrtEnvironment.getEnvironment().createSession(model.toString(), session);
                TensorFile file = TensorFile.open(model)) {
            try (OrtSession.Result expected = plain.run(inputs); OrtSession.Result found = probed.run(inputs)) {
                // Which operators are fused depends on the outputs that are wanted: a few last bits differ.
                assertArrayEquals(floats(expected, 0), floats(found, 0), 1e-4f);
            }
            Map<String, Matrix> values = computed(probed, inputs);
            TokenMask mask = Values.mask(Objects.requireNonNull(inputs.get("attention_mask")));
            for (int index = 0; index < probed.nodes().size(); index++) {
                LinearNode node = probed.nodes().get(index);
                LayerProbe probe = probed.probes().get(index);
                ProbeSnapshot snapshot = probe.snapshot();
                Matrix x = Objects.requireNonNull(values.get(node.input()));
                boolean masked = x.rows() == 80;
                // Of two requests, each with 6 padded tokens.
                assertEquals(2L * (masked ? 80 - 6 : 5), snapshot.tokens(), probe.layer());
                Matrix stored = file.matrix(node.weight());
                Matrix w = node.isTransposed() ? stored.transposed() : stored;
                double expected = lar(w, x, masked ? mask : null);
                // The runtime computes in float32.
                assertEquals(expected, snapshot.alignment().lar(), 1e-6, probe.layer());
                AlignmentSums fromInputs = AlignmentSums.of(w);
                fromInputs.add(x, masked ? mask : null);
                assertEquals(expected, fromInputs.alignment().lar(), 1e-9, probe.layer());
                if (node.bias() == null) {
                    AlignmentSums offline = AlignmentSums.of(w);
                    offline.add(x, Objects.requireNonNull(values.get(node.output())), masked ? mask : null);
                    assertEquals(offline.alignment().lar(), snapshot.alignment().lar(), 1e-12, probe.layer());
                }
            }
        } finally {
            close(inputs);
        }
    }

    /** From the definition, in plain loops: ||X W^T||^2 / (||W||^2 ||X||^2). */
    private static double lar(Matrix w, Matrix x, @Nullable TokenMask mask) {
        double ofW = 0;
        double ofX = 0;
        double ofZ = 0;
        int n = (int) w.columns();
        double[][] rows = new double[(int) w.rows()][n];
        for (int i = 0; i < rows.length; i++) {
            for (int j = 0; j < n; j++) {
                rows[i][j] = w.get(i, j);
                ofW += rows[i][j] * rows[i][j];
            }
        }
        double[] token = new double[n];
        for (long t = 0; t < x.rows(); t++) {
            if (mask != null && !mask.counts(t)) {
                continue;
            }
            for (int j = 0; j < n; j++) {
                token[j] = x.get(t, j);
                ofX += token[j] * token[j];
            }
            for (double[] row : rows) {
                double z = 0;
                for (int j = 0; j < n; j++) {
                    z += row[j] * token[j];
                }
                ofZ += z * z;
            }
        }
        return 1 + 0.5 * Math.log(ofZ / (ofW * ofX)) / Math.log(n);
    }

    /** All values of the graph that the probes watch, as a session gives them that was made by hand. */
    private static Map<String, Matrix> computed(ProbedModel probed, Map<String, OnnxTensor> inputs)
            throws OrtException {
        Set<String> names = new LinkedHashSet<>();
        for (LinearNode node : probed.nodes()) {
            names.add(node.input());
            names.add(node.output());
        }
        Map<String, Matrix> values = new HashMap<>();
        try (OrtSession.Result outputs = probed.run(inputs)) {
            for (String name : names) {
                OnnxTensor tensor = (OnnxTensor) outputs.get(name).orElseThrow();
                FloatBuffer copy = tensor.getFloatBuffer();
                float[] floats = new float[copy.remaining()];
                copy.get(floats);
                long[] shape = tensor.getInfo().getShape();
                long columns = shape[shape.length - 1];
                values.put(name, Matrix.of(floats, floats.length / columns, columns));
            }
        }
        // That run was recorded as well: the same tokens twice, which is the same LAR.
        return values;
    }

    private static float[] floats(OrtSession.Result result, int index) throws OrtException {
        FloatBuffer copy = ((OnnxTensor) result.get(index)).getFloatBuffer();
        float[] floats = new float[copy.remaining()];
        copy.get(floats);
        return floats;
    }

    @Test
    void aRequestOfTooManyTokensRunsUnwatched() throws OrtException {
        ProbedModelOptions options = ProbedModelOptions.DEFAULT.withRequests(1);
        Map<String, OnnxTensor> inputs = MiniLm.inputs(1, 2, 8);
        try (OrtSession.SessionOptions session = new OrtSession.SessionOptions();
                ProbedModel all = ProbedModel.open(model, options.withProbe(options.probe().withMaxTokens(16)),
                        session);
                ProbedModel none = ProbedModel.open(model, options.withProbe(options.probe().withMaxTokens(15)),
                        session);
                OrtSession.Result watched = all.run(inputs);
                OrtSession.Result unwatched = none.run(inputs)) {
            assertTrue(watched.size() > unwatched.size());
            assertTrue(all.probes().getFirst().snapshot().tokens() > 0);
            assertEquals(0, none.probes().getFirst().snapshot().counts().offered());
        } finally {
            close(inputs);
        }
    }

    @Test
    void requestsAreDrawn() throws OrtException {
        ProbedModelOptions options = ProbedModelOptions.DEFAULT.withRequests(0.25)
                .withLayers(node -> node.layer().equals("encoder.layer.0.output.dense"));
        Map<String, OnnxTensor> inputs = MiniLm.inputs(1, 1, 8);
        try (OrtSession.SessionOptions session = new OrtSession.SessionOptions();
                ProbedModel probed = ProbedModel.open(model, options, session)) {
            for (int request = 0; request < 200; request++) {
                probed.run(inputs).close();
            }
            assertEquals(1, probed.probes().size());
            double watched = probed.probes().getFirst().snapshot().tokens() / 8.0;
            assertEquals(50, watched, 30);
        } finally {
            close(inputs);
        }
    }

    @Test
    void whatIsNoModelIsRefusedInOneLine() throws Exception {
        Path text = Files.writeString(folder.resolve("text.onnx"), "no model");
        try (OrtSession.SessionOptions session = new OrtSession.SessionOptions()) {
            assertThrows(LogalignException.class, () -> ProbedModel.open(text, ProbedModelOptions.DEFAULT, session));
            LogalignException none = assertThrows(LogalignException.class, () -> ProbedModel.open(
                    model, ProbedModelOptions.DEFAULT.withLayers(node -> false), session));
            assertTrue(String.valueOf(none.getMessage()).contains("no MatMul or Gemm node that is wanted"));
        }
    }
}
