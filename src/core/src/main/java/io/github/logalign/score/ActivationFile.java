package io.github.logalign.score;

import io.github.logalign.internal.io.Names;
import io.github.logalign.tensor.Tensor;
import io.github.logalign.tensor.TensorFile;
import java.util.List;
import java.util.Optional;

/** The activations of a dump: tensors of a floating type with at least two dimensions, by the layer they are inputs of. */
final class ActivationFile {

    private final TensorFile file;
    private final Masks masks;
    private final List<Tensor> activations;
    private final LayerIndex index;

    /** Tensors that are masks are no activations. */
    ActivationFile(TensorFile file, Masks masks) {
        this.file = file;
        this.masks = masks;
        this.activations = file.tensors().stream().filter(this::holdsActivations).toList();
        this.index = LayerIndex.ofActivations(file, activations);
    }

    private boolean holdsActivations(Tensor tensor) {
        return tensor.isFloating() && tensor.shape().length >= 2 && !masks.holds(file, tensor);
    }

    TensorFile file() {
        return file;
    }

    List<Tensor> all() {
        return activations;
    }

    /** Activations of exactly this name. */
    Optional<Tensor> named(String name) {
        return file.find(name).filter(this::holdsActivations);
    }

    /** Activations of a layer. */
    Optional<Tensor> of(String layer) {
        return index.find(layer);
    }

    boolean isUnnamed() {
        return LayerNames.isUnnamed(file);
    }

    String shown() {
        return Names.printable(file.path());
    }
}
