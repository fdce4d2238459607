package io.github.logalign.tensor;

import io.github.logalign.internal.io.JsonReader;
import io.github.logalign.internal.io.Names;
import io.github.logalign.internal.io.Origin;
import io.github.logalign.internal.io.Reasons;
import io.github.logalign.matrix.LogalignException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The parts of the config.json beside a checkpoint that concern its weights, as Hugging Face's libraries write it.
 * Entries that the file lacks are null. The file is optional: a missing file gives an empty configuration, a damaged
 * one an empty configuration and the reason.
 *
 * <p>Thread safety: immutable.
 *
 * @param modelType the family of the model, such as {@code gpt2}
 * @param partModelTypes the families of the parts of a multimodal or encoder-decoder model, by the keys of their
 *     configurations: {@code text_config}, {@code encoder}, {@code decoder}
 * @param architectures the classes that can load the model
 * @param tieWordEmbeddings whether the embedding serves as the unembedding as well
 * @param experts the number of experts of a layer
 * @param quantisation the tool that quantised the weights, such as {@code gptq}
 * @param weightBlockSize the rows and columns that have a scale together, as fine-grained quantisation states them; empty if it
 *     does not
 * @param problem why the file was ignored, in one line; null if it was not
 * @param isThere whether there is such a file, usable or not
 */
public record ModelConfig(
        @Nullable String modelType,
        Map<String, String> partModelTypes,
        List<String> architectures,
        @Nullable Boolean tieWordEmbeddings,
        @Nullable Long experts,
        @Nullable String quantisation,
        List<Long> weightBlockSize,
        @Nullable String problem,
        boolean isThere) {

    /** The name of the file. */
    public static final String FILE_NAME = "config.json";

    /** The empty configuration. */
    public static final ModelConfig NONE = new ModelConfig(
            null, Map.of(), List.of(), null, null, null, List.of(), null, false);

    /** The largest configurations hold the names of some 20,000 classes, in 2 MB. */
    public static final int MAX_BYTES = 1 << 24;

    private static final int MAX_ARCHITECTURES = 64;

    private static final Set<String> EXPERT_COUNTS = Set.of("num_local_experts", "num_experts", "n_routed_experts",
            "moe_num_experts");

    private static final String TEXT = "text_config";

    private static final String DECODER = "decoder";

    private static final String ENCODER = "encoder";

    /** Copies the lists. */
    public ModelConfig {
        partModelTypes = Map.copyOf(partModelTypes);
        architectures = List.copyOf(architectures);
        weightBlockSize = List.copyOf(weightBlockSize);
    }

    /**
     * Reads the config.json in the folder of a file.
     *
     * @param weights the path of a checkpoint; a link is not followed, since the configuration lies beside the link
     * @return its contents; {@link #NONE} if there is no such file
     */
    public static ModelConfig beside(Path weights) {
        Path path = pathBeside(weights);
        if (!Files.isRegularFile(path)) {
            return NONE;
        }
        try {
            return read(bytes(path), path);
        } catch (LogalignException refused) {
            return ignored(String.valueOf(refused.getMessage()));
        } catch (IOException unreadable) {
            return ignored(Names.printable(path) + ": it cannot be read (" + Reasons.of(unreadable) + ")");
        }
    }

    /**
     * The path of a checkpoint's configuration.
     *
     * @param weights the path of a checkpoint
     * @return the path of the config.json in its folder, which need not exist
     */
    public static Path pathBeside(Path weights) {
        return weights.resolveSibling(FILE_NAME);
    }

    private static ModelConfig ignored(String problem) {
        return new ModelConfig(null, Map.of(), List.of(), null, null, null, List.of(), problem, true);
    }

    private static byte[] bytes(Path path) throws IOException {
        try (InputStream in = Files.newInputStream(path)) {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw Origin.of(path).problem(
                        "it is longer than " + MAX_BYTES + " bytes, too long for a model's configuration",
                        "move it elsewhere");
            }
            return bytes;
        }
    }

    private static ModelConfig read(byte[] bytes, Path path) {
        JsonReader json = new JsonReader(bytes, Origin.of(path), "configuration").allowingPythonNumbers();
        Values values = new Values(json);
        values.readModel(null);
        json.end();
        return values.config();
    }

    /** The values while the file is read. */
    private static final class Values {

        private final JsonReader json;
        private final List<String> architectures = new ArrayList<>();
        private @Nullable String modelType;
        private final Map<String, String> partModelTypes = new HashMap<>();
        private @Nullable Boolean tied;
        private @Nullable Boolean textTied;
        private @Nullable Long experts;
        private @Nullable String quantisation;
        private final List<Long> weightBlockSize = new ArrayList<>();

        Values(JsonReader json) {
            this.json = json;
        }

        /** Reads the model itself, or the part of it under a key. */
        void readModel(@Nullable String part) {
            Set<String> seen = new HashSet<>();
            json.beginObject();
            for (boolean first = true; json.hasMember(first); first = false) {
                String key = json.name();
                if (isKnown(key) && !seen.add(key)) {
                    throw json.problem("the key '" + key + "' occurs twice");
                }
                if (json.peek() == 'n' || !readMember(key, part)) {
                    json.skipValue();
                }
            }
        }

        private static boolean isKnown(String key) {
            return switch (key) {
                case "model_type", "architectures", "tie_word_embeddings", TEXT, DECODER, ENCODER,
                        "quantization_config" ->
                    true;
                default -> EXPERT_COUNTS.contains(key);
            };
        }

        private boolean readMember(String key, @Nullable String part) {
            switch (key) {
                case "model_type" -> {
                    String type = json.string();
                    if (part == null) {
                        modelType = type;
                    } else {
                        partModelTypes.put(part, type);
                    }
                }
                case "tie_word_embeddings" -> {
                    boolean value = json.truth();
                    if (part == null) {
                        tied = value;
                    } else if (!part.equals(ENCODER)) {
                        textTied = value;
                    }
                }
                case "architectures" -> readArchitectures();
                case "quantization_config" -> readQuantisation();
                case TEXT, DECODER, ENCODER -> {
                    if (part != null || json.peek() != '{') {
                        return false;
                    }
                    readModel(key);
                }
                default -> {
                    if (!EXPERT_COUNTS.contains(key) || !Character.isDigit(json.peek())) {
                        return false;
                    }
                    experts = json.wholeNumber();
                }
            }
            return true;
        }

        private void readArchitectures() {
            json.beginArray();
            for (boolean first = true; json.hasElement(first); first = false) {
                if (architectures.size() == MAX_ARCHITECTURES) {
                    throw json.problem("it lists more than " + MAX_ARCHITECTURES + " architectures");
                }
                architectures.add(json.string());
            }
        }

        private void readQuantisation() {
            json.beginObject();
            for (boolean first = true; json.hasMember(first); first = false) {
                String key = json.name();
                if (key.equals("quant_method") && json.peek() == '"') {
                    quantisation = json.string();
                } else if (key.equals("weight_block_size") && json.peek() == '[') {
                    readBlockSize();
                } else {
                    json.skipValue();
                }
            }
        }

        private void readBlockSize() {
            json.beginArray();
            for (boolean first = true; json.hasElement(first); first = false) {
                if (Character.isDigit(json.peek()) && weightBlockSize.size() < 2) {
                    weightBlockSize.add(json.wholeNumber());
                } else {
                    json.skipValue();
                }
            }
        }

        ModelConfig config() {
            return new ModelConfig(
                    modelType, partModelTypes, architectures, tied == null ? textTied : tied, experts, quantisation,
                    weightBlockSize, null, true);
        }
    }
}
