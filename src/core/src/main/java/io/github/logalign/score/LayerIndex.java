package io.github.logalign.score;

import io.github.logalign.tensor.Tensor;
import io.github.logalign.tensor.TensorFile;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Finds the tensor of a layer. Exact names come first; then names that differ only in their suffix or in the parts that
 * wrappers insert, if exactly one tensor has such a name.
 */
final class LayerIndex {

    private final TensorFile file;
    private final List<Tensor> tensors;
    private final List<String> suffixes;
    private final GraphEvidence graph;
    private final Map<String, List<Tensor>> byLayer;

    private LayerIndex(TensorFile file, List<Tensor> tensors, List<String> suffixes) {
        this.file = file;
        this.tensors = tensors;
        this.suffixes = suffixes;
        this.graph = new GraphEvidence(file);
        this.byLayer = HashMap.newHashMap(tensors.size());
        for (Tensor tensor : tensors) {
            byLayer.computeIfAbsent(layerOf(graph.name(tensor)), layer -> new ArrayList<>(1)).add(tensor);
        }
    }

    /** Weights of layer X are named X.weight or X. */
    static LayerIndex ofWeights(TensorFile file) {
        return new LayerIndex(file, file.tensors(), List.of(LayerNames.WEIGHT, ""));
    }

    /** Activations of layer X are named X, X.weight or X.input. */
    static LayerIndex ofActivations(TensorFile file, List<Tensor> activations) {
        return new LayerIndex(file, activations, List.of("", LayerNames.WEIGHT, LayerNames.INPUT));
    }

    List<Tensor> tensors() {
        return tensors;
    }

    /** What the model's graph says, if the file has one. */
    GraphEvidence graph() {
        return graph;
    }

    private String layerOf(String name) {
        Integer matrix = LayerNames.index(name);
        if (matrix != null) {
            return layerOf(LayerNames.withoutIndex(name)) + "[" + matrix + "]";
        }
        String layer = LayerNames.withoutWeight(name);
        return LayerNames.withoutWrappers(
                suffixes.contains(LayerNames.INPUT) ? LayerNames.withoutSuffix(layer) : layer);
    }

    /**
     * The tensor of a layer.
     *
     * @param layer a layer's name, with or without wrappers
     * @return empty if no tensor or several have such a name
     */
    Optional<Tensor> find(String layer) {
        List<Tensor> candidates = candidates(layer);
        for (String suffix : suffixes) {
            Optional<Tensor> exact = file.find(layer + suffix).filter(candidates::contains);
            if (exact.isPresent()) {
                return exact;
            }
        }
        return candidates.size() == 1 ? Optional.of(candidates.getFirst()) : Optional.empty();
    }

    /** All tensors that the name of a layer may refer to. */
    List<Tensor> candidates(String name) {
        return byLayer.getOrDefault(layerOf(name), List.of());
    }

    /**
     * The name of a tensor's layer, without suffix and wrappers unless two layers would get the same name.
     *
     * @param tensor a tensor of the index
     */
    String layerName(Tensor tensor) {
        if (LayerNames.isUnnamed(file)) {
            return LayerNames.stem(file.path());
        }
        String layer = LayerNames.withoutWeight(graph.name(tensor));
        String bare = LayerNames.withoutWrappers(layer);
        return bare.equals(layer) || candidates(layer).size() > 1 ? layer : bare;
    }
}
