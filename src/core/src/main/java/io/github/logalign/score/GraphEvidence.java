package io.github.logalign.score;

import io.github.logalign.tensor.LinearNode;
import io.github.logalign.tensor.Tensor;
import io.github.logalign.tensor.TensorFile;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What a model's own graph says about its weights, where the file has one: how they are stored, and in which layers. */
final class GraphEvidence {

    /** What PyTorch's exporter calls weights that it has transposed, whose own names are lost. */
    private static final String NAMELESS = "onnx::";

    private final Map<String, List<LinearNode>> nodesOfWeight = new HashMap<>();

    /** The layers that nameless weights may be called after: those of one node, and no other tensor's. */
    private final Set<String> distinctLayers = new HashSet<>();

    GraphEvidence(TensorFile file) {
        Map<String, Integer> counts = new HashMap<>();
        for (LinearNode node : file.linearNodes()) {
            nodesOfWeight.computeIfAbsent(node.weight(), _ -> new ArrayList<>(1)).add(node);
            counts.merge(node.layer(), 1, Integer::sum);
        }
        counts.forEach((layer, count) -> {
            boolean isOthers = file.find(layer).isPresent() || file.find(layer + LayerNames.WEIGHT).isPresent();
            if (count == 1 && !layer.isEmpty() && !isOthers) {
                distinctLayers.add(layer);
            }
        });
    }

    private List<LinearNode> nodes(Tensor weight) {
        return nodesOfWeight.getOrDefault(weight.name(), List.of());
    }

    /** How a weight is stored; empty if no node multiplies by it, or one by it and another by its transpose. */
    Optional<Vote> vote(Tensor weight) {
        List<LinearNode> nodes = nodes(weight);
        if (nodes.isEmpty() || nodes.stream().map(LinearNode::isTransposed).distinct().count() > 1) {
            return Optional.empty();
        }
        LinearNode node = nodes.getFirst();
        return Optional.of(new Vote(
                node.isTransposed() ? StoredOrientation.INPUT_OUTPUT : StoredOrientation.OUTPUT_INPUT,
                "the model's graph multiplies by it so (" + node.operator() + ")"));
    }

    /** The name of a tensor, or that of its layer where the exporter has lost the name. */
    String name(Tensor tensor) {
        List<LinearNode> nodes = nodes(tensor);
        boolean isNameless = tensor.name().startsWith(NAMELESS) && nodes.size() == 1;
        return isNameless && distinctLayers.contains(nodes.getFirst().layer())
                ? nodes.getFirst().layer()
                : tensor.name();
    }
}
