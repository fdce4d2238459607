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
 * How the model families of Hugging Face's transformers store their weights, by the {@code model_type} of config.json. A
 * family that is not listed is unknown: nothing is concluded from its name.
 */
final class ModelTypes {

    /** Their attention and MLP layers are of transformers' Conv1D, which is stored input x output. */
    private static final Set<String> CONV1D = Set.of("gpt2", "openai-gpt", "imagegpt", "decision_transformer", "clvp");

    /** The layers of these families that are Conv1D; embeddings, heads and classifiers are not. */
    private static final Set<String> CONV1D_LAYERS = Set.of("c_attn", "c_proj", "c_fc", "q_attn");

    /** Their fused experts are [experts, in, out]; all else is Linear. */
    private static final Set<String> EXPERTS_INPUT_OUTPUT = Set.of("gpt_oss", "llama4", "llama4_text");

    private static final Set<String> FUSED_EXPERTS = Set.of("gate_up_proj", "down_proj");

    /** Everything that multiplies is of PyTorch's Linear, which is stored output x input. */
    private static final Set<String> LINEAR = Set.of(
            "albert", "bart", "bert", "bloom", "clip", "cohere", "cohere2", "deberta", "deberta-v2", "deepseek_v2",
            "deepseek_v3", "distilbert", "electra", "falcon", "falcon_mamba", "gemma", "gemma2", "gemma3",
            "gemma3_text",
            "glm", "glm4", "gpt_bigcode", "gpt_neo", "gpt_neox", "gptj", "granite", "hubert", "llama", "longformer",
            "mamba", "mamba2", "mbart", "mistral", "mistral3", "modernbert", "mpt", "mt5", "nemotron", "olmo", "olmo2",
            "opt", "pegasus", "persimmon", "phi", "phi3", "qwen2", "qwen2_vl", "qwen3", "rembert", "roberta", "siglip",
            "smollm3", "stablelm", "starcoder2", "t5", "vit", "wav2vec2", "whisper", "xlm-roberta");

    /** How an architecture's name goes on behind the family's. */
    private static final List<String> ARCHITECTURE_ENDS = List.of("for", "lmhead", "model", "doubleheads");

    private ModelTypes() {}

    /**
     * How a layer is stored.
     *
     * @param config what config.json tells
     * @param layer the layer's name
     * @param fused whether it is a tensor of many experts
     * @return the orientation and why; nothing if the family is unknown
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
                    : new Vote(StoredOrientation.OUTPUT_INPUT, says + "whose " + last + " is no Conv1D"));
        }
        if (EXPERTS_INPUT_OUTPUT.contains(family)) {
            return Optional.of(fused && FUSED_EXPERTS.contains(last)
                    ? new Vote(StoredOrientation.INPUT_OUTPUT, says + "whose experts are stored input x output")
                    : new Vote(StoredOrientation.OUTPUT_INPUT, says + "whose " + last + " is Linear"));
        }
        // The experts of these families were fused by whoever wrote the file.
        return fused
                ? Optional.empty()
                : Optional.of(new Vote(StoredOrientation.OUTPUT_INPUT, says + "whose layers are Linear"));
    }

    /** Tells whether a layer's name is stored input x output by some families and output x input by others. */
    static boolean isAmbiguous(String layer, boolean fused) {
        return (fused ? FUSED_EXPERTS : CONV1D_LAYERS).contains(LayerNames.lastPart(LayerNames.withoutWrappers(layer)));
    }

    /** Why a configuration that is there does not tell how a layer is stored, to go on behind a reason. */
    static String silence(ModelConfig config, String layer) {
        if (!config.isThere()) {
            return "";
        }
        String file = ", and " + ModelConfig.FILE_NAME;
        if (config.problem() != null) {
            return file + " was ignored, since it is damaged";
        }
        return family(config, layer)
                .map(family -> file + " says " + family + ", which does not tell")
                .orElse(file + " names no family of models whose way is known");
    }

    /** The parts of a model that have a family of their own come first: a name says which part it belongs to, or none. */
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
