package io.github.logalign.tensor;

import io.github.logalign.ElementType;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The element type of a {@link Tensor}; the names are those of safetensors. */
public enum DataType {
    /** One byte, 0 is false. */
    BOOL(1, null),
    /** Unsigned, 8 bits. */
    U8(1, null),
    /** Signed, 8 bits. */
    I8(1, null),
    /** Floating, 5 bits of exponent. */
    F8_E5M2(1, null),
    /** Floating, 4 bits of exponent. */
    F8_E4M3(1, null),
    /** Floating, powers of two only: a scale. */
    F8_E8M0(1, null),
    /** Signed, 16 bits. */
    I16(2, null),
    /** Unsigned, 16 bits. */
    U16(2, null),
    /** IEEE 754 binary16. */
    F16(2, ElementType.F16),
    /** bfloat16. */
    BF16(2, ElementType.BF16),
    /** Signed, 32 bits. */
    I32(4, null),
    /** Unsigned, 32 bits. */
    U32(4, null),
    /** IEEE 754 binary32. */
    F32(4, ElementType.F32),
    /** Two binary32. */
    C64(8, null),
    /** IEEE 754 binary64. */
    F64(8, ElementType.F64),
    /** Signed, 64 bits. */
    I64(8, null),
    /** Unsigned, 64 bits. */
    U64(8, null);

    private final int bytes;
    private final @Nullable ElementType elementType;

    DataType(int bytes, @Nullable ElementType elementType) {
        this.bytes = bytes;
        this.elementType = elementType;
    }

    /**
     * The size of one element.
     *
     * @return its size in bytes
     */
    public int bytes() {
        return bytes;
    }

    /**
     * The type as a matrix knows it.
     *
     * @return the element type, empty if matrices cannot hold it
     */
    public Optional<ElementType> elementType() {
        return Optional.ofNullable(elementType);
    }
}
