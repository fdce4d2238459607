package io.github.logalign.score;

import io.github.logalign.tensor.ModelConfig;
import io.github.logalign.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The evidence in a checkpoint, apart from activations, about how a weight is stored: the model's graph, which decides where
 * there is one; the model family in config.json, names that only transposed weights have, and the shapes of other weights in
 * the same file.
 */
final class OrientationEvidence {

    /**
     * The names that PyTorch's exporter gives to weights of Linear layers, which ONNX's MatMul expects as input x
     * output.
     */
    private static final Pattern ONNX_MATMUL = Pattern.compile("onnx::MatMul_\\d+");

    /** The names of the weights of Dense layers in Flax and Keras. */
    private static final Pattern KERNEL = Pattern.compile("(.*[./])?kernel(:0)?");

    private final GraphEvidence graph;
    private final ModelConfig config;
    private final ShapeEvidence shapes;

    OrientationEvidence(LayerIndex index, ModelConfig config) {
        this.graph = index.graph();
        this.config = config;
        this.shapes = new ShapeEvidence(index);
    }

    /**
     * All evidence about a weight.
     *
     * @param weight a weight of 2 dimensions, or of 3 with the experts first
     * @param layer its layer's name
     * @return pieces of evidence, which may contradict each other
     */
    List<Vote> votes(Tensor weight, String layer) {
        Optional<Vote> ofGraph = graph.vote(weight);
        if (ofGraph.isPresent()) {
            return List.of(ofGraph.get());
        }
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

    /** Whether the evidence about a weight is that of the model's graph, which needs no other. */
    boolean isCertain(Tensor weight) {
        return graph.vote(weight).isPresent();
    }

    private static Optional<Vote> ofName(String name) {
        if (ONNX_MATMUL.matcher(name).matches()) {
            return transposed("ONNX's MatMul takes it input x output");
        }
        return KERNEL.matcher(name).matches()
                ? transposed("Dense layers of Flax and Keras store kernels input x output")
                : Optional.empty();
    }

    /** Whether some families store layers of this name input x output and others do not. */
    static boolean isAmbiguous(Tensor weight, String layer) {
        return ModelTypes.isAmbiguous(layer, weight.shape().length == 3);
    }

    /** The reason why an existing config.json gives no evidence for a layer, as a continuation of another reason. */
    String silenceOfConfig(String layer) {
        return ModelTypes.silence(config, LayerNames.withoutWrappers(layer));
    }

    private static Optional<Vote> transposed(String reason) {
        return Optional.of(new Vote(StoredOrientation.INPUT_OUTPUT, reason));
    }
}
