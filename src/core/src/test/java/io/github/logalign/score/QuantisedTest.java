package io.github.logalign.score;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.matrix.LogalignException;
import io.github.logalign.score.Outcome.Status;
import io.github.logalign.tensor.DataType;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Quantised weights with scales, under the names that the quantisation tools use. */
class QuantisedTest {

    @TempDir
    Path folder;

    private static Arguments scheme(String name, UnaryOperator<TestModel> parts) {
        return Arguments.of(name, parts);
    }

    static Stream<Arguments> schemes() {
        return Stream.of(
                scheme("GPTQ", model -> model.weight("q.qweight", DataType.I32, 2, 16)
                        .weight("q.qzeros", DataType.I32, 2, 2)
                        .weight("q.scales", 2, 16)
                        .weight("q.g_idx", DataType.I32, 16)),
                scheme("AWQ", model -> model.weight("q.qweight", DataType.I32, 16, 2)
                        .weight("q.qzeros", DataType.I32, 2, 2)
                        .weight("q.scales", 2, 16)),
                scheme("AWQ", model -> model.weight("q.qweight", DataType.I32, 16, 2)
                        .weight("q.scales", 2, 16)
                        .weight("q.g_idx", DataType.I32, 16)
                        .config("{\"quantization_config\": {\"quant_method\": \"awq\", \"bits\": 4}}")),
                scheme("bitsandbytes", model -> model.weight("q.weight", DataType.U8, 128, 1)
                        .weight("q.weight.absmax", 2, 2)
                        .weight("q.weight.quant_map", 16)
                        .weight("q.weight.quant_state.bitsandbytes__nf4", DataType.U8, 80)),
                scheme("bitsandbytes", model -> model.weight("q.weight", DataType.I8, 16, 16)
                        .weight("q.SCB", 16, 1)
                        .weight("q.weight_format", DataType.U8)),
                scheme("FP8", model -> model.weight("q.weight", DataType.F8_E4M3, 16, 16)
                        .config("{\"quantization_config\": {\"quant_method\": \"fp8\"}}")),
                scheme("compressed-tensors", model -> model.weight("q.weight_packed", DataType.I32, 16, 2)
                        .weight("q.weight_scale", 16, 2)
                        .weight("q.weight_shape", DataType.I64, 2)),
                scheme("NVFP4", model -> model.weight("q.weight_packed", DataType.U8, 16, 8)
                        .weight("q.weight_scale", DataType.F8_E4M3, 16, 1)
                        .weight("q.weight_global_scale", 1)),
                scheme("NVFP4", model -> model.weight("q.weight", DataType.U8, 16, 8)
                        .weight("q.weight_scale", DataType.F8_E4M3, 16, 1)
                        .weight("q.weight_scale_2", 1)),
                scheme("MXFP4", model -> model.weight("q_blocks", DataType.U8, 2, 16, 1, 8)
                        .weight("q_scales", DataType.U8, 2, 16, 1)),
                scheme("bitsandbytes", model -> model.weight("q.weight", DataType.I8, 16, 16)
                        .config("{\"quantization_config\": {\"quant_method\": \"bitsandbytes\"}}")));
    }

    @ParameterizedTest(name = "{0} {index}")
    @MethodSource("schemes")
    void aQuantisedLayerIsRefusedWithItsScheme(String name, UnaryOperator<TestModel> parts) {
        TestModel model = parts.apply(new TestModel(folder)).weight("a.weight", 6, 16).input("q", 12, 16).input("a", 9,
                16);
        List<LayerScore> rows = model.rows();
        assertEquals(2, rows.size());
        LayerScore row = TestModel.row(rows, "q");
        assertEquals(Status.SKIPPED, row.outcome().status());
        String reason = row.reason().orElse("");
        assertTrue(reason.contains("is quantised") && reason.contains(name), reason);
        assertTrue(reason.contains("from before quantisation"), reason);
        assertFalse(reason.contains("float32"), reason);
        assertEquals(Status.OK, TestModel.row(rows, "a").outcome().status());
    }

    @ParameterizedTest(name = "{0} {index}")
    @MethodSource("schemes")
    void spectraAreOfLayersAndNotOfScales(String name, UnaryOperator<TestModel> parts) {
        TestModel model = parts.apply(new TestModel(folder)).weight("a.weight", 6, 16);
        Plan plan = model.spectrumPlan(Selection.ALL);
        assertEquals(List.of("a"), plan.jobs().stream().map(LayerJob::layer).toList());
    }

    @Test
    void aFileOfQuantisedLayersOnlyGivesOneLine() {
        TestModel model = new TestModel(folder);
        for (int layer = 0; layer < 3; layer++) {
            model.weight(layer + ".qweight", DataType.I32, 2, 16)
                    .weight(layer + ".qzeros", DataType.I32, 2, 2)
                    .weight(layer + ".scales", 2, 16)
                    .weight(layer + ".g_idx", DataType.I32, 16);
        }
        String message = String.valueOf(
                assertThrows(LogalignException.class, () -> model.spectrumPlan(Selection.ALL)).getMessage());
        assertTrue(message.contains("3 layers are quantised by GPTQ"), message);
    }

    @Test
    void placeholdersOfZeroAreReportedWithTheRemedy() {
        TestModel model = new TestModel(folder).weight("a.weight", 0).weight("b.weight", 0).input("a", 12, 8);
        String reason = String.valueOf(model.rows().getFirst().reason());
        assertTrue(reason.contains("ZeRO-3") && reason.contains("zero_to_fp32.py"), reason);
        String message = String.valueOf(
                assertThrows(LogalignException.class, () -> model.spectrumPlan(Selection.ALL)).getMessage());
        assertTrue(message.contains("2 tensors are empty placeholders"), message);
    }

    @Test
    void aPatternMayNameAQuantisedLayer() {
        TestModel model = new TestModel(folder).weight("q.weight", DataType.F8_E4M3, 16, 16)
                .config("{\"quantization_config\": {\"quant_method\": \"fp8\"}}")
                .weight("a.weight", 6, 16);
        List<LayerJob> jobs = model.spectrumPlan(TestModel.include("q")).jobs();
        assertEquals(1, jobs.size());
        assertTrue(String.valueOf(jobs.getFirst().refusal()).contains("FP8"));
    }

    @Test
    void scalesOfStackedExpertsAreNoLayers() {
        TestModel model = new TestModel(folder).weight("mlp.experts.gate_up_proj", DataType.F8_E4M3, 2, 16, 32)
                .weight("mlp.experts.gate_up_proj_scale", 2, 1, 32);
        List<LayerJob> jobs = model.spectrumPlan(Selection.ALL).jobs();
        assertEquals(List.of("mlp.experts.gate_up_proj[0]", "mlp.experts.gate_up_proj[1]"),
                jobs.stream().map(LayerJob::layer).toList());
    }

    /** The scales are no layers. */
    @Test
    void anFp8LayerWithItsScalesIsALayerLikeAnyOther() {
        TestModel model = new TestModel(folder).weight("q.weight", DataType.F8_E4M3, 256, 256)
                .weight("q.weight_scale_inv", 2, 2)
                .weight("q.input_scale", 1, 1)
                .weight("a.weight", 6, 256);
        List<LayerJob> jobs = model.spectrumPlan(Selection.ALL).jobs();
        assertEquals(List.of("q", "a"), jobs.stream().map(LayerJob::layer).toList());
        assertTrue(jobs.stream().allMatch(job -> job.refusal() == null));
    }
}
