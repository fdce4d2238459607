package io.github.logalign.tensor;

import io.github.logalign.ElementType;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The type of a stored tensor's elements, under its name in safetensors files. */
public enum DataType {
    /** A truth value in one byte. */
    BOOL(1, null),
    /** An unsigned byte. */
    U8(1, null),
    /** A signed byte. */
    I8(1, null),
    /** An 8-bit float with 5 exponent bits. */
    F8_E5M2(1, null),
    /** An 8-bit float with 4 exponent bits. */
    F8_E4M3(1, null),
    /** An 8-bit scale: a power of two. */
    F8_E8M0(1, null),
    /** A signed 16-bit integer. */
    I16(2, null),
    /** An unsigned 16-bit integer. */
    U16(2, null),
    /** IEEE 754 binary16. */
    F16(2, ElementType.F16),
    /** bfloat16. */
    BF16(2, ElementType.BF16),
    /** A signed 32-bit integer. */
    I32(4, null),
    /** An unsigned 32-bit integer. */
    U32(4, null),
    /** IEEE 754 binary32. */
    F32(4, ElementType.F32),
    /** IEEE 754 binary64. */
    F64(8, ElementType.F64),
    /** A signed 64-bit integer. */
    I64(8, null),
    /** An unsigned 64-bit integer. */
    U64(8, null),
    /** A complex number of two binary32. */
    C64(8, null);

    private static final Map<String, DataType> BY_NAME = new HashMap<>();

    static {
        for (DataType type : values()) {
            BY_NAME.put(type.name(), type);
        }
    }

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
     * The element type of a matrix over such data.
     *
     * @return the type, or nothing if a matrix cannot hold such elements
     */
    public Optional<ElementType> elementType() {
        return Optional.ofNullable(elementType);
    }

    static @Nullable DataType named(String name) {
        return BY_NAME.get(name);
    }
}
