package io.github.logalign.tensor;

import io.github.logalign.matrix.ElementType;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The type of a stored tensor's elements, named as in safetensors files. */
public enum DataType {
    /** A 4-bit float, two in a byte. */
    F4(4, null),
    /** A 6-bit float with 2 exponent bits, packed. */
    F6_E2M3(6, null),
    /** A 6-bit float with 3 exponent bits, packed. */
    F6_E3M2(6, null),
    /** A truth value in one byte. */
    BOOL(8, null),
    /** An unsigned byte. */
    U8(8, null),
    /** A signed byte. */
    I8(8, null),
    /** An 8-bit float with 5 exponent bits. */
    F8_E5M2(8, null),
    /** An 8-bit float with 4 exponent bits. */
    F8_E4M3(8, null),
    /** An 8-bit float with 5 exponent bits, without infinities and minus zero. */
    F8_E5M2FNUZ(8, null),
    /** An 8-bit float with 4 exponent bits, without infinities and minus zero. */
    F8_E4M3FNUZ(8, null),
    /** An 8-bit scale: a power of two. */
    F8_E8M0(8, null),
    /** A signed 16-bit integer. */
    I16(16, null),
    /** An unsigned 16-bit integer. */
    U16(16, null),
    /** IEEE 754 binary16. */
    F16(16, ElementType.F16),
    /** bfloat16. */
    BF16(16, ElementType.BF16),
    /** A signed 32-bit integer. */
    I32(32, null),
    /** An unsigned 32-bit integer. */
    U32(32, null),
    /** IEEE 754 binary32. */
    F32(32, ElementType.F32),
    /** IEEE 754 binary64. */
    F64(64, ElementType.F64),
    /** A signed 64-bit integer. */
    I64(64, null),
    /** An unsigned 64-bit integer. */
    U64(64, null),
    /** A complex number of two binary32 values. */
    C64(64, null),
    /** GGUF's blocks of 32 signed bytes and their binary16 scale, in 34 bytes. */
    Q8_0(0, null),
    /** Any other type: {@link Tensor#typeName()} is its name, {@link Tensor#problem()} says why it cannot be used. */
    OTHER(0, null);

    private static final Map<String, DataType> BY_NAME = new HashMap<>();

    static {
        for (DataType type : values()) {
            BY_NAME.put(type.name(), type);
        }
        BY_NAME.remove(OTHER.name());
        BY_NAME.remove(Q8_0.name());
    }

    private final int bits;
    private final @Nullable ElementType elementType;

    DataType(int bits, @Nullable ElementType elementType) {
        this.bits = bits;
        this.elementType = elementType;
    }

    /**
     * The size of one element.
     *
     * @return its size in bytes; 0 for {@link #OTHER} and for packed types, whose elements may share a byte or a scale
     */
    public int bytes() {
        return bits / Byte.SIZE;
    }

    /** The size of one element in bits; 0 for {@link #OTHER} and {@link #Q8_0}. */
    int bits() {
        return bits;
    }

    /**
     * The element type of a matrix that views such data.
     *
     * @return the type, or nothing if a matrix cannot hold such elements
     */
    public Optional<ElementType> elementType() {
        return Optional.ofNullable(elementType);
    }

    /** The type of that name in safetensors files; null if they have none. */
    static @Nullable DataType named(String name) {
        return BY_NAME.get(name);
    }
}
