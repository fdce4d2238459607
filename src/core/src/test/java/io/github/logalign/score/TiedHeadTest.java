package io.github.logalign.score;

import static io.github.logalign.score.TestModel.lar;
import static io.github.logalign.score.TestModel.row;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.score.Outcome.Status;
import io.github.logalign.tensor.DataType;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Heads that are tied to embeddings, and heads that are not. */
class TiedHeadTest extends ModelFixture {

    @ParameterizedTest
    @CsvSource({
        "model.embed_tokens.weight, lm_head",
        "shared.weight, lm_head",
        "transformer.wte.weight, lm_head",
        "transformer.word_embeddings.weight, lm_head",
        "gpt_neox.embed_in.weight, embed_out",
        "tok_embeddings.weight, output",
        "embedding.word_embeddings.weight, output_layer",
        "model.embed_tokens._fsdp_wrapped_module.weight, lm_head",
        "module.model.embed_tokens.weight, module.lm_head"
    })
    void aHeadWithoutWeightUsesItsEmbeddingUnderTheNameOfTheHead(String embedding, String head) {
        model.weight(embedding, 20, 8).input(head, 12, 8);
        String layer = head.replace("module.", "");
        for (Selection selection : List.of(
                Selection.ALL, TestModel.include(layer), TestModel.selection(layer + ".weight", null))) {
            List<LayerScore> rows = model.rows(selection);
            LayerScore row = row(rows, layer);
            assertEquals(Status.OK, row.outcome().status(), row.reason().orElse(""));
            assertEquals(lar(model.w(embedding), model.x(head)), row.scored().orElseThrow().lar(), 1e-12);
            assertEquals(embedding, row.info().weight().name());
            assertTrue(row.warnings().getFirst().contains("taken as tied to"), row.warnings()::toString);
            assertEquals(1, rows.size());
        }
    }

    @ParameterizedTest
    @CsvSource({"module.lm_head, lm_head.weight", "_orig_mod.lm_head, lm_head.weight",
        "lm_head, module.lm_head.weight", "lm_head, lm_head._orig_mod.weight",
        "lm_head, lm_head.modules_to_save.default.weight"})
    void aStoredHeadIsNeverTied(String activation, String head) {
        LayerScore row = row(
                model.weight("model.embed_tokens.weight", 20, 8).weight(head, 20, 8).input(activation, 12, 8).rows(),
                "lm_head");
        assertEquals(head, row.info().weight().name());
        assertEquals(lar(model.w(head), model.x(activation)), row.scored().orElseThrow().lar(), 1e-12);
    }

    @Test
    void aStoredHeadWithAnotherNamePreventsTying() {
        LayerScore row = row(
                model.weight("model.embed_tokens.weight", 20, 8)
                        .weight("decoder.lm_head.weight", 20, 8)
                        .input("lm_head", 12, 8)
                        .rows(),
                "lm_head");
        assertEquals(Status.SKIPPED, row.outcome().status());
    }

    @Test
    void aQuantisedHeadPreventsTying() {
        LayerScore row = row(
                model.weight("model.embed_tokens.weight", 20, 8)
                        .weight("lm_head.qweight", DataType.I32, 1, 20)
                        .weight("lm_head.qzeros", DataType.I32, 1, 3)
                        .weight("lm_head.scales", 1, 20)
                        .input("lm_head", 12, 8)
                        .rows(),
                "lm_head");
        assertEquals(Status.SKIPPED, row.outcome().status());
        assertTrue(row.reason().orElse("").contains("quantised"), row.reason().orElse(""));
    }

    @ParameterizedTest
    @CsvSource({
        "'{\"tie_word_embeddings\": true}', OK",
        "'{\"tie_word_embeddings\": false}', SKIPPED",
        "'{\"text_config\": {\"tie_word_embeddings\": false}}', SKIPPED",
        "'{\"tie_word_embeddings\": null}', OK"
    })
    void theConfigurationDecidesWhetherTheHeadIsTied(String config, Status status) {
        LayerScore row = row(
                model.weight("model.embed_tokens.weight", 20, 8).input("lm_head", 12, 8).config(config).rows(),
                "lm_head");
        assertEquals(status, row.outcome().status());
        if (status == Status.SKIPPED) {
            assertTrue(row.reason().orElse("").contains("not tied"), row.reason().orElse(""));
        }
    }

    @Test
    void ofSeveralEmbeddingsSharedIsUsedAndOthersAreAmbiguous() {
        model.weight("encoder.embed_tokens.weight", 20, 8)
                .weight("shared.weight", 20, 8)
                .weight("decoder.embed_tokens.weight", 20, 8)
                .input("lm_head", 12, 8);
        assertEquals("shared.weight", model.rows().getFirst().info().weight().name());
        LayerScore row = new TestModel(folder).weight("encoder.embed_tokens.weight", 20, 8)
                .weight("decoder.embed_tokens.weight", 20, 8)
                .input("lm_head", 12, 8)
                .rows()
                .getFirst();
        assertEquals(Status.SKIPPED, row.outcome().status());
        assertTrue(row.reason().orElse("").contains("unclear"), row.reason().orElse(""));
    }

    @Test
    void anUnusableEmbeddingIsReported() {
        LayerScore row = row(
                model.weight("wte.weight", DataType.I8, 20, 8).weight("a.weight", 8, 8).input("lm_head", 12, 8).rows(),
                "lm_head");
        assertEquals(Status.SKIPPED, row.outcome().status());
        assertTrue(row.reason().orElse("").contains("I8"), row.reason().orElse(""));
    }
}
