package io.github.logalign.tensor;

import java.util.Arrays;

/** Arithmetic of shapes that cannot wrap around. */
final class Shapes {

    /** NumPy allows 64 dimensions, PyTorch no more; a hostile header could list millions. */
    static final int MAX_DIMENSIONS = 64;

    private Shapes() {}

    /**
     * The size of a tensor.
     *
     * @throws ArithmeticException if it is 2^63 bytes or more; a dimension of 0 does not excuse the others, since code
     *     that multiplies some of them only would wrap around
     */
    static long bytes(long[] shape, DataType type) {
        long product = type.bytes();
        boolean empty = false;
        for (long dimension : shape) {
            if (dimension == 0) {
                empty = true;
            } else {
                product = Math.multiplyExact(product, dimension);
            }
        }
        return empty ? 0 : product;
    }

    static String describe(long[] shape) {
        return Arrays.toString(shape);
    }
}
