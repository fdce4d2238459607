package io.github.logalign.score;

import io.github.logalign.internal.io.Names;
import io.github.logalign.tensor.Tensor;
import io.github.logalign.tensor.TensorFile;
import java.util.List;
import java.util.Optional;

/**
 * The activations of a dump: tensors of a floating-point type with at least two dimensions, each the input of a layer.
 */
final class ActivationFile {

    private final TensorFile file;
    private final Masks masks;
    private final List<Tensor> activations;
    private final LayerIndex index;

    /** Opens an index of the activations in a file. Tensors used as masks are left out. */
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

    /** The activations with exactly this name. */
    Optional<Tensor> named(String name) {
        return file.find(name).filter(this::holdsActivations);
    }

    /** The activations of a layer. */
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
