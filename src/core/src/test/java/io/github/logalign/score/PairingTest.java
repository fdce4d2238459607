package io.github.logalign.score;

import static io.github.logalign.score.TestModel.lar;
import static io.github.logalign.score.TestModel.row;
import static io.github.logalign.score.TestModel.selection;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.matrix.LogalignException;
import io.github.logalign.score.Outcome.Status;
import io.github.logalign.tensor.DataType;
import io.github.logalign.tensor.NpyWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The pairing of activations with weights. */
class PairingTest extends ModelFixture {

    private static void assertLar(double[][] w, double[][] x, LayerScore row) {
        assertEquals(Status.OK, row.outcome().status(), row.reason().orElse(""));
        assertEquals(lar(w, x), row.scored().orElseThrow().lar(), 1e-12);
    }

    private static String reason(LayerScore row) {
        return row.reason().orElse("");
    }

    @Test
    void aSingleWeightAndActivationWithDifferentNamesAreNotPaired() {
        LayerScore row = model.weight("embed_tokens.weight", 20, 8).input("o_proj", 12, 8).rows().getFirst();
        assertEquals(Status.SKIPPED, row.outcome().status());
        assertTrue(reason(row).contains("no weight \"o_proj.weight\""), reason(row));
    }

    @Test
    void theWeightWithTheRightNameWinsEvenIfUnusable() {
        model.weight("o_proj.weight", DataType.I8, 8, 8).weight("embed_tokens.weight", 20, 8).input("o_proj", 12, 8);
        for (Selection selection : List.of(Selection.ALL, selection(null, "o_proj"),
                selection("o_proj.weight", null))) {
            List<LayerScore> rows = model.rows(selection);
            assertEquals(1, rows.size());
            assertEquals("o_proj", rows.getFirst().layer());
            assertEquals(Status.SKIPPED, rows.getFirst().outcome().status());
            assertTrue(reason(rows.getFirst()).contains("I8 [8, 8]"), reason(rows.getFirst()));
        }
        LayerScore vector = new TestModel(folder).weight("a.weight", 8).weight("b.weight", 8, 8).input("a", 12, 8)
                .rows().getFirst();
        assertEquals("a", vector.layer());
        assertTrue(reason(vector).contains("[8]"), reason(vector));
    }

    @ParameterizedTest
    @CsvSource({
        "lm_head.weight, module.lm_head",
        "module.lm_head.weight, lm_head.input",
        "_orig_mod.module.lm_head.weight, module._orig_mod.lm_head",
        "lm_head.weight, _orig_mod.lm_head.input",
        "module.module.lm_head.weight, lm_head",
        "lm_head._orig_mod.weight, lm_head",
        "lm_head.weight, lm_head._orig_mod.input",
        "lm_head._checkpoint_wrapped_module.weight, lm_head",
        "lm_head._fsdp_wrapped_module._orig_mod.weight, lm_head",
        "base_model.model.lm_head.base_layer.weight, lm_head",
        "module.base_model.model.lm_head.modules_to_save.default.weight, lm_head.modules_to_save"
    })
    void wrappersAreIgnoredOnBothSides(String weight, String activation) {
        List<LayerScore> rows = model.weight("embed_tokens.weight", 8, 8)
                .weight(weight, 20, 8)
                .input(activation, 12, 8)
                .rows();
        LayerScore row = row(rows, "lm_head");
        assertEquals(weight, row.info().weight().name());
        assertLar(model.w(weight), model.x(activation), row);
        assertEquals(List.of(), row.warnings());
        assertEquals(1, model.rows(TestModel.include("lm_head")).size());
        assertEquals(1, model.rows(TestModel.include(weight)).size());
    }

    @Test
    void wrappersInTheMiddleOfANameAreIgnored() {
        String weight = "model.layers.0._orig_mod.mlp._fsdp_wrapped_module.up.weight";
        LayerScore row = model.weight(weight, 6, 8).input("model.layers.0.mlp.up", 12, 8).rows().getFirst();
        assertEquals("model.layers.0.mlp.up", row.layer());
        assertLar(model.w(weight), model.x("model.layers.0.mlp.up"), row);
    }

    @ParameterizedTest
    @CsvSource({"module, a.module", "base_model.model, base_model.other", "_orig_mod, _orig_mod"})
    void aLayerNamedLikeAWrapperKeepsItsName(String one, String another) {
        model.weight(one + ".weight", 6, 8).input(one, 12, 8);
        LayerScore row = model.rows().getFirst();
        assertLar(model.w(one + ".weight"), model.x(one), row);
        TestModel second = new TestModel(folder).weight(another + ".weight", 6, 8).input(another, 12, 8);
        assertEquals(another, second.rows().getFirst().layer());
    }

    @Test
    void severalMapsPairOneInputWithSeveralWeights() {
        for (String layer : List.of("0", "1")) {
            for (String part : List.of("q", "k", "v")) {
                model.weight("layers." + layer + "." + part + "_proj.weight", 6, 8);
            }
            model.input("layers." + layer + ".attn_in", 12, 8);
        }
        List<NameMap> maps = Stream.of("q", "k", "v")
                .map(part -> NameMap.parse("*." + part + "_proj.weight=*.attn_in")).toList();
        List<LayerScore> rows = model.rows(new Selection(null, null, maps, List.of(), List.of(), List.of()));
        assertEquals(6, rows.size());
        for (LayerScore row : rows) {
            String weight = Objects.requireNonNull(row.info().weight().name());
            assertLar(model.w(weight), model.x(weight.substring(0, "layers.0.".length()) + "attn_in"), row);
            assertEquals(List.of(), row.warnings());
        }
    }

    @Test
    void theModuleTrainedByPeftPrecedesItsOriginal() {
        LayerScore row = row(model.weight("base_model.model.lm_head.original_module.weight", 20, 8)
                .weight("base_model.model.lm_head.modules_to_save.default.weight", 20, 8)
                .input("lm_head", 12, 8)
                .rows(), "lm_head");
        assertLar(model.w("base_model.model.lm_head.modules_to_save.default.weight"), model.x("lm_head"), row);
    }

    @Test
    void weightsThatDifferOnlyInWrappersAreDistinguished() {
        model.weight("module.a.weight", 6, 8).weight("a.weight", 7, 8).input("a", 12, 8).input("_orig_mod.a", 12, 8);
        List<LayerScore> rows = model.rows();
        assertLar(model.w("a.weight"), model.x("a"), row(rows, "a"));
        LayerScore unclear = row(rows, "_orig_mod.a");
        assertEquals(Status.SKIPPED, unclear.outcome().status());
        assertTrue(reason(unclear).contains("2 weights"), reason(unclear));
    }

    @Test
    void aLayerNamedInputIsFound() {
        LayerScore row = model.weight("net.input.weight", 6, 8).input("net.input", 12, 8).rows().getFirst();
        assertLar(model.w("net.input.weight"), model.x("net.input"), row);
    }

    // ---- experts ---------------------------------------------------------------------------------------------------

    @Test
    void eachExpertGetsItsOwnTokens() {
        List<LayerScore> rows = model.weight("experts.weight", 3, 6, 8).input("experts", 3, 12, 8).rows();
        assertEquals(3, rows.size());
        for (int i = 0; i < 3; i++) {
            LayerScore row = row(rows, "experts[" + i + "]");
            assertLar(model.w("experts.weight", i), model.x("experts", i), row);
            assertEquals("experts[" + i + "]", TestModel.activation(row));
            assertEquals(12, TestModel.tokens(row).counted());
        }
    }

    @Test
    void activationsOfTwoDimensionsAreUsedForAllExperts() {
        List<LayerScore> rows = model.weight("experts.weight", 3, 6, 8).input("experts", 12, 8).rows();
        for (int i = 0; i < 3; i++) {
            assertLar(model.w("experts.weight", i), model.x("experts"), rows.get(i));
            assertEquals("experts", TestModel.activation(rows.get(i)));
        }
    }

    @Test
    void aDifferentNumberOfExpertsIsRefusedOnce() {
        List<LayerScore> rows = model.weight("experts.weight", 3, 6, 8).input("experts", 2, 12, 8).rows();
        assertEquals(1, rows.size());
        assertEquals(Status.SKIPPED, rows.getFirst().outcome().status());
        assertTrue(reason(rows.getFirst()).contains("save [3, tokens, n]"), reason(rows.getFirst()));
    }

    @Test
    void activationsNamedAfterOneExpertBelongToItsRow() {
        model.weight("experts.weight", 3, 6, 8).input("experts[1]", 12, 8).input("experts.weight[2]", 2, 5, 8);
        List<LayerScore> rows = model.rows();
        assertEquals(List.of("experts[1]", "experts[2]"), rows.stream().map(LayerScore::layer).toList());
        assertLar(model.w("experts.weight", 1), model.x("experts[1]"), rows.get(0));
        assertEquals(10, TestModel.tokens(rows.get(1)).counted(),
                "three dimensions of a single expert are batch x tokens x n");
        assertEquals(
                List.of("experts[1]"),
                model.rows(selection("experts.weight[1]", null)).stream().map(LayerScore::layer).toList());
        assertLar(model.w("experts.weight", 1), model.x("experts[1]"),
                model.rows(selection("experts.weight[1]", null)).getFirst());
    }

    @Test
    void activationsOfOneExpertPrecedeThoseOfAll() {
        model.weight("experts.weight", 2, 6, 8).input("experts", 12, 8).input("experts[1]", 9, 8);
        List<LayerScore> rows = model.rows();
        assertLar(model.w("experts.weight", 0), model.x("experts"), row(rows, "experts[0]"));
        assertLar(model.w("experts.weight", 1), model.x("experts[1]"), row(rows, "experts[1]"));
    }

    @Test
    void mapsApplyToSingleExperts() {
        model.weight("experts.weight", 2, 6, 8).input("first", 12, 8).input("second", 9, 8).input("all.1", 7, 8);
        List<LayerScore> rows = model
                .rows(selection(null, null, "experts.weight[0]=first", "experts.weight[1]=second"));
        assertLar(model.w("experts.weight", 0), model.x("first"), row(rows, "experts[0]"));
        assertLar(model.w("experts.weight", 1), model.x("second"), row(rows, "experts[1]"));
        List<LayerScore> globs = model.rows(selection(null, null, "experts.weight[*]=all.*"));
        assertLar(model.w("experts.weight", 1), model.x("all.1"), row(globs, "experts[1]"));
        assertTrue(reason(row(globs, "experts[0]")).contains("correct --map"), reason(row(globs, "experts[0]")));
        assertThrows(LogalignException.class, () -> model.rows(selection(null, null, "experts.weight[7]=first")));
    }

    @Test
    void patternsSelectSingleExperts() {
        model.weight("experts.weight", 3, 6, 8).input("experts", 12, 8);
        assertEquals(
                List.of("experts[2]"),
                model.rows(TestModel.include("experts[2]")).stream().map(LayerScore::layer).toList());
        Selection others = new Selection(null, null, List.of(), List.of(), List.of(Glob.of("experts[2]")), List.of());
        assertEquals(
                List.of("experts[0]", "experts[1]"),
                model.rows(others).stream().map(LayerScore::layer).toList());
    }

    @Test
    void aMissingExpertIsReported() {
        model.weight("experts.weight", 2, 6, 8).weight("a.weight", 6, 8).input("experts[2]", 12, 8).input("a[0]", 12,
                8);
        List<LayerScore> rows = model.rows();
        assertTrue(reason(row(rows, "experts[2]")).contains("there is no [2]"), reason(row(rows, "experts[2]")));
        assertEquals(Status.SKIPPED, row(rows, "a[0]").outcome().status());
    }

    // ---- without names ---------------------------------------------------------------------------------------------

    @Test
    void anUnnamedArrayIsPairedWithTheOnlyWeight() {
        Path x = folder.resolve("inputs.npy");
        NpyWriter.write(x, new double[24], 3, 8);
        model.inputsAt(x).weight("a.weight", 6, 8).weight("a.bias", 6);
        assertEquals("a", model.plan(Selection.ALL).jobs().getFirst().layer());
        TestModel two = new TestModel(folder).inputsAt(x).weight("a.weight", 6, 8).weight("b.weight", DataType.I8, 6,
                8);
        LayerJob unclear = two.plan(Selection.ALL).jobs().getFirst();
        assertEquals("inputs", unclear.layer());
        assertTrue(String.valueOf(unclear.refusal()).contains("--tensor"), String.valueOf(unclear.refusal()));
        assertEquals("a", two.plan(selection("a.weight", null)).jobs().getFirst().layer());
    }

    @Test
    void anArrayIsNamedAfterItsFile() {
        Path x = folder.resolve("o_proj.npy");
        NpyWriter.write(x, new double[24], 3, 8);
        model.inputsAt(x).weight("o_proj.weight", DataType.I8, 6, 8).weight("embed_tokens.weight", 6, 8);
        LayerJob job = model.plan(Selection.ALL).jobs().getFirst();
        assertEquals("o_proj", job.layer());
        assertTrue(String.valueOf(job.refusal()).contains("I8"), String.valueOf(job.refusal()));
    }

    @Test
    void anUnnamedWeightIsPairedWithTheOnlyActivationsOrThoseOfItsFileName() {
        Path w = folder.resolve("head.npy");
        NpyWriter.write(w, new double[48], 6, 8);
        model.weightsAt(w).input("anything", 12, 8);
        assertEquals("head", model.plan(Selection.ALL).jobs().getFirst().layer());
        TestModel two = new TestModel(folder).weightsAt(w).input("head", 12, 8).input("other", 12, 8);
        Plan plan = two.plan(Selection.ALL);
        assertEquals(1, plan.jobs().size());
        assertEquals("head", Objects.requireNonNull(plan.jobs().getFirst().activation()).name());
        TestModel unclear = new TestModel(folder).weightsAt(w).input("one", 12, 8).input("other", 12, 8);
        String message = String.valueOf(
                assertThrows(LogalignException.class, () -> unclear.plan(Selection.ALL)).getMessage());
        assertTrue(message.contains("--activation"), message);
    }

    @Test
    void theUserCanPairDifferentNames() {
        model.weight("a.weight", 6, 8).weight("b.weight", 7, 8).input("x", 12, 8);
        assertLar(model.w("b.weight"), model.x("x"), model.rows(selection("b.weight", null)).getFirst());
        assertLar(model.w("b.weight"), model.x("x"), model.rows(selection("b.weight", "x")).getFirst());
        assertLar(model.w("b.weight"), model.x("x"), model.rows(selection(null, null, "b.weight=x")).getFirst());
        TestModel one = new TestModel(folder).weight("a.weight", 6, 8).input("x", 12, 8);
        assertLar(one.w("a.weight"), one.x("x"), one.rows(selection(null, "x")).getFirst());
    }

    @Test
    void theOnlyActivationsAreNotUsedIfTheyBelongToAnotherWeight() {
        model.weight("a.weight", 6, 8).weight("b.weight", 7, 8).input("a", 12, 8);
        String message = String.valueOf(assertThrows(LogalignException.class, () -> model.rows(
                selection("b.weight", null))).getMessage());
        assertTrue(message.contains("--activation"), message);
    }

    @Test
    void adviceNamesNoOptionThatTheCommandLacks() {
        model.weight("a.weight", 6, 8).input("x", 12, 8);
        assertTrue(reason(model.rows().getFirst()).endsWith("--tensor or --map"), reason(model.rows().getFirst()));
        assertTrue(reason(model.rows(Selection.ALL.withoutNames()).getFirst()).endsWith("name it with --map"));
        Path w = folder.resolve("head.npy");
        NpyWriter.write(w, new double[48], 6, 8);
        TestModel unclear = new TestModel(folder).weightsAt(w).input("one", 12, 8).input("other", 12, 8);
        String message = String.valueOf(assertThrows(
                LogalignException.class, () -> unclear.plan(Selection.ALL.withoutNames())).getMessage());
        assertTrue(message.contains("call it \"head\"") && !message.contains("--activation"), message);
    }

    // ---- maps beside names ----------------------------------------------------------------------------------------------

    @Test
    void mappedActivationsStayWithTheWeightOfTheirName() {
        model.weight("q.weight", 6, 8).weight("k.weight", 7, 8).weight("v.weight", 5, 8).input("q", 12, 8);
        List<LayerScore> rows = model.rows(selection(null, null, "k.weight=q", "v.weight=q"));
        assertEquals(3, rows.size());
        for (String layer : List.of("q", "k", "v")) {
            assertLar(model.w(layer + ".weight"), model.x("q"), row(rows, layer));
        }
    }

    @Test
    void unusedActivationsOfAMappedWeightAreReported() {
        model.weight("a.weight", 6, 8).weight("b.weight", 7, 8).input("a", 12, 8).input("b", 9, 8);
        Selection map = selection(null, null, "a.weight=b");
        List<LayerScore> rows = model.rows(map);
        assertEquals(2, rows.size());
        assertLar(model.w("a.weight"), model.x("b"), row(rows, "a"));
        assertLar(model.w("b.weight"), model.x("b"), row(rows, "b"));
        List<String> notes = model.plan(map).notes();
        assertTrue(notes.getFirst().startsWith("the activations \"a\" of "), notes::toString);
        assertTrue(notes.getFirst().endsWith("--map assigns others to \"a\""), notes::toString);
        List<LayerScore> swapped = model.rows(selection(null, null, "a.weight=b", "b.weight=a"));
        assertLar(model.w("a.weight"), model.x("b"), row(swapped, "a"));
        assertLar(model.w("b.weight"), model.x("a"), row(swapped, "b"));
    }

    @Test
    void mapsAcceptTheLayerNamesOfTheRows() {
        model.weight("module.a.weight", 6, 8).weight("experts.weight", 2, 6, 8).input("z", 12, 8);
        assertLar(model.w("module.a.weight"), model.x("z"), row(model.rows(selection(null, null, "a=z")), "a"));
        assertLar(model.w("module.a.weight"), model.x("z"), model.rows(selection("a", null, "a=z")).getFirst());
        assertLar(model.w("experts.weight", 1), model.x("z"),
                row(model.rows(selection(null, null, "experts[1]=z")), "experts[1]"));
        assertThrows(LogalignException.class, () -> model.rows(selection(null, null, "c=z")));
    }

    // ---- X.input ----------------------------------------------------------------------------------------------------------

    @Test
    void anExactNamePrecedesTheInputOfAnotherLayer() {
        model.weight("rnn.input.weight", 6, 8).weight("rnn.weight", 7, 8).input("rnn.input", 12, 8);
        List<LayerScore> rows = model.rows();
        assertEquals(1, rows.size());
        assertLar(model.w("rnn.input.weight"), model.x("rnn.input"), row(rows, "rnn.input"));
        assertLar(model.w("rnn.input.weight"), model.x("rnn.input"),
                model.rows(selection("rnn.input.weight", null)).getFirst());
        assertThrows(LogalignException.class, () -> model.rows(selection("rnn.weight", null)));
        TestModel other = new TestModel(folder).weight("rnn.input.weight", 6, 8).weight("rnn.weight", 7, 8)
                .input("rnn", 12, 8);
        assertThrows(LogalignException.class, () -> other.rows(selection("rnn.input.weight", null)));
        assertLar(other.w("rnn.weight"), other.x("rnn"), other.rows(selection("rnn.weight", null)).getFirst());
    }

    @Test
    void theErrorNamesTheOnlyActivationsOfAnotherWeight() {
        model.weight("a.weight", 6, 8).weight("b.weight", 7, 8).input("b", 12, 8);
        String message = String.valueOf(assertThrows(LogalignException.class, () -> model.rows(
                selection("a.weight", null))).getMessage());
        assertTrue(message.contains("holds only the activations \"b\", whose name is that of another weight"), message);
        assertTrue(message.endsWith("name them with --activation if they are its inputs too"), message);
    }
}
