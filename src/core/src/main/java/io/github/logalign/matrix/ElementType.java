package io.github.logalign.matrix;

/** The element type of a {@link Matrix}. */
public enum ElementType {
    /** IEEE 754 binary64, 8 bytes. */
    F64(Double.BYTES),
    /** IEEE 754 binary32, 4 bytes. */
    F32(Float.BYTES),
    /** IEEE 754 binary16, 2 bytes. */
    F16(Short.BYTES),
    /** bfloat16, the upper half of a binary32, 2 bytes. */
    BF16(Short.BYTES);

    private final int bytes;

    ElementType(int bytes) {
        this.bytes = bytes;
    }

    /**
     * The size of one element.
     *
     * @return its size in bytes
     */
    public int bytes() {
        return bytes;
    }
}
