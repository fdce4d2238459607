package io.github.logalign.score;

import io.github.logalign.tensor.ModelConfig;
import io.github.logalign.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What a checkpoint itself says about how a weight is stored, activations aside: the model's family in config.json, names that
 * are given to transposed weights only, and weights of the same file, whose shapes betray which side is the input.
 */
final class OrientationEvidence {

    /** PyTorch's exporter gives such names to the weights of Linear layers, which ONNX's MatMul takes as input x output. */
    private static final Pattern ONNX_MATMUL = Pattern.compile("onnx::MatMul_\\d+");

    /** Flax and Keras call the weights of their Dense layers so. */
    private static final Pattern KERNEL = Pattern.compile("(.*[./])?kernel(:0)?");

    private final ModelConfig config;
    private final ShapeEvidence shapes;

    OrientationEvidence(LayerIndex index, ModelConfig config) {
        this.config = config;
        this.shapes = new ShapeEvidence(index);
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
        boolean fused = weight.shape().length == 3;
        ofName(weight.name()).ifPresentOrElse(votes::add, () -> votes.addAll(shapes.votes(bare, fused)));
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

    /** Tells whether some families store a layer of this name input x output and others do not. */
    static boolean isAmbiguous(Tensor weight, String layer) {
        return ModelTypes.isAmbiguous(layer, weight.shape().length == 3);
    }

    /** Why config.json, if there is one, does not help with a layer; it goes on behind a reason. */
    String silenceOfConfig(String layer) {
        return ModelTypes.silence(config, LayerNames.withoutWrappers(layer));
    }

    private static Optional<Vote> transposed(String reason) {
        return Optional.of(new Vote(StoredOrientation.INPUT_OUTPUT, reason));
    }
}
