package io.github.logalign.tensor;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What PyTorch calls the types of elements, by the class of a storage and by themselves. */
final class TorchTypes {

    /** The storage whose tensors name their types. */
    static final String UNTYPED = "UntypedStorage";

    private static final Map<String, DataType> OF_STORAGES = Map.ofEntries(
            Map.entry("DoubleStorage", DataType.F64), Map.entry("FloatStorage", DataType.F32),
            Map.entry("HalfStorage", DataType.F16), Map.entry("BFloat16Storage", DataType.BF16),
            Map.entry("LongStorage", DataType.I64), Map.entry("IntStorage", DataType.I32),
            Map.entry("ShortStorage", DataType.I16), Map.entry("CharStorage", DataType.I8),
            Map.entry("ByteStorage", DataType.U8), Map.entry("BoolStorage", DataType.BOOL),
            Map.entry("ComplexFloatStorage", DataType.C64));

    private static final Map<String, DataType> OF_NAMES = new HashMap<>(Map.ofEntries(
            Map.entry("float64", DataType.F64), Map.entry("float32", DataType.F32), Map.entry("float16", DataType.F16),
            Map.entry("bfloat16", DataType.BF16), Map.entry("int64", DataType.I64), Map.entry("int32", DataType.I32),
            Map.entry("int16", DataType.I16), Map.entry("int8", DataType.I8), Map.entry("uint8", DataType.U8),
            Map.entry("uint16", DataType.U16), Map.entry("uint32", DataType.U32), Map.entry("uint64", DataType.U64),
            Map.entry("bool", DataType.BOOL), Map.entry("complex64", DataType.C64),
            Map.entry("float8_e4m3fn", DataType.F8_E4M3), Map.entry("float8_e5m2", DataType.F8_E5M2),
            Map.entry("float8_e4m3fnuz", DataType.F8_E4M3FNUZ), Map.entry("float8_e5m2fnuz", DataType.F8_E5M2FNUZ),
            Map.entry("float8_e8m0fnu", DataType.F8_E8M0)));

    static {
        for (String other : List.of("complex32", "complex128", "float4_e2m1fn_x2", "quint8", "qint8", "qint32",
                "quint4x2",
                "quint2x4", "bits8", "bits16")) {
            OF_NAMES.put(other, DataType.OTHER);
        }
    }

    private TorchTypes() {}

    /** The type of the elements of a storage; that of quantised and other ones has no name here. */
    static DataType ofStorage(String name) {
        return OF_STORAGES.getOrDefault(name, DataType.OTHER);
    }

    /** The type that a name such as {@code float32} stands for; null if it is no type. */
    static @Nullable DataType named(String name) {
        return OF_NAMES.get(name);
    }
}
