package io.github.logalign.onnxruntime;

import io.github.logalign.matrix.LogalignException;
import io.github.logalign.matrix.Matrix;
import io.github.logalign.tensor.DataType;
import io.github.logalign.tensor.LinearNode;
import io.github.logalign.tensor.Tensor;
import io.github.logalign.tensor.TensorFile;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A layer of a model: a node that multiplies by weights.
 *
 * @param name the layer's, distinct within the model
 * @param node of the graph
 * @param bias what Gemm adds to each output, times beta; null if it adds nothing
 */
record LinearLayer(String name, LinearNode node, float @Nullable [] bias) {

    private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT_UNALIGNED
            .withOrder(ByteOrder.LITTLE_ENDIAN);

    /**
     * The layers of a model.
     *
     * @param file the open model
     * @param wanted which nodes
     * @throws LogalignException if there are none
     */
    static List<LinearLayer> of(TensorFile file, Predicate<LinearNode> wanted) {
        List<LinearLayer> layers = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (LinearNode node : file.linearNodes()) {
            String name = node.layer().isEmpty() ? node.weight() : node.layer();
            String distinct = names.add(name) ? name : name + "#" + names.size();
            if (wanted.test(node)) {
                layers.add(new LinearLayer(distinct, node, bias(file, node)));
            }
        }
        if (layers.isEmpty()) {
            throw new LogalignException(file.path() + ": no MatMul or Gemm node that is wanted multiplies by weights of"
                    + " the file; inspect shows what it holds");
        }
        return List.copyOf(layers);
    }

    private static float @Nullable [] bias(TensorFile file, LinearNode node) {
        String name = node.bias();
        if (name == null || node.biasScale() == 0) {
            return null;
        }
        Tensor bias = file.tensor(name);
        long rows = weights(file, node).rows();
        if (bias.dataType() != DataType.F32 || bias.elements() != rows) {
            throw new LogalignException(
                    bias.where() + ": it is no float32 bias of " + rows + " outputs; leave the node "
                            + node.name() + " out");
        }
        float[] added = bias.read(bytes -> bytes.toArray(F32));
        for (int index = 0; index < added.length; index++) {
            added[index] *= (float) node.biasScale();
        }
        return added;
    }

    private static Matrix weights(TensorFile file, LinearNode node) {
        Matrix stored = file.matrix(node.weight());
        return node.isTransposed() ? stored.transposed() : stored;
    }

    /** W, output x input: a view of the file. */
    Matrix weights(TensorFile file) {
        return weights(file, node);
    }

    /** The product X W^T itself: the node's output without the bias, and not scaled. */
    Matrix product(Matrix y) {
        float[] added = bias;
        if (added == null && node.scale() == 1) {
            return y;
        }
        int rows = Math.toIntExact(y.rows());
        int columns = Math.toIntExact(y.columns());
        double[] z = new double[Math.multiplyExact(rows, columns)];
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                double itsBias = added == null ? 0 : added[column];
                z[row * columns + column] = (y.get(row, column) - itsBias) / node.scale();
            }
        }
        return Matrix.of(z, rows, columns);
    }
}
