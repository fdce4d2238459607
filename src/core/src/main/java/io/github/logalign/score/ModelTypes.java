package io.github.logalign.score;

import io.github.logalign.tensor.ModelConfig;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How the model families of Hugging Face's transformers store their weights, by the {@code model_type} in config.json.
 * A family that is not listed gives no evidence.
 */
final class ModelTypes {

    /** Families whose attention and MLP layers are transformers' Conv1D, which is stored input x output. */
    private static final Set<String> CONV1D = Set.of("gpt2", "openai-gpt", "imagegpt", "decision_transformer", "clvp");

    /** The layers of these families that are Conv1D; embeddings, heads and classifiers are not. */
    private static final Set<String> CONV1D_LAYERS = Set.of("c_attn", "c_proj", "c_fc", "q_attn");

    /** Families whose fused experts are [experts, in, out]; their other layers are Linear. */
    private static final Set<String> EXPERTS_INPUT_OUTPUT = Set.of("gpt_oss", "llama4", "llama4_text", "aria",
            "aria_text");

    private static final Set<String> FUSED_EXPERTS = Set.of("gate_up_proj", "down_proj");

    /** Families whose layers are all PyTorch's Linear, which is stored output x input. */
    private static final Set<String> LINEAR = Set.of(
            "albert", "bart", "beit", "bert", "blenderbot", "bloom", "camembert", "clip", "clip_text_model",
            "clip_vision_model", "cohere", "cohere2", "deberta", "deberta-v2", "deepseek_v2", "deepseek_v3",
            "deepseek_v32", "deit", "detr", "dinov2", "distilbert", "electra", "ernie4_5_moe", "falcon", "falcon_mamba",
            "gemma", "gemma2", "gemma3", "gemma3_text", "gemma3n_text", "glm", "glm4", "glm4_moe", "gpt_bigcode",
            "gpt_neo", "gpt_neox", "gptj", "granite", "granitemoe", "hubert", "jamba", "lfm2", "lfm2_moe", "llama",
            "longformer", "m2m_100", "mamba", "mamba2", "marian", "mbart", "minimax", "mistral", "mistral3", "mixtral",
            "modernbert", "mpnet", "mpt", "mt5", "nemotron", "nemotron_h", "olmo", "olmo2", "olmo3", "olmoe", "opt",
            "pegasus", "persimmon", "phi", "phi3", "phimoe", "qwen2", "qwen2_5_vl", "qwen2_moe", "qwen2_vl", "qwen3",
            "qwen3_5_text", "qwen3_moe", "qwen3_next", "qwen3_vl", "qwen3_vl_text", "rembert", "roberta", "rwkv",
            "siglip",
            "siglip_vision_model", "smollm3", "stablelm", "starcoder2", "swin", "t5", "vit", "wav2vec2", "whisper",
            "xlm-roberta");

    /** The text that may follow the family in the name of an architecture. */
    private static final List<String> ARCHITECTURE_ENDS = List.of("for", "lmhead", "model", "doubleheads");

    private ModelTypes() {}

    /**
     * The evidence of the model family for a layer.
     *
     * @param config the contents of config.json
     * @param layer the layer's name
     * @param fused whether it is a tensor of many experts
     * @return the orientation and the reason; empty if the family is unknown
     */
    static Optional<Vote> vote(ModelConfig config, String layer, boolean fused) {
        Optional<String> found = family(config, layer);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        String family = found.get();
        String says = ModelConfig.FILE_NAME + " says " + family + ", ";
        String last = LayerNames.lastPart(layer);
        if (CONV1D.contains(family)) {
            return Optional.of(CONV1D_LAYERS.contains(last)
                    ? new Vote(StoredOrientation.INPUT_OUTPUT, says + "whose " + last + " is Conv1D")
                    : new Vote(StoredOrientation.OUTPUT_INPUT, says + "whose " + last + " is not a Conv1D"));
        }
        if (EXPERTS_INPUT_OUTPUT.contains(family)) {
            return Optional.of(fused
                    ? new Vote(StoredOrientation.INPUT_OUTPUT, says + "whose experts are stored input x output")
                    : new Vote(StoredOrientation.OUTPUT_INPUT, says + "whose " + last + " is Linear"));
        }
        // These families have single experts on disk, or none. Fused ones are as the program liked that wrote the file.
        return fused
                ? Optional.empty()
                : Optional.of(new Vote(StoredOrientation.OUTPUT_INPUT, says + "whose layers are Linear"));
    }

    /** Whether layers with this name are stored input x output by some families and output x input by others. */
    static boolean isAmbiguous(String layer, boolean fused) {
        return (fused ? FUSED_EXPERTS : CONV1D_LAYERS).contains(LayerNames.lastPart(LayerNames.withoutWrappers(layer)));
    }

    /** The reason why an existing config.json gives no evidence for a layer, as a continuation of another reason. */
    static String silence(ModelConfig config, String layer) {
        if (!config.isThere()) {
            return "";
        }
        String file = ", and " + ModelConfig.FILE_NAME;
        if (config.problem() != null) {
            return file + " was ignored, since it is damaged";
        }
        return family(config, layer)
                .map(family -> file + " says " + family + ", which does not determine it")
                .orElse(file + " names no known model family");
    }

    /**
     * The family of the sub-model that a layer belongs to by its name takes precedence over the family of the whole
     * model.
     */
    private static Optional<String> family(ModelConfig config, String layer) {
        Map<String, String> parts = config.partModelTypes();
        Stream<String> own = Arrays.stream(layer.split("\\.", -1)).filter(parts::containsKey).limit(1).map(parts::get);
        Stream<@Nullable String> all = Stream.of(
                parts.get("text_config"), config.modelType(), parts.get("decoder"), parts.get("encoder"));
        return Stream.concat(own, all)
                .filter(type -> type != null && isKnown(type))
                .findFirst()
                .or(() -> familyOfArchitectures(config));
    }

    private static boolean isKnown(String type) {
        return CONV1D.contains(type) || EXPERTS_INPUT_OUTPUT.contains(type) || LINEAR.contains(type);
    }

    private static Optional<String> familyOfArchitectures(ModelConfig config) {
        return Stream.of(CONV1D, EXPERTS_INPUT_OUTPUT, LINEAR)
                .flatMap(Set::stream)
                .sorted()
                .filter(type -> config.architectures().stream().anyMatch(name -> isArchitecture(name, type)))
                .findFirst();
    }

    private static boolean isArchitecture(String name, String type) {
        String start = type.replace("_", "").replace("-", "");
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.startsWith(start)
                && ARCHITECTURE_ENDS.stream().anyMatch(end -> lower.startsWith(end, start.length()));
    }
}
