package io.github.logalign.score;

import static io.github.logalign.score.TestModel.lar;
import static io.github.logalign.score.TestModel.row;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.score.Outcome.Status;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Square weights with names that some families store transposed: without evidence in the checkpoint they are not
 * scored.
 */
class SquareEvidenceTest extends ModelFixture {

    private static final String PROJECTION = "h.0.attn.c_proj";

    private LayerScore square(String layer) {
        return row(model.weight(layer + ".weight", 8, 8).input(layer, 12, 8).rows(), layer);
    }

    private void assertStored(LayerScore row, StoredOrientation orientation, String reason) {
        assertEquals(Status.OK, row.outcome().status(), row.reason().orElse(""));
        assertEquals(orientation, TestModel.orientation(row));
        assertTrue(String.valueOf(row.info().storage()).contains(reason), String.valueOf(row.info().storage()));
        double[][] w = model.w(row.layer() + ".weight");
        assertEquals(
                lar(orientation == StoredOrientation.INPUT_OUTPUT ? TestModel.transposed(w) : w, model.x(row.layer())),
                row.scored().orElseThrow().lar(),
                1e-12);
    }

    private static void assertUnclear(LayerScore row, String why) {
        assertEquals(Status.SKIPPED, row.outcome().status(), String.valueOf(row.info().storage()));
        String reason = row.reason().orElse("");
        assertTrue(reason.contains("--transposed GLOB") && reason.contains("--stored output-input"), reason);
        assertTrue(reason.contains(why), reason);
    }

    @ParameterizedTest
    @CsvSource({
        "h.0.crossattention.q_attn, h.0.crossattention.c_attn, 8, 16, c_attn of its block leads from 8 to 16",
        "h.0.attn.c_proj, h.1.attn.c_attn, 8, 24, '\"h.1.attn.c_attn\" leads from 8 to 24'",
        "h.0.attn.c_proj, h.1.mlp.c_fc, 8, 32, '\"h.1.mlp.c_fc\" leads from 8 to 32'",
        "h.0.mlp.c_fc, h.0.attn.c_attn, 8, 24, '\"h.0.attn.c_attn\" leads from 8 to 24'",
        "h.0.mlp.c_proj, h.0.attn.c_attn, 8, 24, '\"h.0.attn.c_attn\" leads from 8 to 24'"
    })
    void theShapesOfOtherBlocksAreEvidence(String layer, String other, int n, int wide, String reason) {
        model.weight(other + ".weight", n, wide);
        assertStored(square(layer), StoredOrientation.INPUT_OUTPUT, reason + " and is stored input x output");
        model = new TestModel(folder).weight(other + ".weight", wide, n);
        assertStored(square(layer), StoredOrientation.OUTPUT_INPUT, reason + " and is stored output x input");
    }

    @Test
    void theOwnBlockTakesPrecedenceAndOtherBlocksMustAgree() {
        model.weight("h.1.attn.c_attn.weight", 8, 24).weight("h.2.attn.c_attn.weight", 24, 8);
        assertUnclear(square(PROJECTION), "contradictory");
        model = new TestModel(folder).weight("h.1.attn.c_attn.weight", 8, 24).weight("h.0.attn.c_attn.weight", 24, 8);
        assertStored(square(PROJECTION), StoredOrientation.OUTPUT_INPUT, "c_attn of its block");
    }

    @Test
    void theAttentionWidthDecidesForAnMlpThatNarrows() {
        // n = 16 and n_inner = 8: here the wider dimension is not the output.
        model.weight("h.0.attn.c_attn.weight", 16, 48)
                .weight("h.0.mlp.c_fc.weight", 16, 8)
                .input("h.0.mlp.c_fc", 12, 16);
        LayerScore row = model.rows().getFirst();
        assertStored(row, StoredOrientation.INPUT_OUTPUT,
                "c_fc of its block leads from 16 to 8 and is stored input x output");
    }

    @ParameterizedTest
    @ValueSource(strings = {"c_attn", "c_proj", "c_fc", "q_attn"})
    void anAmbiguousNameIsNeverGuessed(String name) {
        assertUnclear(square("block." + name), "some model families store layers with this name transposed");
    }

    @ParameterizedTest
    @ValueSource(strings = {"gate_up_proj", "down_proj"})
    void ambiguousFusedExpertsAreNeverGuessed(String name) {
        String layer = "layers.0.mlp.experts." + name;
        assertUnclear(model.weight(layer, 3, 8, 8).input(layer, 12, 8).rows().getFirst(), "some model families");
        model = new TestModel(folder).weight(layer, 3, 8, 8)
                .weight("layers.1.mlp.experts.gate_up_proj", 3, 8, 16)
                .weight("layers.1.mlp.experts.down_proj", 3, 8, 8)
                .input(layer, 12, 8);
        LayerScore first = row(model.rows(), layer + "[0]");
        assertEquals(StoredOrientation.INPUT_OUTPUT, TestModel.orientation(first), first.reason().orElse(""));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"model_type\": \"encoder-decoder\", \"encoder\": {\"model_type\": \"bert\"}, \"decoder\": {\"model_type\": \"gpt2\"}}",
                "{\"decoder\": {\"model_type\": \"gpt2\"}}",
                "{\"text_config\": {\"model_type\": \"gpt2\"}}",
                "{\"model_type\": \"my-gpt\", \"architectures\": [\"GPT2LMHeadModel\"]}"
            })
    void nestedConfigurationsAndArchitecturesAreEvidence(String config) {
        model.config(config);
        assertStored(square("decoder.transformer.h.0.crossattention.q_attn"), StoredOrientation.INPUT_OUTPUT,
                "gpt2, whose q_attn is Conv1D");
    }

    @Test
    void eachSubModelHasItsOwnFamily() {
        model.config("{\"encoder\": {\"model_type\": \"gpt_bigcode\"}, \"decoder\": {\"model_type\": \"gpt2\"}}");
        assertStored(square("encoder.h.0.attn.c_proj"), StoredOrientation.OUTPUT_INPUT, "gpt_bigcode");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "{\"model_type\": \"mine\"} | config.json names no known model family",
        "{} | config.json names no known model family",
        "{\"model_type\": | config.json was ignored, since it is damaged"
    })
    void theReasonReportsAConfigurationWithoutEvidence(String config, String reason) {
        model.config(config);
        assertUnclear(square(PROJECTION), reason);
        model = new TestModel(folder);
        assertStored(square("a"), StoredOrientation.OUTPUT_INPUT, "there is no evidence otherwise, and " + reason);
    }
}
