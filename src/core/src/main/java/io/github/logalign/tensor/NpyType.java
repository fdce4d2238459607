package io.github.logalign.tensor;

import io.github.logalign.internal.io.Problem;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * The element type of an npy array.
 *
 * @param type the known type, or {@link DataType#OTHER}
 * @param name numpy's name of an unknown type
 * @param order the byte order of an element
 * @param problem why the type cannot be used for computation, or null
 */
record NpyType(DataType type, String name, ByteOrder order, @Nullable Problem problem) {

    private static final String NAME_ANOTHER = "name another array";
    private static final String NAME_ANOTHER_OR_FLOATS = "name another array, or save it as numbers: array.astype(numpy.float32)";

    /** A list of fields, or a subarray type with dimensions. */
    static NpyType structured() {
        return other("structured", "its elements have fields", "save each field with numpy.save separately");
    }

    /** Reads numpy's short form, such as {@code <f4}; null for any other text. */
    static @Nullable NpyType of(String descr, ReadOptions options) {
        if (descr.length() < 2 || "<>=|".indexOf(descr.charAt(0)) < 0) {
            return null;
        }
        String kind = descr.substring(1);
        DataType known = known(kind, options);
        if (known != null) {
            boolean orderless = descr.charAt(0) == '|' && known.bytes() > 1 && kind.charAt(0) != 'V';
            return orderless ? null : new NpyType(known, known.name(), order(descr), null);
        }
        return switch (kind.charAt(0)) {
            case 'U' -> other(kind, "it is text", NAME_ANOTHER);
            case 'S', 'a' -> other(kind, "it is text in bytes", NAME_ANOTHER);
            case 'O' ->
                other(
                        "object", "it is an array of Python objects, a pickle that could run any code",
                        "save its contents as arrays of numbers: numpy.array(values, dtype=numpy.float32)");
            case 'V' -> unnamed(kind);
            case 'M', 'm' -> other(kind, "it is an array of dates or durations", NAME_ANOTHER);
            case 'c' ->
                other(
                        kind, "its elements are complex numbers",
                        "save array.real and array.imag as separate arrays");
            case 'f' ->
                other(
                        kind, "its floating-point type depends on the machine that wrote it",
                        "save it with array.astype(numpy.float64)");
            default ->
                other(kind, "its type is unknown", NAME_ANOTHER_OR_FLOATS);
        };
    }

    private static @Nullable DataType known(String kind, ReadOptions options) {
        return switch (kind) {
            case "b1" -> DataType.BOOL;
            case "u1" -> DataType.U8;
            case "i1" -> DataType.I8;
            case "u2" -> DataType.U16;
            case "i2" -> DataType.I16;
            case "u4" -> DataType.U32;
            case "i4" -> DataType.I32;
            case "u8" -> DataType.U64;
            case "i8" -> DataType.I64;
            case "f2" -> DataType.F16;
            case "f4" -> DataType.F32;
            case "f8" -> DataType.F64;
            case "c8" -> DataType.C64;
            case "V2" -> options.void16() == null ? null : options.void16().type();
            default -> null;
        };
    }

    private static NpyType unnamed(String kind) {
        if (kind.equals("V2")) {
            return other(
                    kind, "its elements are 2 unnamed bytes each, as the bfloat16 of ml_dtypes is saved",
                    "if they are bfloat16, give --void16 bf16");
        }
        return other(
                kind, "its elements are unnamed bytes"
                        + (kind.equals("V1") ? ", as the 8-bit floats of ml_dtypes are saved" : ""),
                "save it as numbers: array.astype(numpy.float32)");
    }

    private static NpyType other(String name, String what, String remedy) {
        return new NpyType(DataType.OTHER, name, ByteOrder.LITTLE_ENDIAN, new Problem(what, remedy));
    }

    /** '=' is the writer's native order, which is little-endian on every machine that writes npy files today. */
    private static ByteOrder order(String descr) {
        return descr.charAt(0) == '>' ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
    }
}
