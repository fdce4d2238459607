package io.github.logalign.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The config.json beside a checkpoint: it helps where it is present, and does no harm with any content. */
class ModelConfigTest {

    @TempDir
    Path folder;

    private ModelConfig read(String text) throws IOException {
        Files.writeString(folder.resolve("config.json"), text);
        return ModelConfig.beside(folder.resolve("model.safetensors"));
    }

    @Test
    void whatIsWrittenIsRead() throws IOException {
        assertEquals(
                new ModelConfig("gpt2", Map.of(), List.of("GPT2LMHeadModel"), true, null, null, List.of(), null, true),
                read("""
                        {"architectures": ["GPT2LMHeadModel"], "model_type": "gpt2", "tie_word_embeddings": true,
                         "initializer_range": 0.02, "summary_activation": null, "task_specific_params": {"a": {"b": [1]}}}
                        """));
        assertEquals(
                new ModelConfig("encoder-decoder", Map.of("encoder", "bert", "decoder", "gpt2"), List.of(), null, null,
                        null, List.of(), null, true),
                read("""
                        {"model_type": "encoder-decoder", "encoder": {"model_type": "bert", "tie_word_embeddings": true},
                         "decoder": {"model_type": "gpt2", "decoder": {"model_type": "t5"}}}
                        """));
        assertEquals(
                new ModelConfig("llama4", Map.of("text_config", "llama4_text"), List.of(), false, 16L, "fp8",
                        List.of(128L, 64L), null,
                        true),
                read("""
                        {"model_type": "llama4", "text_config": {"model_type": "llama4_text", "num_local_experts": 16,
                         "tie_word_embeddings": false}, "quantization_config": {"bits": 8, "quant_method": "fp8",
                         "weight_block_size": [128, 64]}}
                        """));
    }

    @Test
    void pythonsInfinityAndNanPass() throws IOException {
        // Mamba's configurations hold "time_step_limit": [0.0, Infinity], as Python's json module writes it.
        ModelConfig config = read("{\"time_step_limit\": [0.0, Infinity, -Infinity, NaN], \"model_type\": \"mamba2\"}");
        assertEquals("mamba2", config.modelType());
        assertNull(config.problem());
    }

    @Test
    void noFileTellsNothing() throws IOException {
        assertEquals(ModelConfig.NONE, ModelConfig.beside(folder.resolve("model.safetensors")));
        Files.createDirectory(folder.resolve("config.json"));
        assertEquals(ModelConfig.NONE, ModelConfig.beside(folder.resolve("model.safetensors")));
        assertEquals(ModelConfig.NONE, ModelConfig.beside(Path.of("no-such-file")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", "{", "[]", "null", "{\"model_type\": 1}", "{\"model_type\": \"a\", \"model_type\": \"b\"}",
                "{\"tie_word_embeddings\": \"yes\"}", "{\"architectures\": \"one\"}", "{\"num_experts\": 1.5}",
                "{\"num_experts\": 99999999999999999999}", "{} {}", "{\"a\": Infinit}", "{\"model_type\": \"\\ud800\"}",
                "{\"quantization_config\": []}", "{\"a\": 'b'}"
            })
    void aDamagedFileTellsNothingAndWhyInOneLine(String text) throws IOException {
        ModelConfig config = read(text);
        assertTrue(config.problem() != null && config.problem().contains("config.json"), config::toString);
        assertEquals(-1, String.valueOf(config.problem()).indexOf('\n'));
        assertNull(config.modelType());
        assertNull(config.tieWordEmbeddings());
    }

    @Test
    void deepLongAndHugeFilesAreRefused() throws IOException {
        assertTrue(String.valueOf(read("{\"a\":" + "[".repeat(100_000)).problem()).contains("nested"));
        assertTrue(String.valueOf(
                read("{\"text_config\": {\"text_config\": " + "{\"text_config\": ".repeat(100_000)).problem())
                .contains("nested"));
        assertTrue(String.valueOf(read(" ".repeat(ModelConfig.MAX_BYTES + 1)).problem()).contains("too long"));
        assertTrue(String.valueOf(read("{\"architectures\": [" + "\"a\", ".repeat(100) + "\"b\"]}").problem())
                .contains("64"));
    }
}
