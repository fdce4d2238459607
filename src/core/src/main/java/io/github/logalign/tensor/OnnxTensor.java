package io.github.logalign.tensor;

import io.github.logalign.internal.io.Names;
import io.github.logalign.internal.io.Origin;
import io.github.logalign.internal.io.Problem;
import io.github.logalign.internal.io.ProtoReader.Range;
import io.github.logalign.internal.io.ProtoReader;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads a TensorProto: where its elements are, not the elements. They lie in raw bytes, in a list of numbers of their type, or
 * in another file. float16 and bfloat16 may also stand as a list of integers, which is expanded when it is first used.
 *
 * <p>Source: onnx/onnx.proto.
 */
final class OnnxTensor {

    private static final int DIMS = 1;
    private static final int DATA_TYPE = 2;
    private static final int FLOAT_DATA = 4;
    private static final int INT32_DATA = 5;
    private static final int INT64_DATA = 7;
    private static final int NAME = 8;
    private static final int RAW_DATA = 9;
    private static final int DOUBLE_DATA = 10;
    private static final int UINT64_DATA = 11;
    private static final int EXTERNAL_DATA = 13;
    private static final int DATA_LOCATION = 14;

    /** The types by their numbers; null where there is no name for it here. */
    private static final List<@Nullable DataType> TYPES = Arrays.asList(
            null, DataType.F32, DataType.U8, DataType.I8, DataType.U16, DataType.I16, DataType.I32, DataType.I64, null,
            DataType.BOOL, DataType.F16, DataType.F64, DataType.U32, DataType.U64, DataType.C64, null, DataType.BF16,
            DataType.F8_E4M3, DataType.F8_E4M3FNUZ, DataType.F8_E5M2, DataType.F8_E5M2FNUZ);

    private static final String STRANGE_LIST = "its numbers are not stored as its type asks for";

    private final MemorySegment file;
    private final Origin origin;
    private final OnnxExternalData externalData;

    private String name = "";
    private long type;
    private final List<Long> dims = new ArrayList<>();
    private final List<Range> lists = new ArrayList<>();
    private int listField;
    private boolean hasStrayNumbers;
    private boolean isExternal;
    private @Nullable String location;
    private long offset;
    private long length = -1;
    private boolean hasBadNumbers;

    private OnnxTensor(MemorySegment file, Origin origin, OnnxExternalData externalData) {
        this.file = file;
        this.origin = origin;
        this.externalData = externalData;
    }

    /**
     * Reads a tensor.
     *
     * @param reader its message
     * @param givenName its name where it is not the tensor's own, or null
     */
    static Tensor read(ProtoReader reader, @Nullable String givenName, MemorySegment file, Origin origin,
            OnnxExternalData externalData) {
        OnnxTensor tensor = new OnnxTensor(file, origin, externalData);
        tensor.readFields(reader);
        if (givenName != null) {
            tensor.name = givenName;
        }
        if (tensor.name.isEmpty()) {
            throw reader.damaged("a tensor has no name");
        }
        return tensor.build();
    }

    private void readFields(ProtoReader reader) {
        while (reader.next()) {
            switch (reader.field()) {
                case DIMS -> readDims(reader);
                case DATA_TYPE -> type = reader.number();
                case NAME -> name = reader.text();
                case RAW_DATA, FLOAT_DATA, INT32_DATA, INT64_DATA, DOUBLE_DATA, UINT64_DATA -> readList(reader);
                case EXTERNAL_DATA -> readExternal(reader.message("external data"));
                case DATA_LOCATION -> isExternal = reader.number() == 1;
                default -> reader.skip();
            }
        }
    }

    private void readDims(ProtoReader reader) {
        if (reader.wireType() == ProtoReader.VARINT) {
            addDim(reader, reader.varint());
            return;
        }
        ProtoReader packed = reader.message("shape");
        while (!packed.atEnd()) {
            addDim(packed, packed.varint());
        }
    }

    private void addDim(ProtoReader reader, long dim) {
        if (dims.size() == Shapes.MAX_DIMENSIONS) {
            throw reader.damaged("a tensor has more than " + Shapes.MAX_DIMENSIONS + " dimensions");
        }
        if (dim < 0) {
            throw reader.damaged("a tensor has a dimension of " + dim);
        }
        dims.add(dim);
    }

    private void readList(ProtoReader reader) {
        if (reader.wireType() != ProtoReader.BYTES) {
            hasStrayNumbers = true;
            reader.skip();
            return;
        }
        Range range = reader.bytes();
        if (range.size() > 0) {
            hasStrayNumbers |= !lists.isEmpty();
            lists.clear();
            lists.add(range);
            listField = reader.field();
        }
    }

    private void readExternal(ProtoReader entry) {
        String key = "";
        String value = "";
        while (entry.next()) {
            switch (entry.field()) {
                case 1 -> key = entry.text();
                case 2 -> value = entry.text();
                default -> entry.skip();
            }
        }
        switch (key) {
            case "location" -> location = value;
            case "offset" -> offset = number(value);
            case "length" -> length = number(value);
            default -> {
                // A checksum, or what another tool has noted.
            }
        }
    }

    private long number(String text) {
        try {
            long value = Long.parseLong(text);
            hasBadNumbers |= value < 0;
            return value;
        } catch (NumberFormatException none) {
            hasBadNumbers = true;
            return 0;
        }
    }

    private Tensor build() {
        long[] shape = dims.stream().mapToLong(Long::longValue).toArray();
        DataType known = type >= 0 && type < TYPES.size() ? TYPES.get((int) type) : null;
        if (known == null) {
            return unusable(DataType.OTHER, shape,
                    new Problem("this type is not supported", "name another tensor or convert it to float32"));
        }
        long size;
        try {
            size = Shapes.bytes(shape, known);
        } catch (ArithmeticException overflow) {
            return unusable(known, shape, Problem.damage("the shape overflows"));
        }
        if (isExternal) {
            return external(known, shape, size);
        }
        if (size == 0 && lists.isEmpty()) {
            return tensor(known, shape, new Content.Mapped(file, 0, 0));
        }
        if (hasStrayNumbers || lists.isEmpty()) {
            return unusable(known, shape, lists.isEmpty() && !hasStrayNumbers
                    ? Problem.damage("it has no data")
                    : new Problem(STRANGE_LIST, "load and save the model with the onnx package"));
        }
        return stored(known, shape, size, lists.getFirst());
    }

    private Tensor stored(DataType known, long[] shape, long size, Range range) {
        boolean inPlace = listField == RAW_DATA
                || (listField == FLOAT_DATA && known == DataType.F32)
                || (listField == DOUBLE_DATA && known == DataType.F64);
        if (inPlace) {
            return range.size() == size
                    ? tensor(known, shape, new Content.Mapped(file, range.start(), size))
                    : unusable(known, shape, Problem.damage(
                            "it needs " + size + " bytes, but its data has " + range.size()));
        }
        boolean expandable = listField == INT32_DATA && size <= Integer.MAX_VALUE
                && (known == DataType.F16 || known == DataType.BF16);
        if (!expandable) {
            return unusable(known, shape,
                    new Problem(STRANGE_LIST, "load and save the model with the onnx package"));
        }
        ProtoReader numbers = new ProtoReader(file, origin, "tensor '" + Names.printable(name) + "'", range.start(),
                range.end());
        // Each number has a byte or more, so this many bytes are enough only for a part of what the shape claims.
        return size / Short.BYTES > range.size()
                ? unusable(known, shape, Problem.damage("it needs " + size / Short.BYTES + " numbers, but its data has "
                        + range.size() + " bytes"))
                : tensor(known, shape, new OnnxShorts(numbers, (int) size, range));
    }

    private Tensor external(DataType known, long[] shape, long size) {
        String where = location;
        if (where == null || hasBadNumbers) {
            return unusable(known, shape,
                    Problem.damage("what it says about its external data is incomplete or wrong"));
        }
        if (length >= 0 && length != size) {
            return unusable(known, shape, Problem.damage("it needs " + size + " bytes, but its data has " + length));
        }
        return switch (externalData.locate(where)) {
            case OnnxExternalData.Source.Unusable(Problem problem) -> unusable(known, shape, problem);
            case OnnxExternalData.Source.Mapped(MemorySegment data) -> offset > data.byteSize() - size
                    ? unusable(known, shape, Problem.damage("its data lies at byte " + offset + " of '"
                            + Names.printable(where) + "', which has only " + data.byteSize() + " bytes"))
                    : tensor(known, shape, new Content.Mapped(data, offset, size));
        };
    }

    private Tensor tensor(DataType known, long[] shape, Content content) {
        return new Tensor(name, origin, known, shape, false, ByteOrder.LITTLE_ENDIAN, content);
    }

    private Tensor unusable(DataType known, long[] shape, Problem problem) {
        String typeName = known == DataType.OTHER ? "ONNX type " + type : known.name();
        return Tensor.unusable(name, origin, known, typeName, shape, () -> problem);
    }
}
