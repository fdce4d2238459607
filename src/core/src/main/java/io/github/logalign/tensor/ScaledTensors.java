package io.github.logalign.tensor;

import io.github.logalign.internal.io.Names;
import io.github.logalign.internal.io.Problem;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Finds the scales of 8-bit floats, and has the two decoded together. Scales lie beside their tensor under the names that the
 * writers of such checkpoints give them.
 */
final class ScaledTensors {

    /** The most scales that are read into memory: a tensor of 68 G elements in blocks of 32 has as many. */
    private static final long MAX_SCALES = Integer.MAX_VALUE - 8L;

    private static final String WEIGHT = ".weight";

    /** The scales of blocks whose size configurations state. */
    private static final String INVERSE = "_scale_inv";

    private static final String REMEDY = "dequantise it with the tool that created it, or use the checkpoint from before quantisation";

    private final Map<String, Tensor> byName = new HashMap<>();

    /** The size of blocks that the model's configuration states; empty if it does not. */
    private final List<Long> stated;

    private ScaledTensors(List<Tensor> tensors, List<Long> stated) {
        this.stated = stated;
        tensors.forEach(tensor -> byName.put(tensor.name(), tensor));
    }

    /** The same contents, where 8-bit floats that have scales are numbers. The config.json beside the file may state the blocks. */
    static TensorFormat.Contents of(TensorFormat.Contents contents, Path path) {
        if (contents.tensors().stream().noneMatch(ScaledTensors::isFloat8)) {
            return contents;
        }
        ScaledTensors scaled = new ScaledTensors(contents.tensors(), ModelConfig.beside(path).weightBlockSize());
        return new TensorFormat.Contents(contents.metadata(),
                contents.tensors().stream().map(scaled::scaled).toList(), contents.notes(), contents.linearNodes());
    }

    /**
     * The names under which the scale of a tensor may lie: those of DeepSeek and of fine-grained quantisation in transformers
     * (weight_scale_inv, which is multiplied in spite of its name), of compressed-tensors, FBGEMM and ModelOpt (weight_scale),
     * and of Mistral (qscale_weight) and diffusion models (scale_weight).
     */
    static List<String> scaleNames(String name) {
        String layer = name.endsWith(WEIGHT) ? name.substring(0, name.length() - WEIGHT.length()) : name;
        return name.endsWith(WEIGHT)
                ? List.of(name + INVERSE, name + "_scale", layer + ".qscale_weight", layer + ".scale_weight")
                : List.of(name + INVERSE, name + "_scale");
    }

    private static boolean isFloat8(Tensor tensor) {
        return switch (tensor.dataType()) {
            case F8_E4M3, F8_E5M2, F8_E4M3FNUZ, F8_E5M2FNUZ -> true;
            default -> false;
        };
    }

    private Tensor scaled(Tensor codes) {
        Float8 type = isFloat8(codes) ? Float8.of(codes.dataType()) : null;
        int dimensions = codes.shape().length;
        if (type == null || codes.problem().isPresent() || dimensions < 2 || dimensions > 3) {
            return codes;
        }
        List<Tensor> found = scaleNames(codes.name()).stream()
                .flatMap(name -> Optional.ofNullable(byName.get(name)).stream()).toList();
        if (found.isEmpty()) {
            return codes;
        }
        if (found.size() > 1) {
            return codes
                    .unusable(new Problem("it has two scales, " + shown(found.get(0)) + " and " + shown(found.get(1)),
                            "keep the one that it was quantised with"));
        }
        Tensor scales = found.getFirst();
        if (codes.isFortranOrder() || scales.isFortranOrder()) {
            return codes.unusable(new Problem("it or its scale " + shown(scales) + " is stored transposed",
                    "save both after .contiguous()"));
        }
        String why = whyUnusable(scales);
        if (why != null) {
            return codes.unusable(new Problem("its scale " + shown(scales) + ' ' + why, REMEDY));
        }
        return ScaleBlocks.of(codes.shape(), scales.shape(), scales.name().endsWith(INVERSE) ? stated : List.of())
                .map(blocks -> codes.decoded(new ScaledDecoding(codes, type, scales, blocks)))
                .orElseGet(() -> codes.unusable(new Problem("its scale " + shown(scales) + " is "
                        + Names.printable(scales.describe()) + ", which fits no division into blocks"
                        + (stated.isEmpty() ? "" : " of " + stated), REMEDY)));
    }

    private static @Nullable String whyUnusable(Tensor scales) {
        if (scales.problem().isPresent()) {
            return "cannot be used: " + scales.problem().get();
        }
        return switch (scales.dataType()) {
            case F64, F32, F16, BF16, F8_E8M0 -> scales.elements() > MAX_SCALES ? "has too many elements" : null;
            default -> "is " + Names.printable(scales.describe()) + ", which is no type of a scale";
        };
    }

    private static String shown(Tensor tensor) {
        return "'" + Names.printable(tensor.name()) + "'";
    }
}
