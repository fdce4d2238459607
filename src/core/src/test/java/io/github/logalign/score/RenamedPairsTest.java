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
import java.util.List;
import org.junit.jupiter.api.Test;

/** Activations whose own name no weight has: paired by another name only where that leaves no choice. */
class RenamedPairsTest extends ModelFixture {

    private static final String EXPERTS = "layers.0.mlp.experts.";
    private static final String SPARSE = "layers.0.block_sparse_moe.experts.";

    private static void assertSkipped(LayerScore row, String reason) {
        assertEquals(Status.SKIPPED, row.outcome().status());
        assertTrue(row.reason().orElse("").contains(reason), row.reason().orElse(""));
    }

    @Test
    void theModelMayBePartOfAnother() {
        LayerScore row = row(model.weight("model.fc1.weight", 6, 8).weight("b.weight", 6, 8).input("fc1", 12, 8).rows(),
                "model.fc1");
        assertEquals(lar(model.w("model.fc1.weight"), model.x("fc1")), row.scored().orElseThrow().lar(), 1e-12);
        assertEquals(List.of(
                "the activations have another name: the names begin with nothing there and with \"model.\" here"),
                row.warnings());
    }

    @Test
    void twoNamesAreOneTooMany() {
        LayerScore row = row(model.weight("model.fc1.weight", 6, 8).weight("transformer.fc1.weight", 6, 8)
                .input("fc1", 12, 8).rows(), "fc1");
        assertSkipped(row, "2 weights of ");
        assertSkipped(row, "\"model.fc1\", \"transformer.fc1\"; name it with --tensor or --map");
    }

    @Test
    void activationsOfTheRightNameComeFirst() {
        List<LayerScore> rows = model.weight("fc1.weight", 6, 8).input("model.fc1", 12, 8).input("fc1", 12, 8).rows();
        assertEquals(lar(model.w("fc1.weight"), model.x("fc1")), row(rows, "fc1").scored().orElseThrow().lar(), 1e-12);
        assertEquals(List.of(), row(rows, "fc1").warnings());
        assertSkipped(row(rows, "model.fc1"), "may belong to \"fc1.weight\" of ");
        assertSkipped(row(rows, "model.fc1"), ", and so may \"fc1\"");
        assertEquals(2, rows.size());
    }

    @Test
    void aWeightThatTheUserNamesHasThem() {
        model.weight(SPARSE + "0.w1.weight", 6, 8).weight(SPARSE + "0.w2.weight", 8, 6)
                .weight("layers.0.block_sparse_moe.input_linear.weight", 2, 6, 8)
                .input(EXPERTS + "gate_up_proj", 1, 12, 8)
                .input(EXPERTS + "down_proj[0]", 12, 6)
                .input("layers.0.block_sparse_moe.experts.gate_up_proj", 2, 9, 8);
        LayerScore gate = model.rows(selection(SPARSE + "0.w1.weight", null)).getFirst();
        assertEquals(lar(model.w(SPARSE + "0.w1.weight"), model.x(EXPERTS + "gate_up_proj")),
                gate.scored().orElseThrow().lar(), 1e-12);
        assertTrue(gate.warnings().getFirst().contains("(Mixtral, MiniMax, PhiMoE)"), gate.warnings()::toString);
        LayerScore second = model.rows(selection("layers.0.block_sparse_moe.input_linear.weight[1]", null)).getFirst();
        assertEquals(
                lar(model.w("layers.0.block_sparse_moe.input_linear.weight", 1),
                        model.x("layers.0.block_sparse_moe.experts.gate_up_proj", 1)),
                second.scored().orElseThrow().lar(), 1e-12);
        assertEquals(4, model.rows().size());
    }

    @Test
    void theOnlyActivationsAreNotTakenFromTheWeightThatTheyBelongTo() {
        model.weight("model.a.weight", 6, 8).weight("b.weight", 6, 8).input("a", 12, 8);
        assertThrows(LogalignException.class, () -> model.rows(selection("b.weight", null)));
        assertEquals(Status.OK, model.rows(selection("b.weight", "a")).getFirst().outcome().status());
    }

    @Test
    void aMapComesFirst() {
        model.weight("model.a.weight", 6, 8).input("a", 12, 8).input("z", 12, 8);
        Selection map = selection(null, null, "model.a.weight=z");
        List<LayerScore> rows = model.rows(map);
        assertEquals(1, rows.size());
        assertEquals(lar(model.w("model.a.weight"), model.x("z")), rows.getFirst().scored().orElseThrow().lar(), 1e-12);
        assertTrue(model.plan(map).notes().getFirst().endsWith("--map assigns others to \"model.a\""));
    }

    @Test
    void aQuantisedExpertIsReported() {
        model.weight(SPARSE + "0.w2.qweight", DataType.I32, 8, 1)
                .weight(SPARSE + "0.w2.qzeros", DataType.I32, 1, 1)
                .weight(SPARSE + "0.w2.scales", 1, 8)
                .weight(EXPERTS + "gate_up_proj_blocks", DataType.U8, 2, 6, 1, 16)
                .weight(EXPERTS + "gate_up_proj_scales", DataType.U8, 2, 6, 1)
                .input(EXPERTS + "down_proj[0]", 12, 8)
                .input(EXPERTS + "gate_up_proj[1]", 12, 32);
        List<LayerScore> rows = model.rows();
        assertSkipped(row(rows, SPARSE + "0.w2"), "quantised by AWQ");
        assertSkipped(row(rows, EXPERTS + "gate_up_proj[1]"), "quantised to MXFP4");
    }

    /** A name that goes on with itself would go on for ever. */
    @Test
    void expertsAreCountedOnce() {
        model.weight("x.experts.gate_up_proj", 2, 6, 8).input("x.experts", 2, 12, 8).input("experts", 12, 8);
        for (LayerScore row : model.rows()) {
            assertSkipped(row, "a module of experts is given the tokens of all experts");
        }
    }
}
