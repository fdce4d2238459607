package io.github.logalign.tensor;

import java.util.Arrays;

/** Arithmetic of shapes that detects overflow. */
final class Shapes {

    /** NumPy and PyTorch allow up to 64 dimensions; a hostile header could list millions. */
    static final int MAX_DIMENSIONS = 64;

    private Shapes() {}

    /**
     * The number of elements.
     *
     * @throws ArithmeticException if it is 2^63 or more; the other dimensions are checked even if one of them is 0,
     *     since code that multiplies only some of them would overflow
     */
    static long elements(long[] shape) {
        return product(1, shape);
    }

    /**
     * The size of a tensor in bytes; for packed elements, the total is rounded up.
     *
     * @throws ArithmeticException if it is 2^63 bytes or more, or 2^63 bits or more for packed types; see
     *     {@link #elements}
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
