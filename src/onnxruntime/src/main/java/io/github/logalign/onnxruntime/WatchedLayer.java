package io.github.logalign.onnxruntime;

import io.github.logalign.matrix.Matrix;
import io.github.logalign.matrix.TokenMask;
import io.github.logalign.probe.OutputsProbe;
import io.github.logalign.tensor.LinearNode;
import org.jspecify.annotations.Nullable;

/**
 * A node of the graph and its probe.
 *
 * @param node multiplies by the weights
 * @param probe of these weights
 * @param bias what Gemm adds to each output, times beta; null if it adds nothing
 */
record WatchedLayer(LinearNode node, OutputsProbe probe, float @Nullable [] bias) {

    /** Records what the node got and what it gave. */
    void record(Matrix x, Matrix y, @Nullable TokenMask mask) {
        TokenMask fitting = mask != null && mask.tokens() == x.rows() ? mask : null;
        boolean plain = bias == null && node.scale() == 1;
        probe.record(x, plain ? y : product(y, bias), fitting);
    }

    /** The product X W^T itself: without the bias, and not scaled. */
    private Matrix product(Matrix y, float @Nullable [] added) {
        int rows = Math.toIntExact(y.rows());
        int columns = Math.toIntExact(y.columns());
        double[] z = new double[Math.multiplyExact(rows, columns)];
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                double bias = added == null ? 0 : added[column];
                z[row * columns + column] = (y.get(row, column) - bias) / node.scale();
            }
        }
        return Matrix.of(z, rows, columns);
    }
}
