package io.github.logalign.tensor;

import java.util.Arrays;

/** Arithmetic of shapes that cannot wrap around. */
final class Shapes {

    /** NumPy allows 64 dimensions, PyTorch no more; a hostile header could list millions. */
    static final int MAX_DIMENSIONS = 64;

    private Shapes() {}

    /**
     * The number of elements.
     *
     * @throws ArithmeticException if it is 2^63 or more; a dimension of 0 does not excuse the others, since code that
     *     multiplies some of them only would wrap around
     */
    static long elements(long[] shape) {
        return product(1, shape);
    }

    /**
     * The size of a tensor; of packed elements, the bytes that all of them fill, rounded up.
     *
     * @throws ArithmeticException if it is 2^63 bytes or more, of packed types 2^63 bits or more; see {@link #elements}
     */
    static long bytes(long[] shape, DataType type) {
        return type.bytes() > 0
                ? product(type.bytes(), shape)
                : Math.ceilDiv(product(type.bits(), shape), Byte.SIZE);
    }

    private static long product(long factor, long[] shape) {
        long product = factor;
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
