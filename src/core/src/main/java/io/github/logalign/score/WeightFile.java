package io.github.logalign.score;

import io.github.logalign.internal.io.Names;
import io.github.logalign.tensor.ModelConfig;
import io.github.logalign.tensor.Tensor;
import io.github.logalign.tensor.TensorFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The weights of a checkpoint: which tensors are weights of layers, why others cannot be scored, and the lookup by
 * layer name.
 */
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

    /**
     * Whether a tensor may be a weight, of a supported type or not. Scales and other parts of quantised weights are not
     * weights.
     */
    boolean isWeight(Tensor tensor) {
        return (tensor.shape().length >= 2 || tensor.holdsMatrices()) && !quantised.isPart(tensor);
    }

    /** Whether a tensor can be scored as it is. */
    boolean holdsMatrices(Tensor tensor) {
        return tensor.holdsMatrices() && !quantised.isPart(tensor) && quantised.of(tensor).isEmpty();
    }

    /** Whether a tensor holds the quantised values of a layer, or part of them. */
    boolean isQuantised(Tensor tensor) {
        return quantised.isPart(tensor) || quantised.of(tensor).isPresent();
    }

    /** The reasons why weights cannot be scored, with the remedy, one line per kind. */
    List<String> whyOthersAreSkipped() {
        List<String> reasons = new ArrayList<>();
        quantised.counts().forEach((scheme, count) -> reasons.add(LayerNames.count(count, "layer")
                + (count == 1 ? " is quantised " : " are quantised ") + scheme.how() + " and "
                + (count == 1 ? "was" : "were") + " skipped; " + scheme.remedy()));
        long placeholders = all().stream().filter(WeightFile::isPlaceholder).count();
        if (placeholders > 0) {
            reasons.add(LayerNames.count(placeholders, "tensor")
                    + (placeholders == 1 ? " is an empty placeholder" : " are empty placeholders") + OF_ZERO);
        }
        return reasons;
    }

    /**
     * Whether a tensor is an empty placeholder, as saved by DeepSpeed's ZeRO stage 3 for weights partitioned over GPUs.
     */
    static boolean isPlaceholder(Tensor tensor) {
        long[] shape = tensor.shape();
        return tensor.isFloating() && shape.length == 1 && shape[0] == 0;
    }

    /** The reason why a tensor cannot be scored; empty if it can. */
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
            return Optional.of("it is part of a quantised weight, not the weight of a layer; exclude it");
        }
        if (isPlaceholder(tensor)) {
            return Optional.of("it is an empty placeholder" + OF_ZERO);
        }
        if (!tensor.isFloating() && tensor.dataType().name().startsWith("F8")) {
            return Optional.of("it is " + tensor.describe() + " without scales beside it; add the file with its "
                    + "scales, or convert it to bfloat16 with the tool that created it");
        }
        if (!tensor.isFloating()) {
            return Optional.of("it is " + tensor.describe() + ", but weights must be F64, F32, F16 or BF16; if it is "
                    + "quantised, dequantise it with the tool that created it");
        }
        return Optional.empty();
    }

    String shown() {
        return Names.printable(file.path());
    }
}
