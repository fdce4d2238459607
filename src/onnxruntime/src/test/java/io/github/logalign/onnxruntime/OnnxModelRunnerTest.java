package io.github.logalign.onnxruntime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtSession;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.matrix.Precision;
import io.github.logalign.probe.LayerProbe;
import io.github.logalign.score.ErrorBars;
import io.github.logalign.score.Glob;
import io.github.logalign.score.LayerScore;
import io.github.logalign.score.ModelRunner;
import io.github.logalign.score.Outcome;
import io.github.logalign.score.ScoreMethod;
import io.github.logalign.score.ScoreOptions;
import io.github.logalign.score.Selection;
import io.github.logalign.tensor.DataType;
import io.github.logalign.tensor.SafetensorsWriter;
import io.github.logalign.tensor.TensorFile;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.ServiceLoader;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real model, run over inputs from a file: the rows are what probes see of the same inputs. */
class OnnxModelRunnerTest {

    private static final int TEXTS = 10;
    private static final int LENGTH = 12;
    private static final long SEED = 3;

    @TempDir
    static Path folder;

    private static Path model;
    private static Path inputs;

    @BeforeAll
    static void write() throws Exception {
        model = MiniLm.copyTo(folder);
        inputs = folder.resolve("inputs.safetensors");
        Map<String, OnnxTensor> tensors = MiniLm.inputs(SEED, TEXTS, LENGTH);
        SafetensorsWriter writer = new SafetensorsWriter();
        for (Map.Entry<String, OnnxTensor> tensor : tensors.entrySet()) {
            ByteBuffer bytes = tensor.getValue().getByteBuffer();
            writer.add(tensor.getKey(), DataType.I64, new long[]{TEXTS, LENGTH}, MemorySegment.ofBuffer(bytes));
        }
        writer.write(inputs);
        tensors.values().forEach(OnnxTensor::close);
    }

    /** Counts steps. */
    private static final class Steps implements ModelRunner.Listener {

        private final AtomicLong expected = new AtomicLong();
        private final AtomicLong done = new AtomicLong();

        @Override
        public void begins(long batches) {
            expected.set(batches);
        }

        @Override
        public void batchIsDone() {
            done.incrementAndGet();
        }
    }

    private static ModelRunner.Request request(ScoreMethod method, List<Glob> include) {
        Selection selection = new Selection(null, null, List.of(), include, List.of(), List.of());
        return new ModelRunner.Request(selection, new ScoreOptions(method, Precision.DOUBLE), 4, 1);
    }

    private static List<LayerScore> score(ScoreMethod method, List<Glob> include, Steps steps) {
        try (TensorFile weights = TensorFile.open(model); TensorFile rows = TensorFile.open(inputs)) {
            return new OnnxModelRunner().score(weights, rows, request(method, include), steps);
        }
    }

    @Test
    void rowsAreWhatProbesSee() throws Exception {
        Steps steps = new Steps();
        List<LayerScore> rows = score(ScoreMethod.NORM, List.of(), steps);
        assertEquals(3, steps.expected.get());
        assertEquals(3, steps.done.get());
        Map<String, OnnxTensor> tensors = MiniLm.inputs(SEED, TEXTS, LENGTH);
        try (OrtSession.SessionOptions session = new OrtSession.SessionOptions();
                ProbedModel probed = ProbedModel.open(model, ProbedModelOptions.DEFAULT.withRequests(1), session)) {
            probed.run(tensors).close();
            assertEquals(probed.probes().stream().map(LayerProbe::layer).toList(),
                    rows.stream().map(LayerScore::layer).toList());
            for (int index = 0; index < rows.size(); index++) {
                Outcome.Scored scored = assertInstanceOf(Outcome.Scored.class, rows.get(index).outcome());
                assertEquals(probed.probes().get(index).snapshot().alignment().lar(), scored.lar(), 1e-6,
                        rows.get(index).layer());
            }
        } finally {
            tensors.values().forEach(OnnxTensor::close);
        }
    }

    @Test
    void methodsAgree() {
        List<Glob> some = List.of(Glob.of("encoder.layer.1.*"), Glob.of("pooler*"));
        List<LayerScore> norm = score(ScoreMethod.NORM, some, new Steps());
        List<LayerScore> svd = score(ScoreMethod.SVD, some, new Steps());
        assertEquals(7, norm.size());
        for (int index = 0; index < norm.size(); index++) {
            Outcome.Scored first = assertInstanceOf(Outcome.Scored.class, norm.get(index).outcome());
            Outcome.Scored second = assertInstanceOf(Outcome.Scored.class, svd.get(index).outcome());
            assertEquals(first.lar(), second.lar(), 1e-6, norm.get(index).layer());
            assertEquals(first.findings().tokens(), second.findings().tokens());
            assertTrue(second.findings().weight() != null && second.findings().inputs() != null);
            ErrorBars bars = Objects.requireNonNull(second.errorBars());
            assertEquals(TEXTS, bars.groups());
            assertEquals("sequences", bars.groupedBy());
            assertEquals(larStandardError(first), larStandardError(second), 1e-7);
            assertTrue(larStandardError(second) > 1e-5 && bars.lar() != null, bars::toString);
        }
    }

    private static double larStandardError(Outcome.Scored scored) {
        return Objects.requireNonNull(Objects.requireNonNull(scored.errorBars()).larStandardError());
    }

    @Test
    void badInputsAreRefusedInOneLine() throws IOException {
        Path lacking = folder.resolve("lacking.safetensors");
        new SafetensorsWriter().add("input_ids", DataType.I64, new long[]{1, 2}, MemorySegment.ofArray(new long[2]))
                .write(lacking);
        try (TensorFile weights = TensorFile.open(model); TensorFile rows = TensorFile.open(lacking)) {
            LogalignException missing = assertThrows(LogalignException.class, () -> new OnnxModelRunner().score(
                    weights, rows, request(ScoreMethod.NORM, List.of()), new Steps()));
            assertTrue(String.valueOf(missing.getMessage()).contains("there is no tensor"), missing.getMessage());
            LogalignException unwanted = assertThrows(LogalignException.class, () -> new OnnxModelRunner().score(
                    weights, rows, request(ScoreMethod.NORM, List.of(Glob.of("nothing"))), new Steps()));
            assertTrue(String.valueOf(unwanted.getMessage()).contains("no MatMul or Gemm layer is wanted"));
        }
    }

    @Test
    void theCommandFindsIt() {
        assertInstanceOf(OnnxModelRunner.class, ServiceLoader.load(ModelRunner.class).findFirst().orElseThrow());
    }
}
