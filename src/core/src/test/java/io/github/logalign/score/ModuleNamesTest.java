package io.github.logalign.score;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What modules are called on disk. */
class ModuleNamesTest {

    private static List<List<String>> renamed(String name) {
        return ModuleNames.of(name).stream().map(ModuleNames.Renaming::layers).toList();
    }

    @ParameterizedTest
    @CsvSource({
        "vit.layers.10.attention.k_proj, vit.encoder.layer.10.attention.attention.key",
        "layers.0.mlp.fc2, encoder.layer.0.output.dense",
        "vit.layers.0.attention.o_proj, encoder.layer.0.attention.output.dense",
        "decoder.decoder_layers.1.attention.v_proj, decoder.decoder_layers.1.attention.attention.value",
        "dinov2.encoder.layer.1.attention.q_proj, dinov2.encoder.layer.1.attention.attention.query",
        "swin.encoder.layers.1.blocks.0.attention.q_proj, swin.encoder.layers.1.blocks.0.attention.self.query",
        "swin.encoder.layers.1.blocks.0.mlp.fc1, swin.encoder.layers.1.blocks.0.intermediate.dense",
        "model.encoder.layers.0.mlp.fc1, model.encoder.layers.0.fc1",
        "model.decoder.layers.0.encoder_attn.o_proj, model.decoder.layers.0.encoder_attn.out_proj",
        "model.layers.0.mlp.gate, model.layers.0.block_sparse_moe.gate",
        "model.layers.0.mlp.router, model.layers.0.block_sparse_moe.gate",
        "model.layers.0.feed_forward.experts.down_proj[7], model.layers.0.feed_forward.experts.7.w2",
        "model.layers.0.feed_forward.experts.down_proj[7], model.layers.0.feed_forward.experts.7.down_proj",
        "model.layers.0.mixer.experts.up_proj[1], backbone.layers.0.mixer.experts.1.up_proj",
        "model.layers.0.mixer.in_proj, backbone.layers.0.mixer.in_proj",
        "model.layers.0.mlp.experts[3], model.layers.0.mlp.experts.gate_up_proj[3]",
        "model.layers.0.mlp.experts.gate_up_proj, model.layers.0.mlp.experts.fc1",
        "model.layers.0.mlp.experts.down_proj[2], model.layers.0.mlp.experts.fc2[2]",
        "lm_head, embed_out",
        "lm_head, output",
        "model.layers.11.self_attn.o_proj, blk.11.attn_output",
        "model.layers.11.mlp.down_proj, blk.11.ffn_down",
        "model.layers.11.block_sparse_moe.gate, blk.11.ffn_gate_inp",
        "h.0.attn.c_attn, transformer.h.0.attn.c_attn",
        "roberta.encoder.layer.0.output.dense, encoder.layer.0.output.dense",
        "model.language_model.layers.0.mlp.gate, language_model.model.layers.0.block_sparse_moe.gate",
        "model.layers.0.self_attn.q_proj.lora_B.my adapter, model.layers.0.self_attn.q_proj.lora_B"
    })
    void aModuleHasAnotherNameOnDisk(String inMemory, String onDisk) {
        assertTrue(renamed(inMemory).contains(List.of(onDisk)), () -> renamed(inMemory).toString());
    }

    @ParameterizedTest
    @CsvSource({"mlp., block_sparse_moe., w1, w3", "mlp., mlp., gate_proj, up_proj",
        "feed_forward., feed_forward., w1, w3", "feed_forward., feed_forward., gate_proj, up_proj"})
    void gateAndUpHaveTheSameInputs(String inMemory, String onDisk, String gate, String up) {
        String block = "model.layers.0.";
        for (String module : List.of("experts[12]", "experts.gate_up_proj[12]")) {
            assertTrue(renamed(block + inMemory + module).contains(List.of(
                    block + onDisk + "experts.12." + gate, block + onDisk + "experts.12." + up)), module);
        }
    }

    /** Parts are whole: these are the names of other layers. */
    @ParameterizedTest
    @ValueSource(strings = {"my_layers.0.mlp.fc1x", "layers.x.attention.q_proj", "vit.layers.0.attention.q_proj.more",
        "xmlp.gate", "mlp.gate_proj", "experts.gate_up_proj", "lm_head.dense", "lora_A", "lora_A.a.b", "modelx.a"})
    void otherNamesOnlyBeginOtherwise(String name) {
        for (List<String> layers : renamed(name)) {
            assertEquals(1, layers.size());
            String other = layers.getFirst();
            assertTrue(other.endsWith("." + name) || name.endsWith("." + other), other);
        }
        assertFalse(renamed(name).isEmpty());
    }
}
