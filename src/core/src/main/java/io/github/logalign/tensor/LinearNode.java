package io.github.logalign.tensor;

import org.jspecify.annotations.Nullable;

/**
 * A node of a model's graph that multiplies activations by weights: ONNX's MatMul, or Gemm without a transposed input. The
 * graph tells how the weights are stored.
 *
 * @param name the node's name, which may be empty
 * @param operator {@code MatMul} or {@code Gemm}
 * @param input the value that holds the activations X, with the tokens before the last dimension
 * @param output the value that holds what the node computes: {@code scale X W^T}, and with Gemm's bias
 *     {@code scale X W^T + biasScale * bias}
 * @param weight the tensor that holds W or its transpose
 * @param isTransposed whether the tensor holds the transpose, input x output
 * @param scale Gemm's alpha, 1 for MatMul
 * @param bias the tensor of the bias, or null
 * @param biasScale Gemm's beta
 */
public record LinearNode(
        String name,
        String operator,
        String input,
        String output,
        String weight,
        boolean isTransposed,
        double scale,
        @Nullable String bias,
        double biasScale) {

    /**
     * The layer's name as PyTorch's exporter makes a node's name of it: {@code /encoder/layer.0/query/MatMul} is that of
     * {@code encoder.layer.0.query}.
     *
     * @return the layer's name; the node's where it is not of this form
     */
    public String layer() {
        if (!name.startsWith("/")) {
            return name;
        }
        int last = name.lastIndexOf('/');
        return last == 0 ? name : name.substring(1, last).replace('/', '.');
    }
}
