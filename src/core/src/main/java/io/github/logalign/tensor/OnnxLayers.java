package io.github.logalign.tensor;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Finds the nodes that multiply activations by weights, and how these are stored. */
final class OnnxLayers {

    /** A tensor as a node sees it: as it is stored, or transposed by a node in between. */
    private record Stored(Tensor tensor, boolean transposed) {}

    private final Map<String, Stored> constants = new HashMap<>();
    private final List<LinearNode> layers = new ArrayList<>();

    private OnnxLayers(List<Tensor> tensors) {
        for (Tensor tensor : tensors) {
            constants.put(tensor.name(), new Stored(tensor, false));
        }
    }

    /** The layers, in the order of the nodes. A graph lists every node after those whose outputs it uses. */
    static List<LinearNode> of(List<Tensor> tensors, List<OnnxNode> nodes) {
        OnnxLayers found = new OnnxLayers(tensors);
        for (OnnxNode node : nodes) {
            if (!node.outputs().isEmpty()) {
                found.add(node, node.outputs().getFirst());
            }
        }
        return List.copyOf(found.layers);
    }

    private void add(OnnxNode node, String output) {
        switch (node.operator()) {
            case "Identity" -> forward(node, output, false);
            case "Transpose" -> {
                if (node.permutation() == null || node.permutation().equals(List.of(1L, 0L))) {
                    forward(node, output, true);
                }
            }
            case "MatMul" -> addLayer(node, output, true, null);
            case "Gemm" -> {
                if (!node.transA()) {
                    String bias = node.input(2);
                    addLayer(node, output, !node.transB(), bias.isEmpty() ? null : bias);
                }
            }
            default -> {
                // Its output is a constant or of no use here.
            }
        }
    }

    private void forward(OnnxNode node, String output, boolean transposes) {
        Stored stored = matrix(node.input(0));
        if (stored != null) {
            constants.putIfAbsent(output, new Stored(stored.tensor, stored.transposed != transposes));
        }
    }

    /** A node that multiplies by the second input, which it takes input x output where {@code inputOutput}. */
    private void addLayer(OnnxNode node, String output, boolean inputOutput, @Nullable String bias) {
        Stored weight = matrix(node.input(1));
        String input = node.input(0);
        if (weight != null && !input.isEmpty() && !constants.containsKey(input)) {
            layers.add(new LinearNode(node.name(), node.operator(), input, output, weight.tensor.name(),
                    weight.transposed != inputOutput, node.alpha(), bias, node.beta()));
        }
    }

    private @Nullable Stored matrix(String name) {
        Stored stored = constants.get(name);
        return stored != null && stored.tensor.shape().length == 2 ? stored : null;
    }
}
