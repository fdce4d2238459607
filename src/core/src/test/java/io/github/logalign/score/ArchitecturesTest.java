package io.github.logalign.score;

import io.github.logalign.tensor.DataType;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Checkpoints of real architectures in the layouts of Hugging Face's transformers, with inputs as hooks of transformers 4 or 5
 * record them: every row is paired, read the right way round and has the value of the definition, or says why not.
 */
class ArchitecturesTest {

    private static final int H = 16;
    private static final int VOCABULARY = 40;
    private static final String IN_MEMORY = "transformers 5 calls the layer so in memory";

    @TempDir
    Path folder;

    private HuggingFaceModel model(DataType type) {
        return new HuggingFaceModel(folder, type, 11);
    }

    // ---- GPT-2 ----------------------------------------------------------------------------------------------------

    private static HuggingFaceModel gpt2(HuggingFaceModel model, String onDisk, String inMemory) {
        String note = onDisk.equals(inMemory) ? null : "the names begin with";
        model.tensor(onDisk + "wte.weight", VOCABULARY, H).tensor(onDisk + "wpe.weight", 32, H);
        for (int layer = 0; layer < 2; layer++) {
            String block = "h." + layer + ".";
            model.tensor(onDisk + block + "ln_1.weight", H)
                    .tensor(onDisk + block + "attn.bias", 1, 1, 32, 32)
                    .tensor(onDisk + block + "attn.c_attn.bias", 3 * H)
                    .conv1d(onDisk + block + "attn.c_attn", inMemory + block + "attn.c_attn", H, 3 * H, note)
                    .conv1d(onDisk + block + "attn.c_proj", inMemory + block + "attn.c_proj", H, H, note)
                    .conv1d(onDisk + block + "mlp.c_fc", inMemory + block + "mlp.c_fc", H, 4 * H, note)
                    .conv1d(onDisk + block + "mlp.c_proj", inMemory + block + "mlp.c_proj", 4 * H, H, note);
        }
        return model.tensor(onDisk + "ln_f.weight", H);
    }

    /** The file of the hub has no prefix, save_pretrained writes one, and GPT2Model has none in memory. */
    @ParameterizedTest
    @CsvSource({"transformer., transformer.", "'', transformer.", "transformer., ''", "'', ''"})
    void gpt2(String onDisk, String inMemory) {
        gpt2(model(DataType.F32), onDisk, inMemory).tied("lm_head", onDisk + "wte.weight")
                .config("gpt2", ", \"tie_word_embeddings\": true")
                .check();
    }

    @Test
    void gpt2WithoutConfiguration() {
        gpt2(model(DataType.BF16), "transformer.", "transformer.").tied("lm_head", "transformer.wte.weight").check();
    }

    // ---- Llama and mixtures of experts ----------------------------------------------------------------------------

    private static void attention(HuggingFaceModel model, String onDisk, String inMemory, @Nullable String note) {
        model.tensor(onDisk + "input_layernorm.weight", H);
        for (String projection : new String[]{"q_proj", "k_proj", "v_proj", "o_proj"}) {
            boolean grouped = projection.startsWith("k") || projection.startsWith("v");
            model.linear(onDisk + "self_attn." + projection, inMemory + "self_attn." + projection, grouped ? 8 : H, H,
                    note);
        }
    }

    private static void mlp(HuggingFaceModel model, String onDisk, String inMemory, @Nullable String note) {
        model.linear(onDisk + "gate_proj", inMemory + "gate_proj", 24, H, note)
                .linear(onDisk + "up_proj", inMemory + "up_proj", 24, H, note)
                .linear(onDisk + "down_proj", inMemory + "down_proj", H, 24, note);
    }

    private static HuggingFaceModel llama(HuggingFaceModel model, String onDisk, String inMemory,
            @Nullable String note) {
        model.tensor(onDisk + "embed_tokens.weight", VOCABULARY, H);
        for (int layer = 0; layer < 2; layer++) {
            String block = "layers." + layer + ".";
            attention(model, onDisk + block, inMemory + block, note);
            mlp(model, onDisk + block + "mlp.", inMemory + block + "mlp.", note);
        }
        return model.tensor(onDisk + "norm.weight", H);
    }

    private HuggingFaceModel llama(DataType type) {
        return llama(model(type), "model.", "model.", null);
    }

    @ParameterizedTest
    @EnumSource(names = {"F32", "BF16"})
    void llamaWithAHeadInShards(DataType type) {
        HuggingFaceModel model = llama(type).linear("lm_head", VOCABULARY, H)
                .config("llama", ", \"tie_word_embeddings\": false");
        model.check(model.sharded());
    }

    @ParameterizedTest
    @EnumSource(names = {"F32", "BF16"})
    void llamaWithATiedHead(DataType type) {
        llama(type).tied("lm_head", "model.embed_tokens.weight")
                .config("llama", ", \"tie_word_embeddings\": true")
                .check();
    }

    @Test
    void theLinksOfTheHubsCacheAreFollowed() {
        HuggingFaceModel model = llama(DataType.BF16).tied("lm_head", "model.embed_tokens.weight")
                .config("llama", ", \"tie_word_embeddings\": true");
        model.check(model.cached(model.single("model.safetensors")));
    }

    @Test
    void theLinksOfTheHubsCacheAreFollowedToShards() {
        HuggingFaceModel model = gpt2(model(DataType.F32), "", "transformer.").tied("lm_head", "wte.weight")
                .config("gpt2", "");
        model.check(model.cached(model.sharded()));
    }

    /** LLaVA's files have the names of its first release. */
    @Test
    void aLanguageModelWithinAnother() {
        String note = IN_MEMORY + " (LLaVA and its kin)";
        HuggingFaceModel model = llama(model(DataType.BF16), "language_model.model.", "model.language_model.",
                "the names begin with").linear("language_model.lm_head", "lm_head", VOCABULARY, H, note);
        String onDisk = "vision_tower.vision_model.encoder.layers.0.";
        model.tensor("vision_tower.vision_model.embeddings.patch_embedding.weight", H, 3, 4, 4);
        for (String name : new String[]{"self_attn.q_proj", "mlp.fc1"}) {
            model.linear(onDisk + name, "model.vision_tower.encoder.layers.0." + name, 24, H, "the names begin with");
        }
        model.linear("multi_modal_projector.linear_1", "model.multi_modal_projector.linear_1", H, 24,
                "the names begin with").config("llava", ", \"text_config\": {\"model_type\": \"llama\"}").check();
    }

    /** Qwen2-VL has its language model below model on disk and below model.language_model in memory. */
    @Test
    void aLanguageModelBesideAnother() {
        llama(model(DataType.F32), "model.", "model.language_model.", "the names begin with")
                .linear("visual.blocks.0.attn.qkv", "model.visual.blocks.0.attn.qkv", 48, H, "the names begin with")
                .linear("lm_head", VOCABULARY, H)
                .config("qwen2_vl", "")
                .check();
    }

    private static void singleExperts(HuggingFaceModel model, String block, String[] names, int experts) {
        for (int expert = 0; expert < experts; expert++) {
            String layer = block + "experts." + expert + ".";
            model.tensor(layer + names[0] + ".weight", 24, H).tensor(layer + names[1] + ".weight", 24, H)
                    .tensor(layer + names[2] + ".weight", H, 24);
        }
    }

    private static void expertRows(
            HuggingFaceModel model, String block, String[] names, String experts, String up, String down, int expert) {
        String layer = block + "experts." + expert + ".";
        String index = "[" + expert + "]";
        for (String name : names) {
            model.row(layer + name, layer + name + ".weight", experts + (name.equals(names[2]) ? down : up) + index,
                    false,
                    IN_MEMORY);
        }
    }

    private HuggingFaceModel mixtral() {
        HuggingFaceModel model = model(DataType.BF16).tensor("model.embed_tokens.weight", VOCABULARY, H);
        attention(model, "model.layers.0.", "model.layers.0.", null);
        return model.linear("lm_head", VOCABULARY, H).config("mixtral", ", \"num_local_experts\": 3");
    }

    private static final String[] MIXTRAL = {"w1", "w3", "w2"};

    /** As transformers 4 has them in memory, each expert a module; one had no tokens. */
    @Test
    void mixtralOfSingleExperts() {
        String block = "model.layers.0.block_sparse_moe.";
        HuggingFaceModel model = mixtral().linear(block + "gate", 3, H);
        singleExperts(model, block, MIXTRAL, 3);
        for (int expert = 0; expert < 2; expert++) {
            for (String name : MIXTRAL) {
                String layer = block + "experts." + expert + "." + name;
                model.input(layer, 5 + expert, name.equals("w2") ? 24 : H)
                        .row(layer, layer + ".weight", layer, false, null);
            }
        }
        model.check();
    }

    /** As transformers 5 has them in memory, with the inputs of each expert, or those of all in one tensor. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void mixtralOfFusedExperts(boolean single) {
        String block = "model.layers.0.block_sparse_moe.";
        String experts = "model.layers.0.mlp.experts.";
        HuggingFaceModel model = mixtral().linear(block + "gate", "model.layers.0.mlp.gate", 3, H, IN_MEMORY);
        singleExperts(model, block, MIXTRAL, 3);
        if (!single) {
            model.input(experts + "gate_up_proj", 3, 7, H).input(experts + "down_proj", 3, 7, 24);
        }
        for (int expert = 0; expert < 3; expert++) {
            if (single) {
                model.input(experts + "gate_up_proj[" + expert + "]", 5 + expert, H)
                        .input(experts + "down_proj[" + expert + "]", 5 + expert, 24);
            }
            expertRows(model, block, MIXTRAL, experts, "gate_up_proj", "down_proj", expert);
        }
        model.check();
    }

    @Test
    void whatAModuleOfExpertsSeesIsNoExpertsInput() {
        String block = "model.layers.0.block_sparse_moe.";
        String experts = "model.layers.0.mlp.experts";
        HuggingFaceModel model = mixtral();
        singleExperts(model, block, MIXTRAL, 3);
        model.input(experts, TOKENS, H).skipped(experts, experts, "save those of each as \"" + experts + "[0]\"")
                .input(experts + ".gate_up_proj", 2, 5, H)
                .skipped(experts + ".gate_up_proj", experts + ".gate_up_proj", "3 experts, and ")
                .check();
    }

    private static final int TOKENS = HuggingFaceModel.TOKENS;

    private static final String[] QWEN = {"gate_proj", "up_proj", "down_proj"};

    /** Hooks on the module itself give the inputs of gate and up; the shared expert is a module like others. */
    @ParameterizedTest
    @ValueSource(strings = {"qwen2_moe", "qwen3_moe"})
    void qwenOfSingleExperts(String family) {
        String block = "model.layers.0.mlp.";
        HuggingFaceModel model = model(DataType.F32).tensor("model.embed_tokens.weight", VOCABULARY, H);
        attention(model, "model.layers.0.", "model.layers.0.", null);
        mlp(model, block + "shared_expert.", block + "shared_expert.", null);
        model.linear(block + "gate", 4, H).linear(block + "shared_expert_gate", 1, H);
        singleExperts(model, block, QWEN, 4);
        for (int expert = 0; expert < 4; expert++) {
            model.input(block + "experts[" + expert + "]", 6, H).input(block + "experts.down_proj[" + expert + "]", 6,
                    24);
            expertRows(model, block, QWEN, block + "experts", "", ".down_proj", expert);
        }
        model.config(family, ", \"num_experts\": 4").check();
    }

    /** What torch.save writes of a model of transformers 5: experts in one tensor, output x input, here square ones. */
    @Test
    void qwenOfFusedExpertsAsInMemory() {
        String experts = "model.layers.0.mlp.experts.";
        HuggingFaceModel model = model(DataType.F32).tensor(experts + "gate_up_proj", 4, H, H)
                .tensor(experts + "down_proj", 4, H, H / 2)
                .input(experts + "gate_up_proj", 4, 9, H)
                .input(experts + "down_proj", 4, 9, H / 2);
        fusedRows(model, experts, false);
        model.config("qwen3_moe", ", \"num_experts\": 4").check();
    }

    private static void fusedRows(HuggingFaceModel model, String experts, boolean transposed) {
        for (String name : new String[]{"gate_up_proj", "down_proj"}) {
            for (int expert = 0; expert < 4; expert++) {
                String row = experts + name + "[" + expert + "]";
                model.row(row, row, row, transposed, null);
            }
        }
    }

    /** Stored input x output, with square up-projections; Qwen3-VL's are turned round while they are loaded. */
    @ParameterizedTest
    @CsvSource({"gpt_oss, mlp, router", "llama4_text, feed_forward, router", "qwen3_vl_moe, mlp, gate",
        "'', mlp, gate"})
    void fusedExpertsAreStoredInputByOutput(String family, String mlp, String router) {
        String block = "model.language_model.layers.0." + mlp + ".";
        String experts = block + "experts.";
        HuggingFaceModel model = model(DataType.BF16).tensor(experts + "gate_up_proj", 4, H, H)
                .tensor(experts + "gate_up_proj_bias", 4, H)
                .tensor(experts + "down_proj", 4, H / 2, H)
                .linear(block + router, 4, H)
                .input(experts + "gate_up_proj", 4, 9, H)
                .input(experts + "down_proj", 4, 9, H / 2);
        fusedRows(model, experts, true);
        if (!family.isEmpty()) {
            model.config(family, ", \"num_local_experts\": 4");
        }
        model.check();
    }

    @Test
    void graniteOfFusedExperts() {
        String block = "model.layers.0.block_sparse_moe.";
        HuggingFaceModel model = model(DataType.F32).tensor(block + "input_linear.weight", 3, 24, H)
                .tensor(block + "output_linear.weight", 3, H, 12)
                .linear(block + "router.layer", block + "router", 3, H, IN_MEMORY)
                .input(block + "experts.gate_up_proj", 3, 9, H);
        for (int expert = 0; expert < 3; expert++) {
            String index = "[" + expert + "]";
            model.input(block + "experts.down_proj" + index, 9, 12)
                    .row(block + "input_linear" + index, block + "input_linear.weight" + index,
                            block + "experts.gate_up_proj" + index, false, IN_MEMORY)
                    .row(block + "output_linear" + index, block + "output_linear.weight" + index,
                            block + "experts.down_proj" + index, false, IN_MEMORY);
        }
        model.config("granitemoe", ", \"num_local_experts\": 3").check();
    }

    /** The names of llama.cpp, which GGUF has in place of these. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void llamaWithTheNamesOfGguf(boolean tied) {
        String why = "GGUF has names of its own";
        HuggingFaceModel model = model(DataType.F32).tensor("token_embd.weight", VOCABULARY, H);
        for (int layer = 0; layer < 2; layer++) {
            String disk = "blk." + layer + ".";
            String memory = "model.layers." + layer + ".";
            model.linear(disk + "attn_q", memory + "self_attn.q_proj", H, H, why)
                    .linear(disk + "attn_k", memory + "self_attn.k_proj", 8, H, why)
                    .linear(disk + "attn_v", memory + "self_attn.v_proj", 8, H, why)
                    .linear(disk + "attn_output", memory + "self_attn.o_proj", H, H, why)
                    .linear(disk + "ffn_gate", memory + "mlp.gate_proj", 24, H, why)
                    .linear(disk + "ffn_up", memory + "mlp.up_proj", 24, H, why)
                    .linear(disk + "ffn_down", memory + "mlp.down_proj", H, 24, why);
        }
        if (tied) {
            model.tied("lm_head", "token_embd.weight").check();
        } else {
            model.linear("output", "lm_head", VOCABULARY, H, why).check();
        }
    }

    // ---- encoders -------------------------------------------------------------------------------------------------

    private static HuggingFaceModel bert(HuggingFaceModel model, String onDisk, String inMemory) {
        String note = onDisk.equals(inMemory) ? null : "the names begin with";
        model.tensor(onDisk + "embeddings.word_embeddings.weight", VOCABULARY, H)
                .tensor(onDisk + "embeddings.position_embeddings.weight", 32, H)
                .tensor(onDisk + "embeddings.token_type_embeddings.weight", 2, H);
        for (int layer = 0; layer < 2; layer++) {
            String block = "encoder.layer." + layer + ".";
            for (String name : new String[]{"attention.self.query", "attention.self.key", "attention.self.value",
                "attention.output.dense"}) {
                model.linear(onDisk + block + name, inMemory + block + name, H, H, note);
            }
            model.linear(onDisk + block + "intermediate.dense", inMemory + block + "intermediate.dense", 32, H, note)
                    .linear(onDisk + block + "output.dense", inMemory + block + "output.dense", H, 32, note)
                    .tensor(onDisk + block + "output.LayerNorm.weight", H);
        }
        return model;
    }

    @Test
    void bertWithATiedDecoder() {
        bert(model(DataType.F32), "bert.", "bert.").linear("cls.predictions.transform.dense", H, H)
                .tensor("cls.predictions.bias", VOCABULARY)
                .tied("cls.predictions.decoder", "bert.embeddings.word_embeddings.weight")
                .config("bert", "")
                .check();
    }

    /** The file of a BertModel, and the inputs of a model with a head that the file lacks. */
    @Test
    void bertWithoutItsHead() {
        String head = "classifier";
        bert(model(DataType.F32), "", "bert.").linear("pooler.dense", "bert.pooler.dense", H, H, "the names begin with")
                .input(head, TOKENS, H)
                .skipped(head, head, "no weight \"classifier.weight\"")
                .config("bert", "")
                .check();
    }

    /** The file of a model with a head, and the inputs of a BertModel. */
    @Test
    void bertModelOfABiggerModel() {
        bert(model(DataType.BF16), "bert.", "").linear("classifier", 3, H).config("bert", "").check();
    }

    private static HuggingFaceModel t5(HuggingFaceModel model) {
        model.tensor("shared.weight", VOCABULARY, H);
        for (String stack : new String[]{"encoder", "decoder"}) {
            boolean decoder = stack.equals("decoder");
            String block = stack + ".block.0.layer.";
            model.tensor(block + "0.SelfAttention.relative_attention_bias.weight", 32, 4);
            for (String name : new String[]{"q", "k", "v", "o"}) {
                model.linear(block + "0.SelfAttention." + name, H, H);
                if (decoder) {
                    model.linear(block + "1.EncDecAttention." + name, H, H);
                }
            }
            String dense = block + (decoder ? "2" : "1") + ".DenseReluDense.";
            model.linear(dense + "wi", 32, H).linear(dense + "wo", H, 32).tensor(stack + ".final_layer_norm.weight", H);
        }
        return model;
    }

    @Test
    void t5WithATiedHead() {
        t5(model(DataType.F32)).tied("lm_head", "shared.weight").config("t5", ", \"tie_word_embeddings\": true")
                .check();
    }

    /** Older files hold the copies as well. T5 1.1 has a head of its own. */
    @Test
    void t5WithAHead() {
        t5(model(DataType.BF16)).tensor("encoder.embed_tokens.weight", VOCABULARY, H)
                .tensor("decoder.embed_tokens.weight", VOCABULARY, H)
                .linear("lm_head", VOCABULARY, H)
                .config("t5", ", \"tie_word_embeddings\": false")
                .check();
    }

    /** BART's decoder and Whisper's are tied to an embedding below model. */
    @ParameterizedTest
    @CsvSource({"bart, lm_head, model.shared", "whisper, proj_out, model.decoder.embed_tokens",
        "roberta, lm_head.decoder, roberta.embeddings.word_embeddings",
        "distilbert, vocab_projector, distilbert.embeddings.word_embeddings",
        "albert, predictions.decoder, albert.embeddings.word_embeddings",
        "modernbert, decoder, model.embeddings.tok_embeddings"})
    void headsOfOtherNamesAreTied(String family, String head, String embedding) {
        model(DataType.F32).tensor(embedding + ".weight", VOCABULARY, H)
                .tensor("model.decoder.embed_positions.weight", 32, H)
                .linear("model.decoder.layers.0.fc1", 32, H)
                .tied(head, embedding + ".weight")
                .config(family, "")
                .check();
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    void vit(int version) {
        vit(model(DataType.F32), version).check();
    }

    private static HuggingFaceModel vit(HuggingFaceModel model, int version) {
        model.tensor("vit.embeddings.cls_token", 1, 1, H)
                .tensor("vit.embeddings.position_embeddings", 1, 17, H)
                .tensor("vit.embeddings.patch_embeddings.projection.weight", H, 3, 4, 4);
        for (int layer = 0; layer < 2; layer++) {
            String onDisk = "vit.encoder.layer." + layer + ".";
            String inMemory = version == 4 ? onDisk : "vit.layers." + layer + ".";
            String note = version == 4 ? null : IN_MEMORY + " (ViT and its kin)";
            String[] disk = {"attention.attention.query", "attention.attention.key", "attention.attention.value",
                "attention.output.dense", "intermediate.dense", "output.dense"};
            String[] memory = {"attention.q_proj", "attention.k_proj", "attention.v_proj", "attention.o_proj",
                "mlp.fc1",
                "mlp.fc2"};
            for (int i = 0; i < disk.length; i++) {
                model.linear(onDisk + disk[i], inMemory + (version == 4 ? disk[i] : memory[i]), i == 4 ? 32 : H,
                        i == 5 ? 32 : H, note);
            }
            model.tensor(onDisk + "layernorm_before.weight", H);
        }
        return model.linear("classifier", 10, H).input("pixel_values", 2, 3, 16, 16).config("vit", "");
    }

    // ---- others ---------------------------------------------------------------------------------------------------

    @Test
    void mamba() {
        HuggingFaceModel model = model(DataType.F32).tensor("backbone.embeddings.weight", VOCABULARY, H);
        for (int layer = 0; layer < 2; layer++) {
            String mixer = "backbone.layers." + layer + ".mixer.";
            model.tensor(mixer + "A_log", 32, 4)
                    .tensor(mixer + "D", 32)
                    .tensor(mixer + "conv1d.weight", 32, 1, 4)
                    .input(mixer + "conv1d", TOKENS, 4)
                    .skipped(mixer + "conv1d", mixer + "conv1d", "convolution")
                    .linear(mixer + "in_proj", 64, H)
                    .linear(mixer + "x_proj", 10, 32)
                    .linear(mixer + "dt_proj", 32, 2)
                    .linear(mixer + "out_proj", H, 32);
        }
        model.tied("lm_head", "backbone.embeddings.weight").config("mamba", ", \"tie_word_embeddings\": true").check();
    }

    /** The head is called embed_out on disk, and lm_head in memory since transformers 5. */
    @ParameterizedTest
    @ValueSource(strings = {"embed_out", "lm_head"})
    void gptNeoX(String head) {
        HuggingFaceModel model = model(DataType.BF16).tensor("gpt_neox.embed_in.weight", VOCABULARY, H);
        for (int layer = 0; layer < 2; layer++) {
            String block = "gpt_neox.layers." + layer + ".";
            model.linear(block + "attention.query_key_value", 3 * H, H)
                    .linear(block + "attention.dense", H, H)
                    .linear(block + "mlp.dense_h_to_4h", 4 * H, H)
                    .linear(block + "mlp.dense_4h_to_h", H, 4 * H);
        }
        model.linear("embed_out", head, VOCABULARY, H, head.equals("lm_head") ? IN_MEMORY + " (GPT-NeoX)" : null)
                .config("gpt_neox", ", \"tie_word_embeddings\": false")
                .check();
    }

    private static final String Q = "base_model.model.model.layers.0.self_attn.q_proj";
    private static final String BARE_Q = "model.layers.0.self_attn.q_proj";

    /** Hooks see the layer, its original and the adapter's matrices; PEFT saves the last alone, without the adapter's name. */
    @Test
    void anAdapter() {
        HuggingFaceModel model = model(DataType.F32);
        for (String matrix : new String[]{"lora_A", "lora_B"}) {
            boolean first = matrix.equals("lora_A");
            model.tensor(Q + "." + matrix + ".weight", first ? 4 : H, first ? H : 4)
                    .input(Q + "." + matrix + ".default", 2, 12, first ? H : 4)
                    .row(BARE_Q + "." + matrix, Q + "." + matrix + ".weight", Q + "." + matrix + ".default", false,
                            "PEFT leaves the adapter's name out on disk");
        }
        model.input(Q, TOKENS, H).input(Q + ".base_layer", TOKENS, H)
                .skipped(Q + ".base_layer", Q + ".base_layer", "holds the adapter of");
        model.check(model.single("adapter_model.safetensors"));
    }

    /** The same inputs with the model that the adapter belongs to, and with one that torch.save wrote whole. */
    @ParameterizedTest
    @ValueSource(strings = {"model.layers.0.self_attn.q_proj", "layers.0.self_attn.q_proj", Q + ".base_layer"})
    void whatAnAdapterBelongsTo(String weight) {
        String note = weight.startsWith("layers") ? "the names begin with" : null;
        String adapter = Q + ".lora_A.default";
        HuggingFaceModel model = model(DataType.BF16).tensor(weight + ".weight", H, H)
                .input(Q, TOKENS, H)
                .input(Q + ".base_layer", TOKENS, H)
                .input(adapter, TOKENS, H)
                .row(weight.startsWith("layers") ? weight : BARE_Q, weight + ".weight", Q + ".base_layer", false, note);
        if (weight.startsWith("base")) {
            model.tensor(adapter + ".weight", 4, H)
                    .row(BARE_Q + ".lora_A.default", adapter + ".weight", adapter, false, null);
        } else {
            model.skipped(adapter, adapter, "no weight");
        }
        model.config("llama", "").check();
    }

    @Test
    void inputsOfTwoAdaptersBelongToNeitherFile() {
        HuggingFaceModel model = model(DataType.F32).tensor(Q + ".lora_A.weight", 4, H);
        for (String adapter : new String[]{"default", "other"}) {
            String inputs = Q + ".lora_A." + adapter;
            model.input(inputs, TOKENS, H)
                    .skipped(BARE_Q + ".lora_A." + adapter, inputs, "and so may \"" + Q + ".lora_A."
                            + (adapter.equals("other") ? "default" : "other") + "\"");
        }
        model.check(model.single("adapter_model.safetensors"));
    }
}
