package io.github.logalign.score;

import static io.github.logalign.score.TestModel.lar;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.score.Outcome.Status;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Weights with three dimensions are experts or convolutions, and a kernel width is never taken for a number of experts.
 */
class WeightKindTest extends ModelFixture {

    private static Selection convolutions(String... globs) {
        return Selection.ALL.withConvolutions(List.of(TestModel.globs(globs)));
    }

    private static String refusal(LayerJob job) {
        return String.valueOf(job.refusal());
    }

    @ParameterizedTest
    @ValueSource(strings = {"backbone.layers.0.mixer.conv1d", "encoder.conv1", "feature.conv_layers.0.conv", "lconv1d",
        "dwconv"})
    void convolutionsAreRecognisedByTheirNames(String layer) {
        model.weight(layer + ".weight", 6, 5, 4).input(layer, 12, 4);
        for (LayerJob job : List.of(
                model.plan(Selection.ALL).jobs().getFirst(),
                model.spectrumPlan(TestModel.include(layer)).jobs().getFirst())) {
            assertTrue(refusal(job).contains("convolution") && refusal(job).contains("--convolutions"), refusal(job));
        }
    }

    @Test
    void convolutionsAreRecognisedByTheirShapes() {
        model.weight("depthwise.weight", 24, 1, 4).weight("narrow.weight", 24, 12, 3)
                .input("depthwise", 12, 24)
                .input("narrow", 12, 36);
        for (LayerJob job : model.plan(Selection.ALL).jobs()) {
            assertTrue(refusal(job).contains("looks like a convolution"), refusal(job));
        }
        for (LayerJob job : model.spectrumPlan(Selection.ALL).jobs()) {
            assertTrue(refusal(job).contains("looks like a convolution"), refusal(job));
        }
    }

    @Test
    void aDeclaredConvolutionIsScoredUnfolded() {
        model.weight("mixer.conv1d.weight", 6, 5, 4).weight("patch.conv.weight", 6, 3, 2, 2)
                .input("mixer.conv1d", 12, 20)
                .input("patch.conv", 12, 12);
        for (LayerScore row : model.rows(convolutions("*conv*"))) {
            assertEquals(Status.OK, row.outcome().status(), row.reason().orElse(""));
            int n = (int) Objects.requireNonNull(row.info().shape()).columns();
            assertEquals(row.layer().startsWith("mixer") ? 20 : 12, n);
            double[][] w = new double[6][n];
            for (int out = 0; out < 6; out++) {
                System.arraycopy(model.flat(row.info().weight().name()), out * n, w[out], 0, n);
            }
            assertEquals(lar(w, model.x(row.layer())), row.scored().orElseThrow().lar(), 1e-12);
            assertTrue(String.valueOf(row.info().storage()).contains("out x (in k)"));
        }
        assertEquals(2, model.spectrumPlan(convolutions("*conv*")).jobs().size());
    }

    @Test
    void inputsThatAreNotUnfoldedAreRefused() {
        LayerScore row = model.weight("conv.weight", 6, 5, 4).input("conv", 12, 5).rows(convolutions("conv"))
                .getFirst();
        assertEquals(Status.FAILED, row.outcome().status());
        assertTrue(row.reason().orElse("").contains("unfolded"), row.reason().orElse(""));
    }

    @Test
    void experts() {
        model.weight("mlp.experts.up", 3, 6, 8).weight("blocks", 3, 6, 8).weight("named", 5, 6, 8)
                .input("mlp.experts.up", 12, 8)
                .input("blocks", 12, 8)
                .input("named", 12, 8)
                .config("{\"num_local_experts\": 5}");
        List<LayerScore> rows = model.rows();
        assertEquals(11, rows.size());
        for (LayerScore row : rows) {
            assertEquals(Status.OK, row.outcome().status(), row.reason().orElse(""));
            boolean assumed = row.layer().startsWith("blocks");
            assertEquals(assumed ? 1 : 0, row.warnings().size(), row.warnings()::toString);
            assertTrue(!assumed || row.warnings().getFirst().contains("taken as [experts, m, n]"));
        }
    }
}
