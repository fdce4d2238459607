package io.github.logalign.score;

import io.github.logalign.internal.io.Names;
import io.github.logalign.tensor.Tensor;
import io.github.logalign.tensor.TensorFile;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The activations of a dump: tensors of a floating-point type with at least two dimensions, each the input of a layer.
 * Those of the batch that the model was given are none, and those of layers around others are not used, unless a user
 * names them.
 */
final class ActivationFile {

    /** What transformers call the inputs of whole models, which are saved beside the activations as part of the batch. */
    private static final Set<String> BATCH = Set.of("pixel_values", "pixel_values_videos", "input_features",
            "input_values", "inputs_embeds", "decoder_inputs_embeds");

    /** What PEFT calls the layer inside its own, which has the weight and sees what the weight multiplies. */
    private static final String INNER = ".base_layer";

    private final TensorFile file;
    private final Masks masks;
    private final List<Tensor> activations;
    private final LayerIndex index;

    /** Opens an index of the activations in a file. Tensors used as masks are left out. */
    ActivationFile(TensorFile file, Masks masks) {
        this.file = file;
        this.masks = masks;
        this.activations = file.tensors().stream()
                .filter(tensor -> holdsActivations(tensor) && !BATCH.contains(tensor.name())
                        && !isAroundAnother(tensor))
                .toList();
        this.index = LayerIndex.ofActivations(file, activations);
    }

    private boolean holdsActivations(Tensor tensor) {
        return tensor.isFloating() && tensor.shape().length >= 2 && !masks.holds(file, tensor);
    }

    /** Whether these were given to a layer around another one, whose own activations are here as well. */
    private boolean isAroundAnother(Tensor tensor) {
        return tensor.isNamed() && file.find(tensor.name() + INNER).filter(this::holdsActivations).isPresent();
    }

    /** How many activations are not used, because those of the layers inside are. */
    long aroundOthers() {
        return file.tensors().stream().filter(tensor -> holdsActivations(tensor) && isAroundAnother(tensor)).count();
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
