package io.github.logalign.score;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.matrix.LogalignException;
import io.github.logalign.tensor.DataType;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The rows of a plan, their order, and the notes on other tensors. */
class PlanTest extends ModelFixture {

    @BeforeEach
    void files() {
        model.weight("a.weight", 6, 8)
                .weight("b", 8, 8)
                .weight("c.weight", 5, 8)
                .weight("norm.weight", 8)
                .weight("steps", DataType.I64, 1)
                .input("b.input", 12, 8)
                .input("a", 12, 8)
                .input("missing", 12, 8);
    }

    private static List<String> layers(Plan plan) {
        return plan.jobs().stream().map(LayerJob::layer).toList();
    }

    private String message(Selection selection) {
        return String.valueOf(
                assertThrows(LogalignException.class, () -> model.plan(selection)).getMessage());
    }

    @Test
    void rowsAreInTheOrderOfTheActivationsThenOfTheSelectedWeights() {
        assertEquals(List.of("b", "a", "missing"), layers(model.plan(Selection.ALL)));
        assertEquals(List.of("b", "a", "missing", "c"), layers(model.plan(TestModel.include("*"))).subList(0, 4));
        assertEquals(List.of("c", "b", "a", "missing"),
                layers(model.plan(TestModel.selection(null, null, "c.weight=a"))));
    }

    @Test
    void spectraNeedNoActivations() {
        Plan plan = model.spectrumPlan(Selection.ALL);
        assertEquals(List.of("a", "b", "c"), layers(plan));
        assertTrue(plan.notes().toString().contains("2 tensors"), plan.notes()::toString);
    }

    @Test
    void unusedTensorsAreCounted() {
        assertTrue(model.plan(Selection.ALL).notes().toString().contains("1 other weight"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"zzz", "a.*.weight", "a[0]"})
    void aPatternThatMatchesNothingIsAnError(String pattern) {
        List<Glob> glob = List.of(Glob.of(pattern));
        for (Selection selection : List.of(
                new Selection(null, null, List.of(), glob, List.of(), List.of()),
                new Selection(null, null, List.of(), List.of(), glob, List.of()),
                new Selection(null, null, List.of(), List.of(), List.of(), glob),
                Selection.ALL.withConvolutions(glob),
                TestModel.selection(null, null, pattern + "=a"))) {
            assertTrue(message(selection).contains("matches nothing"), message(selection));
        }
    }

    @Test
    void missingNamesAreErrors() {
        assertTrue(message(TestModel.selection("zzz", null)).contains("zzz"));
        assertTrue(message(TestModel.selection("a.weight", "zzz")).contains("zzz"));
        assertTrue(message(TestModel.selection(null, "zzz")).contains("zzz"));
    }

    @Test
    void aDumpWithoutActivationsIsAnError() {
        TestModel none = new TestModel(folder).weight("a.weight", 6, 8).input("a", 12);
        assertTrue(String.valueOf(assertThrows(LogalignException.class, () -> none.plan(Selection.ALL)).getMessage())
                .contains("holds no activations"));
    }

    @Test
    void aMapToMissingActivationsSkipsItsRow() {
        LayerJob job = model.plan(TestModel.selection(null, null, "c.weight=zzz")).jobs().getFirst();
        assertTrue(String.valueOf(job.refusal()).contains("correct --map"), String.valueOf(job.refusal()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{", "{\"model_type\": 5}", "[]", "{\"a\": 1} x", "\u0000"})
    void aDamagedConfigurationGivesANote(String config) {
        Plan plan = model.config(config).plan(Selection.ALL);
        assertEquals(3, plan.jobs().size());
        assertTrue(
                plan.notes().getFirst().contains("config.json")
                        && plan.notes().getFirst().contains("nothing was taken"),
                plan.notes()::toString);
    }
}
