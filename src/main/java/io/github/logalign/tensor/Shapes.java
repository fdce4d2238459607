package io.github.logalign.tensor;

/** Sizes of tensors, without overflow. */
final class Shapes {

    private Shapes() {}

    /**
     * The size in bytes.
     *
     * @return -1 if it is beyond 2^63 - 1, even where a dimension of 0 would hide that
     */
    static long byteSize(long[] shape, int elementBytes) {
        long nonZero = elementBytes;
        boolean empty = false;
        for (long size : shape) {
            if (size < 0) {
                return -1;
            }
            empty |= size == 0;
            if (size > 0) {
                if (nonZero > Long.MAX_VALUE / size) {
                    return -1;
                }
                nonZero *= size;
            }
        }
        return empty ? 0 : nonZero;
    }
}
