package io.github.logalign.score;

import io.github.logalign.internal.io.Names;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.tensor.MaskTensor;
import io.github.logalign.tensor.ModelConfig;
import io.github.logalign.tensor.Tensor;
import io.github.logalign.tensor.TensorFile;
import java.util.Optional;

/**
 * Describes in a few words what each tensor of a file can be used for.
 *
 * <p>Thread safety: immutable; valid while the file is open.
 */
public final class TensorUses {

    /**
     * The largest integer tensor, in elements, that is examined as a mask. Larger ones are rarely masks and take long
     * to read.
     */
    private static final long MAX_TOKENS = 1 << 24;

    private final WeightFile weights;
    private final ModelConfig config;
    private final Orientation.Judge judge;
    private final Selection selection;

    /**
     * Examines a file and the config.json beside it.
     *
     * @param file the open file
     * @param selection the user's options about how the weights are stored
     */
    public TensorUses(TensorFile file, Selection selection) {
        this.config = ModelConfig.beside(file.path());
        this.weights = new WeightFile(file, config);
        this.selection = selection;
        this.judge = new Orientation.Judge(
                new OrientationEvidence(weights.index(), config), new SiblingFits(), selection);
    }

    /**
     * The use of a tensor.
     *
     * @param tensor a tensor of the file
     * @return a description such as {@code matrix}, {@code 8 matrices} or {@code quantised by GPTQ}
     */
    public String of(Tensor tensor) {
        Optional<String> problem = tensor.problem();
        if (problem.isPresent()) {
            String file = Names.printable(tensor.path()) + ": ";
            String line = problem.get();
            return "unusable: " + (line.startsWith(file) ? line.substring(file.length()) : line);
        }
        Optional<Quantised.Scheme> scheme = weights.quantised().of(tensor);
        if (scheme.isPresent()) {
            return "quantised " + scheme.get().how();
        }
        if (weights.quantised().isPart(tensor)) {
            return "part of a quantised weight";
        }
        if (WeightFile.isPlaceholder(tensor)) {
            return "empty (ZeRO-3)";
        }
        if (tensor.isFloating() && tensor.shape().length >= 2) {
            return ofWeight(tensor);
        }
        return switch (tensor.dataType()) {
            case BOOL, U8, I8, U16, I16, U32, I32, U64, I64 -> ofIntegers(tensor);
            default -> "unused";
        };
    }

    /** Describes an integer tensor as a mask, if it is one. */
    private static String ofIntegers(Tensor tensor) {
        if (tensor.elements() > MAX_TOKENS) {
            return "unused";
        }
        try {
            return MaskTensor.of(tensor).describe();
        } catch (LogalignException notAMask) {
            return "unused";
        }
    }

    private String ofWeight(Tensor tensor) {
        String layer = weights.index().layerName(tensor);
        WeightKind kind = WeightKind.of(tensor, layer, null, config, selection.convolutions());
        if (kind.refusal() != null || kind.shape() == WeightKind.Shape.CONVOLUTION) {
            return "convolution";
        }
        boolean transposed = judge.withoutActivations(tensor, layer).stored() == StoredOrientation.INPUT_OUTPUT;
        String what = kind.shape() == WeightKind.Shape.MATRIX ? "matrix" : tensor.shape()[0] + " matrices";
        return transposed ? what + ", input x output" : what;
    }
}
