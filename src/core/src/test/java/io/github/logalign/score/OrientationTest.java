package io.github.logalign.score;

import static io.github.logalign.score.TestModel.lar;
import static io.github.logalign.score.TestModel.row;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.score.Outcome.Status;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The orientation of weights follows from evidence that the row states, never from an unstated guess. */
class OrientationTest extends ModelFixture {

    private static final String ATTENTION = "transformer.h.0.attn.c_proj";

    /** GPT-2 as stored by Hugging Face: Conv1D weights are input x output, the embedding is vocabulary x n. */
    private TestModel gpt2() {
        return model.weight("transformer.wte.weight", 20, 8)
                .weight("transformer.h.0.attn.c_attn.weight", 8, 24)
                .weight(ATTENTION + ".weight", 8, 8)
                .weight("transformer.h.0.mlp.c_fc.weight", 8, 32)
                .weight("transformer.h.0.mlp.c_proj.weight", 32, 8)
                .input("transformer.h.0.attn.c_attn", 12, 8)
                .input(ATTENTION, 12, 8)
                .input("transformer.h.0.mlp.c_fc", 12, 8)
                .input("transformer.h.0.mlp.c_proj", 12, 32)
                .input("lm_head", 12, 8);
    }

    private void assertScored(LayerScore row, double[][] w, double[][] x, StoredOrientation orientation,
            String reason) {
        assertEquals(Status.OK, row.outcome().status(), row.reason().orElse(""));
        assertEquals(lar(w, x), row.scored().orElseThrow().lar(), 1e-12);
        assertEquals(orientation, TestModel.orientation(row));
        assertTrue(String.valueOf(row.info().storage()).contains(reason), String.valueOf(row.info().storage()));
    }

    private void assertTransposed(LayerScore row, String layer, String reason) {
        double[][] stored = model.w(layer + ".weight");
        assertScored(row, TestModel.transposed(stored), model.x(layer), StoredOrientation.INPUT_OUTPUT, reason);
        if (stored.length == stored[0].length) {
            assertNotEquals(lar(stored, model.x(layer)), row.scored().orElseThrow().lar(), 1e-3);
        }
    }

    private void assertAsStored(LayerScore row, String layer, String reason) {
        assertScored(row, model.w(layer + ".weight"), model.x(layer), StoredOrientation.OUTPUT_INPUT, reason);
    }

    private static void assertUnclear(LayerScore row) {
        assertEquals(Status.SKIPPED, row.outcome().status());
        assertNull(TestModel.orientation(row));
        String reason = row.reason().orElse("");
        assertTrue(reason.contains("--transposed GLOB") && reason.contains("--stored output-input"), reason);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"model_type\": \"gpt2\"}", "{\"architectures\": [\"GPT2LMHeadModel\"]}", "{}"})
    void everyLayerOfGpt2IsUsedTransposedEvenTheSquareOne(String config) {
        List<LayerScore> rows = gpt2().config(config).rows();
        for (String layer : List.of("attn.c_attn", "attn.c_proj", "mlp.c_fc", "mlp.c_proj")) {
            String reason = config.equals("{}") ? "of its block leads from 8 to" : "gpt2, whose c_";
            assertTransposed(row(rows, "transformer.h.0." + layer), "transformer.h.0." + layer, reason);
        }
        LayerScore head = row(rows, "lm_head");
        assertEquals(Status.OK, head.outcome().status());
        assertEquals(StoredOrientation.OUTPUT_INPUT, TestModel.orientation(head));
    }

    @ParameterizedTest
    @ValueSource(strings = {"_orig_mod", "_checkpoint_wrapped_module", "_fsdp_wrapped_module", "base_layer"})
    void aWrapperAfterTheNameOfALayerHidesNoEvidence(String wrapper) {
        String wrapped = ATTENTION + "." + wrapper;
        model.config("{\"model_type\": \"gpt2\"}").weight(wrapped + ".weight", 8, 8).input(ATTENTION, 12, 8);
        assertScored(model.rows().getFirst(), TestModel.transposed(model.w(wrapped + ".weight")), model.x(ATTENTION),
                StoredOrientation.INPUT_OUTPUT, "whose c_proj is Conv1D");
    }

    @Test
    void selectingOnlyTheSquareLayerHidesNoEvidence() {
        List<LayerScore> rows = gpt2().rows(TestModel.include("*" + ATTENTION));
        assertEquals(1, rows.size());
        assertTransposed(rows.getFirst(), ATTENTION, "c_attn");
    }

    @Test
    void linearLayersWithTheSameNamesAreUsedAsStored() {
        // nanoGPT uses the layer names of GPT-2, but its layers are Linear: output x input.
        List<LayerScore> rows = model.weight("transformer.h.0.attn.c_attn.weight", 24, 8)
                .weight(ATTENTION + ".weight", 8, 8)
                .input(ATTENTION, 12, 8)
                .rows();
        assertAsStored(row(rows, ATTENTION), ATTENTION, "c_attn of its block leads from 8 to 24");
    }

    @Test
    void aSquareLayerWithContradictoryEvidenceIsSkipped() {
        List<LayerScore> rows = model.weight("transformer.h.0.attn.c_attn.weight", 24, 8)
                .weight(ATTENTION + ".weight", 8, 8)
                .input(ATTENTION, 12, 8)
                .config("{\"model_type\": \"gpt2\"}")
                .rows();
        assertUnclear(row(rows, ATTENTION));
        assertTrue(String.valueOf(row(rows, ATTENTION).reason()).contains("contradictory"));
    }

    @ParameterizedTest
    @CsvSource({"gpt_oss, false", "llama4_text, false", "'', true"})
    void fusedExpertsAreTransposedByConfigOrByShapes(String modelType, boolean byShapes) {
        // [experts, in, out]: down_proj is square, so only gate_up_proj shows the orientation.
        model.weight("model.layers.0.mlp.experts.gate_up_proj", 3, 8, 16)
                .weight("model.layers.0.mlp.experts.down_proj", 3, 8, 8)
                .input("model.layers.0.mlp.experts.down_proj", 3, 9, 8);
        if (!byShapes) {
            model.config("{\"model_type\": \"" + modelType + "\", \"num_local_experts\": 3}");
        }
        List<LayerScore> rows = model.rows();
        assertEquals(3, rows.size());
        for (int expert = 0; expert < 3; expert++) {
            String name = "model.layers.0.mlp.experts.down_proj";
            LayerScore row = rows.get(expert);
            assertEquals(name + "[" + expert + "]", row.layer());
            assertScored(
                    row,
                    TestModel.transposed(model.w(name, expert)),
                    model.x(name, expert),
                    StoredOrientation.INPUT_OUTPUT,
                    byShapes ? "gate_up_proj of its block and down_proj have matching shapes" : "whose experts");
        }
    }

    @Test
    void linearFusedExpertsAreUsedAsStored() {
        List<LayerScore> rows = model.weight("layers.0.experts.gate_up_proj", 2, 16, 8)
                .weight("layers.0.experts.down_proj", 2, 8, 8)
                .input("layers.0.experts.down_proj", 9, 8)
                .rows();
        for (int expert = 0; expert < 2; expert++) {
            assertScored(rows.get(expert), model.w("layers.0.experts.down_proj", expert),
                    model.x("layers.0.experts.down_proj"), StoredOrientation.OUTPUT_INPUT, "have matching shapes");
        }
    }

    @Test
    void onnxsMatMulIsTransposed() {
        List<LayerScore> rows = model.weight("onnx::MatMul_217", 8, 8)
                .input("fc", 12, 8)
                .rows(TestModel.selection(null, null, "onnx::MatMul_217=fc"));
        assertScored(rows.getFirst(), TestModel.transposed(model.w("onnx::MatMul_217")), model.x("fc"),
                StoredOrientation.INPUT_OUTPUT, "ONNX");
    }

    /**
     * Layers with neutral names, stored input x output: up and down match only transposed, the square one both ways.
     */
    private TestModel neutral() {
        return model.weight("a.up.weight", 8, 32)
                .weight("a.down.weight", 32, 8)
                .weight("a.square.weight", 8, 8)
                .input("a.up", 12, 8)
                .input("a.down", 12, 32)
                .input("a.square", 12, 8);
    }

    private static void assertLooksLikeOutputs(LayerScore row) {
        assertEquals(Status.FAILED, row.outcome().status(), row.layer());
        String reason = row.reason().orElse("");
        assertTrue(reason.contains("use --transposed GLOB") && reason.contains("record its inputs"), reason);
    }

    @Test
    void layersThatMatchOnlyTransposedAreNoEvidenceForEachOther() {
        List<LayerScore> rows = neutral().rows();
        assertLooksLikeOutputs(row(rows, "a.up"));
        assertLooksLikeOutputs(row(rows, "a.down"));
        assertUnclear(row(rows, "a.square"));
    }

    @Test
    void outputsOfLayersWithTheSameNameConfirmNothing() {
        List<LayerScore> rows = model.weight("m.0.up_proj.weight", 32, 8)
                .weight("m.1.up_proj.weight", 32, 8)
                .weight("m.0.down_proj.weight", 8, 32)
                .input("m.0.up_proj", 12, 32)
                .input("m.1.up_proj", 12, 32)
                .input("m.0.down_proj", 12, 32)
                .rows();
        assertLooksLikeOutputs(row(rows, "m.0.up_proj"));
        assertLooksLikeOutputs(row(rows, "m.1.up_proj"));
        assertAsStored(row(rows, "m.0.down_proj"), "m.0.down_proj", "match only this orientation");
    }

    @Test
    void aSingleLayerThatMatchesOnlyTransposedIsNoEvidence() {
        List<LayerScore> rows = model.weight("a.up.weight", 8, 32)
                .weight("a.square.weight", 8, 8)
                .input("a.up", 12, 8)
                .input("a.square", 12, 8)
                .rows();
        assertEquals(Status.FAILED, row(rows, "a.up").outcome().status());
        assertTrue(String.valueOf(row(rows, "a.up").reason()).contains("use --transposed GLOB"));
        assertUnclear(row(rows, "a.square"));
    }

    @Test
    void layersWithDifferentOrientationsLeaveTheSquareOneUndecided() {
        List<LayerScore> rows = neutral().weight("b.up.weight", 32, 8).input("b.up", 12, 8).rows();
        assertAsStored(row(rows, "b.up"), "b.up", "match only this orientation");
        assertUnclear(row(rows, "a.square"));
    }

    @Test
    void followingTheAdviceGivesEvidenceForSiblings() {
        // Once, --transposed for the refused layer left its square sibling in the wrong orientation with status ok.
        List<LayerScore> rows = model.weight("a.up.weight", 8, 32)
                .weight("a.square.weight", 8, 8)
                .input("a.up", 12, 8)
                .input("a.square", 12, 8)
                .rows(TestModel.transposed("a.up"));
        assertTransposed(row(rows, "a.up"), "a.up", "--transposed");
        assertTransposed(row(rows, "a.square"), "a.square", "\"a.up\"");
    }

    @Test
    void theOptionsOfTheUserTakePrecedence() {
        Selection stored = TestModel.transposed("*mlp*", "*c_attn*").withStoredOutputInput(true);
        List<LayerScore> rows = gpt2().config("{\"model_type\": \"gpt2\"}").rows(stored);
        assertAsStored(row(rows, ATTENTION), ATTENTION, "--stored output-input");
        assertTransposed(row(rows, "transformer.h.0.mlp.c_fc"), "transformer.h.0.mlp.c_fc", "--transposed");
    }

    @Test
    void adviceNeverRepeatsGivenOptions() {
        List<LayerScore> wrong = neutral().rows(TestModel.transposed("a.up").withStoredOutputInput(true));
        String down = String.valueOf(row(wrong, "a.down").reason());
        assertTrue(down.contains("add it to --transposed GLOB") && !down.contains("--stored"), down);
        TestModel second = new TestModel(folder).weight("b.weight", 32, 8).input("b", 12, 8);
        String b = String.valueOf(second.rows(TestModel.transposed("b")).getFirst().reason());
        assertTrue(b.contains("remove it from --transposed"), b);
    }

    @Test
    void ordinaryFilesAreUsedAsStoredAndTheRowStatesIt() {
        List<LayerScore> rows = model.weight("a.weight", 8, 8).input("a", 12, 8).rows();
        assertAsStored(rows.getFirst(), "a", "no evidence otherwise");
        assertEquals(List.of(), rows.getFirst().warnings());
    }

    @Test
    void aLinearFamilyIsUsedAsStoredAndOutputsInsteadOfInputsAreRefused() {
        model.config("{\"model_type\": \"llama\"}")
                .weight("model.layers.0.self_attn.q_proj.weight", 8, 8)
                .weight("model.layers.0.mlp.up_proj.weight", 32, 8)
                .weight("model.layers.0.mlp.down_proj.weight", 8, 32)
                .input("model.layers.0.self_attn.q_proj", 12, 8)
                .input("model.layers.0.mlp.up_proj", 12, 32)
                .input("model.layers.0.mlp.down_proj", 12, 8);
        List<LayerScore> rows = model.rows();
        assertAsStored(
                row(rows, "model.layers.0.self_attn.q_proj"), "model.layers.0.self_attn.q_proj", "llama, whose layers");
        LayerScore up = row(rows, "model.layers.0.mlp.up_proj");
        assertEquals(Status.FAILED, up.outcome().status());
        assertTrue(up.reason().orElse("").contains("llama, whose layers are Linear"), up.reason().orElse(""));
        // The activations of the square layer would also match if they were outputs like the others.
        List<String> warnings = row(rows, "model.layers.0.self_attn.q_proj").warnings();
        assertTrue(warnings.getFirst().contains("\"model.layers.0.mlp.up_proj\" look like its outputs"),
                warnings::toString);
    }

    @Test
    void spectraStateTheAssumedOrientation() {
        List<LayerJob> jobs = gpt2().spectrumPlan(Selection.ALL).jobs();
        for (LayerJob job : jobs) {
            boolean embedding = job.layer().endsWith("wte");
            assertEquals(
                    embedding ? StoredOrientation.OUTPUT_INPUT : StoredOrientation.INPUT_OUTPUT,
                    Objects.requireNonNull(job.info().storage()).orientation(),
                    job.layer());
            assertTrue(!job.info().storage().reason().isEmpty());
        }
        assertEquals(24, Objects.requireNonNull(jobs.get(1).w()).rows());
    }
}
