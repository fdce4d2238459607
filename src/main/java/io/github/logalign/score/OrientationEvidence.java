package io.github.logalign.score;

import io.github.logalign.tensor.ModelConfig;
import io.github.logalign.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a checkpoint itself says about how a weight is stored, activations aside: the model's family in config.json, names that
 * are given to transposed weights only, and weights of the same block, whose shapes betray which side is the input.
 */
final class OrientationEvidence {

    /** PyTorch's exporter gives such names to the weights of Linear layers, which ONNX's MatMul takes as input x output. */
    private static final Pattern ONNX_MATMUL = Pattern.compile("onnx::MatMul_\\d+");

    /** Flax and Keras call the weights of their Dense layers so. */
    private static final Pattern KERNEL = Pattern.compile("(.*[./])?kernel(:0)?");

    private final LayerIndex index;
    private final ModelConfig config;

    OrientationEvidence(LayerIndex index, ModelConfig config) {
        this.index = index;
        this.config = config;
    }

    /**
     * All that can be said of a weight.
     *
     * @param weight a weight of 2 dimensions, or 3 with the experts first
     * @param layer its layer's name
     * @return pieces of evidence, which may contradict each other
     */
    List<Vote> votes(Tensor weight, String layer) {
        String bare = LayerNames.withoutWrappers(layer);
        List<Vote> votes = new ArrayList<>();
        if (TiedHead.isHeadOrEmbedding(bare)) {
            votes.add(new Vote(StoredOrientation.OUTPUT_INPUT, "embeddings and heads are stored vocabulary x n"));
            return votes;
        }
        ModelTypes.vote(config, bare, weight.shape().length == 3).ifPresent(votes::add);
        ofName(weight.name()).or(() -> ofBlock(weight, bare)).ifPresent(votes::add);
        return votes;
    }

    private static Optional<Vote> ofName(String name) {
        if (ONNX_MATMUL.matcher(name).matches()) {
            return transposed("ONNX's MatMul stores it so");
        }
        return KERNEL.matcher(name).matches()
                ? transposed("Dense layers of Flax and Keras store a kernel so")
                : Optional.empty();
    }

    private Optional<Vote> ofBlock(Tensor weight, String layer) {
        String block = LayerNames.parent(layer);
        return switch (LayerNames.lastPart(layer)) {
            case "c_attn", "c_proj" -> ofAttention(block).or(() -> ofMlp(block));
            case "c_fc" -> ofMlp(block);
            case "gate_up_proj", "down_proj" -> weight.shape().length == 3 ? ofExperts(block) : Optional.empty();
            default -> Optional.empty();
        };
    }

    /** c_proj is n x n, and c_attn leads from n to queries, keys and values: GPT-2's is n x 3n, nanoGPT's 3n x n. */
    private Optional<Vote> ofAttention(String block) {
        long[] attention = shape(block + "c_attn");
        long[] projection = shape(block + "c_proj");
        if (attention == null) {
            return Optional.empty();
        }
        long n = projection != null && projection[0] == projection[1]
                ? projection[0]
                : Math.min(attention[0], attention[1]);
        if (attention[0] == attention[1] || (attention[0] != n && attention[1] != n)) {
            return Optional.empty();
        }
        return vote(attention[0] == n, "c_attn of its block leads from " + n + " to "
                + Math.max(attention[0], attention[1]) + " and is stored");
    }

    /** c_fc leads from n to something wider. */
    private Optional<Vote> ofMlp(String block) {
        long[] wide = shape(block + "c_fc");
        if (wide == null || wide[0] == wide[1]) {
            return Optional.empty();
        }
        return vote(wide[0] < wide[1], "c_fc of its block leads from " + Math.min(wide[0], wide[1]) + " to "
                + Math.max(wide[0], wide[1]) + " and is stored");
    }

    /** gate_up_proj leads from n to twice the inner dimension, down_proj from that back to n. */
    private Optional<Vote> ofExperts(String block) {
        long[] up = shape(block + "gate_up_proj");
        long[] down = shape(block + "down_proj");
        if (up == null || down == null || up.length != 3 || down.length != 3) {
            return Optional.empty();
        }
        boolean transposed = up[1] == down[2] && up[2] == 2 * down[1];
        boolean linear = up[2] == down[1] && up[1] == 2 * down[2];
        return transposed == linear
                ? Optional.empty()
                : vote(transposed, "the shapes of gate_up_proj and down_proj fit together only");
    }

    private static Optional<Vote> transposed(String reason) {
        return Optional.of(new Vote(StoredOrientation.INPUT_OUTPUT, reason));
    }

    private static Optional<Vote> vote(boolean transposed, String reason) {
        return Optional.of(transposed
                ? new Vote(StoredOrientation.INPUT_OUTPUT, reason + " input x output")
                : new Vote(StoredOrientation.OUTPUT_INPUT, reason + " output x input"));
    }

    private long @Nullable [] shape(String layer) {
        return index.find(layer).map(Tensor::shape).filter(shape -> shape.length >= 2).orElse(null);
    }
}
