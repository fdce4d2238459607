package io.github.logalign.score;

import io.github.logalign.tensor.DataType;
import io.github.logalign.tensor.ModelConfig;
import io.github.logalign.tensor.Tensor;
import io.github.logalign.tensor.TensorFile;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Finds quantised weights by the tensors that belong together: low-precision values and their scales. Neither the
 * values nor the scales are the weight itself, so none of them is scored.
 */
final class Quantised {

    private static final String ORIGINAL = ", or use the checkpoint from before quantisation";

    private static final Scheme GPTQ = new Scheme("by GPTQ",
            "dequantise the model with the tool that created it (GPTQModel)" + ORIGINAL);
    private static final Scheme AWQ = new Scheme("by AWQ",
            "dequantise the model with the tool that created it (AutoAWQ)" + ORIGINAL);
    private static final Scheme BITSANDBYTES = new Scheme(
            "by bitsandbytes", "load it with transformers, call model.dequantize() and save it" + ORIGINAL);
    private static final Scheme FP8_BLOCKS = new Scheme(
            "to FP8 with scales that are not beside it",
            "multiply by the scales (for DeepSeek models fp8_cast_bf16.py does it)" + ORIGINAL);
    private static final Scheme MXFP4 = new Scheme(
            "to MXFP4", "load it with transformers' Mxfp4Config(dequantize=True) and save it" + ORIGINAL);
    private static final Scheme NVFP4 = new Scheme(
            "to NVFP4", "dequantise it with the tool that created it (ModelOpt, llm-compressor)" + ORIGINAL);
    private static final Scheme PACKED = new Scheme(
            "with separate scales (compressed-tensors)",
            "dequantise the model with the tool that created it" + ORIGINAL);

    /** How a weight was quantised, as a phrase that follows "is quantised", and the remedy. */
    record Scheme(String how, String remedy) {

        String sentence() {
            return "is quantised " + how + ", so its elements are not weights; " + remedy;
        }
    }

    private final TensorFile file;
    private final ModelConfig config;
    private final Map<String, Scheme> byLayer = new LinkedHashMap<>();
    private final Map<String, Scheme> byTensor = new HashMap<>();
    private final Set<String> parts = new HashSet<>();

    Quantised(TensorFile file, ModelConfig config) {
        this.file = file;
        this.config = config;
        for (Tensor tensor : file.tensors()) {
            look(tensor.name());
        }
    }

    /** The quantisation of a layer, if it is quantised. */
    Optional<Scheme> layer(String layer) {
        return Optional.ofNullable(byLayer.get(LayerNames.withoutWrappers(LayerNames.withoutWeight(layer))));
    }

    /** The quantisation of the layer whose values a tensor holds. */
    Optional<Scheme> of(Tensor tensor) {
        Scheme scheme = byTensor.get(tensor.name());
        boolean small = !tensor.isFloating() && tensor.dataType() != DataType.BOOL && tensor.dataType() != DataType.I64;
        if (scheme == null && small && config.quantisation() != null && tensor.shape().length >= 2) {
            scheme = ofConfig(config.quantisation());
        }
        return Optional.ofNullable(scheme);
    }

    /** Whether a tensor is a scale, a zero point or another auxiliary part of a quantised layer. */
    boolean isPart(Tensor tensor) {
        return parts.contains(tensor.name());
    }

    /** Whether the head is quantised. */
    boolean hasHead() {
        return byLayer.keySet().stream().anyMatch(TiedHead::isHead);
    }

    /** The quantised layers. */
    Stream<String> layers() {
        return byLayer.keySet().stream();
    }

    /** The number of layers per quantisation scheme. */
    Map<Scheme, Integer> counts() {
        Map<Scheme, Integer> counts = new LinkedHashMap<>();
        byLayer.values().forEach(scheme -> counts.merge(scheme, 1, Integer::sum));
        return counts;
    }

    private void look(String name) {
        if (name.endsWith(".qweight") && has(base(name, ".qweight") + ".scales")) {
            String layer = base(name, ".qweight");
            boolean awq = "awq".equals(config.quantisation())
                    || (config.quantisation() == null && !has(layer + ".g_idx"));
            found(layer, name, awq ? AWQ : GPTQ, List.of(".scales", ".qzeros", ".g_idx"));
        } else if (name.endsWith(".absmax") && !name.endsWith(".nested_absmax")) {
            String weight = base(name, ".absmax");
            found(LayerNames.withoutWeight(weight), weight, BITSANDBYTES, List.of());
            parts(weight, List.of(".absmax", ".quant_map", ".nested_absmax", ".nested_quant_map",
                    ".quant_state.bitsandbytes__nf4", ".quant_state.bitsandbytes__fp4"));
        } else if (name.endsWith(".SCB")) {
            String layer = base(name, ".SCB");
            found(layer, layer + LayerNames.WEIGHT, BITSANDBYTES, List.of(".SCB", ".weight_format"));
        } else if (name.endsWith("_scale_inv")) {
            scaled(base(name, "_scale_inv"), name);
        } else if (name.endsWith("_scale")) {
            scaled(base(name, "_scale"), name);
        } else if (name.endsWith("_blocks") && has(base(name, "_blocks") + "_scales")) {
            String layer = base(name, "_blocks");
            found(LayerNames.withoutWeight(layer), name, MXFP4, List.of("_scales"));
        }
    }

    /** Records a weight with a scale tensor: FP8, integer or packed. */
    private void scaled(String weight, String scale) {
        String layer = LayerNames.withoutWeight(weight);
        String packed = weight + "_packed";
        if (has(packed)) {
            found(layer, packed, has(weight + "_global_scale") ? NVFP4 : PACKED, List.of());
        } else if (file.find(weight).filter(tensor -> !tensor.isFloating()).isPresent()) {
            Scheme other = has(weight + "_scale_2") ? NVFP4 : PACKED;
            found(layer, weight, isFloat8(weight) ? FP8_BLOCKS : other, List.of());
        } else if (file.find(weight).filter(Tensor::isDecoded).isEmpty()) {
            return;
        }
        parts.add(scale);
        parts(weight, List.of("_scale", "_scale_2", "_zero_point", "_shape", "_g_idx", "_global_scale"));
        parts(layer, List.of(".input_scale", ".input_global_scale", ".output_scale"));
    }

    private boolean isFloat8(String weight) {
        return file.find(weight)
                .map(Tensor::dataType)
                .filter(type -> type == DataType.F8_E4M3 || type == DataType.F8_E5M2)
                .isPresent();
    }

    private void found(String layer, String numbers, Scheme scheme, List<String> suffixes) {
        byLayer.put(LayerNames.withoutWrappers(layer), scheme);
        byTensor.put(numbers, scheme);
        parts(layer, suffixes);
    }

    private void parts(String start, List<String> suffixes) {
        for (String suffix : suffixes) {
            if (has(start + suffix)) {
                parts.add(start + suffix);
            }
        }
    }

    private boolean has(String name) {
        return file.find(name).isPresent();
    }

    private static String base(String name, String suffix) {
        return name.substring(0, name.length() - suffix.length());
    }

    private static Scheme ofConfig(@Nullable String method) {
        return switch (String.valueOf(method).toLowerCase(Locale.ROOT)) {
            case "gptq" -> GPTQ;
            case "awq" -> AWQ;
            case "bitsandbytes" -> BITSANDBYTES;
            case "fp8", "fbgemm_fp8" -> FP8_BLOCKS;
            case "mxfp4" -> MXFP4;
            default -> PACKED;
        };
    }
}
