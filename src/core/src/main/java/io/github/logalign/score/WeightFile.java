package io.github.logalign.score;

import io.github.logalign.internal.io.Names;
import io.github.logalign.tensor.ModelConfig;
import io.github.logalign.tensor.Tensor;
import io.github.logalign.tensor.TensorFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The weights of a checkpoint: which tensors may be layers, which cannot and why, and how to find one by its layer's name. */
final class WeightFile {

    private static final String OF_ZERO = " of DeepSpeed's ZeRO-3, whose weights are elsewhere; save with"
            + " stage3_gather_16bit_weights_on_model_save, or collect the weights with zero_to_fp32.py";

    private final TensorFile file;
    private final Quantised quantised;
    private final LayerIndex index;

    WeightFile(TensorFile file, ModelConfig config) {
        this.file = file;
        this.quantised = new Quantised(file, config);
        this.index = LayerIndex.ofWeights(file);
    }

    TensorFile file() {
        return file;
    }

    List<Tensor> all() {
        return file.tensors();
    }

    LayerIndex index() {
        return index;
    }

    Quantised quantised() {
        return quantised;
    }

    /** What may be a weight, be it of a type that can be scored or not: scales and the like are none. */
    boolean isWeight(Tensor tensor) {
        return (tensor.shape().length >= 2 || tensor.holdsMatrices()) && !quantised.isPart(tensor);
    }

    /** What can be scored as it is. */
    boolean holdsMatrices(Tensor tensor) {
        return tensor.holdsMatrices() && !quantised.isPart(tensor) && quantised.of(tensor).isEmpty();
    }

    /** The numbers of a quantised layer, or a part of them. */
    boolean isQuantised(Tensor tensor) {
        return quantised.isPart(tensor) || quantised.of(tensor).isPresent();
    }

    /** What a file's other weights are, where there is something to do about it, in one line for each kind. */
    List<String> whyOthersAreLeftAside() {
        List<String> reasons = new ArrayList<>();
        quantised.counts().forEach((scheme, count) -> reasons.add(LayerNames.count(count, "layer")
                + (count == 1 ? " is quantised " : " are quantised ") + scheme.how() + " and "
                + (count == 1 ? "was" : "were") + " left aside; " + scheme.remedy()));
        long placeholders = all().stream().filter(WeightFile::isPlaceholder).count();
        if (placeholders > 0) {
            reasons.add(LayerNames.count(placeholders, "tensor")
                    + (placeholders == 1 ? " is an empty placeholder" : " are empty placeholders") + OF_ZERO);
        }
        return reasons;
    }

    /** DeepSpeed's stage 3 leaves empty tensors in the place of weights that are spread over the GPUs. */
    static boolean isPlaceholder(Tensor tensor) {
        long[] shape = tensor.shape();
        return tensor.isFloating() && shape.length == 1 && shape[0] == 0;
    }

    /** Why a tensor cannot be scored: nothing if it can. */
    Optional<String> whyUnusable(Tensor tensor) {
        Optional<String> problem = tensor.problem();
        if (problem.isPresent()) {
            return problem;
        }
        Optional<Quantised.Scheme> scheme = quantised.of(tensor);
        if (scheme.isPresent()) {
            return Optional.of("it " + scheme.get().sentence());
        }
        if (quantised.isPart(tensor)) {
            return Optional.of("it belongs to a quantised weight and is no layer; leave it out");
        }
        if (isPlaceholder(tensor)) {
            return Optional.of("it is an empty placeholder" + OF_ZERO);
        }
        if (!tensor.isFloating() && tensor.dataType().name().startsWith("F8")) {
            return Optional.of("it is " + tensor.describe() + " without scales in this file; convert it to bfloat16, or"
                    + " dequantise it first if its scales are elsewhere");
        }
        if (!tensor.isFloating()) {
            return Optional.of("it is " + tensor.describe() + ", and weights are F64, F32, F16 or BF16; if it is"
                    + " quantised, dequantise it with the tool that made it");
        }
        return Optional.empty();
    }

    String shown() {
        return Names.printable(file.path());
    }
}
