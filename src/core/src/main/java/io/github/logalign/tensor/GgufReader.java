package io.github.logalign.tensor;

import io.github.logalign.internal.io.Names;
import io.github.logalign.internal.io.Origin;
import io.github.logalign.internal.io.Problem;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads one GGUF file, of version 2 or 3: magic number, version, metadata, the descriptions of the tensors, their data. The format
 * counts dimensions from the innermost; here they are outermost first, so that a weight is output x input. For one thread.
 */
final class GgufReader {

    static final String MAGIC = "GGUF";

    private static final int OLDEST_VERSION = 2;
    private static final int NEWEST_VERSION = 3;

    /** GGML has no more. */
    private static final int MAX_DIMENSIONS = 4;

    private static final int MAX_NAME_BYTES = 1 << 16;

    /** The description of a tensor without a dimension: its name's length, and four numbers. */
    private static final int LEAST_BYTES = 24;

    private static final String REMEDY = "use the safetensors files of the same model, or convert it to F16, BF16 or Q8_0 with llama-quantize";

    private final MemorySegment file;
    private final Origin origin;
    private final GgufCursor cursor;

    /**
     * A description.
     *
     * @param offset from the start of the data
     * @param size in bytes; negative if the type is unknown or the shape does not fit it
     */
    private record Entry(String name, long[] shape, long typeNumber, @Nullable GgufType type, long offset, long size) {}

    GgufReader(MemorySegment file, Origin origin) {
        this.file = file;
        this.origin = origin;
        this.cursor = new GgufCursor(file, origin);
    }

    TensorFormat.Contents read() {
        cursor.skip(MAGIC.length());
        long version = cursor.u32();
        if (version < OLDEST_VERSION || version > NEWEST_VERSION) {
            throw unsupported(version);
        }
        long count = cursor.count("tensors", LEAST_BYTES, SafetensorsReader.MAX_TENSORS);
        GgufMetadata metadata = new GgufMetadata(cursor);
        metadata.read(metadata.count());
        List<Entry> entries = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (long index = 0; index < count; index++) {
            Entry entry = entry();
            if (!names.add(entry.name())) {
                throw cursor.damaged("the tensor '" + Names.printable(entry.name()) + "' occurs twice");
            }
            entries.add(entry);
        }
        entries.sort(Comparator.comparingLong(Entry::offset));
        long alignment = metadata.alignment();
        long dataStart = Math.ceilDiv(cursor.position(), alignment) * alignment;
        List<Tensor> tensors = new ArrayList<>();
        long covered = 0;
        for (Entry entry : entries) {
            if (entry.offset() % alignment != 0 || entry.offset() < covered) {
                throw cursor.damaged("the data of the tensor '" + Names.printable(entry.name()) + "' begins at byte "
                        + Long.toUnsignedString(entry.offset()) + ", which is no multiple of " + alignment
                        + " or belongs to another tensor");
            }
            covered = Math.addExact(entry.offset(), Math.max(0, entry.size()));
            tensors.add(tensor(entry, dataStart));
        }
        return new TensorFormat.Contents(metadata.values(), List.copyOf(tensors), List.of());
    }

    private RuntimeException unsupported(long version) {
        boolean bigEndian = version > 0 && Integer.reverseBytes((int) version) <= NEWEST_VERSION
                && Integer.reverseBytes((int) version) > 0;
        return origin.problem(
                bigEndian ? "it is a GGUF file of a big-endian machine" : "it is a GGUF file of version " + version,
                "use the safetensors files of the same model, or convert them anew with convert_hf_to_gguf.py");
    }

    private Entry entry() {
        String name = cursor.text("a tensor's name", MAX_NAME_BYTES);
        long dimensions = cursor.u32();
        if (dimensions > MAX_DIMENSIONS) {
            throw cursor.damaged("the tensor '" + Names.printable(name) + "' has " + dimensions + " dimensions");
        }
        long[] shape = new long[(int) dimensions];
        for (int dimension = shape.length - 1; dimension >= 0; dimension--) {
            shape[dimension] = cursor.u64();
            if (shape[dimension] < 0) {
                throw cursor.damaged("the tensor '" + Names.printable(name) + "' has a dimension of "
                        + Long.toUnsignedString(shape[dimension]));
            }
        }
        long typeNumber = cursor.u32();
        long offset = cursor.u64();
        if (offset < 0 || offset > file.byteSize()) {
            throw cursor.damaged("the data of the tensor '" + Names.printable(name) + "' begins at byte "
                    + Long.toUnsignedString(offset) + ": the file is truncated");
        }
        GgufType type = GgufType.of(typeNumber);
        return new Entry(name, shape, typeNumber, type, offset, size(shape, type));
    }

    private static long size(long[] shape, @Nullable GgufType type) {
        int innermost = shape.length - 1;
        if (type == null
                || (innermost >= 0 ? shape[innermost] % type.blockElements() : 1 % type.blockElements()) != 0) {
            return -1;
        }
        try {
            return type.bytes(Shapes.elements(shape));
        } catch (ArithmeticException overflow) {
            return -1;
        }
    }

    /** A fault within one description affects that tensor only. */
    private Tensor tensor(Entry entry, long dataStart) {
        GgufType type = entry.type();
        DataType dataType = type == null ? null : type.dataType();
        Problem problem = problem(entry, dataStart);
        if (dataType == null || problem != null) {
            String typeName = type == null ? "type " + entry.typeNumber() : type.name();
            Problem why = problem == null ? new Problem("this quantisation is not read", REMEDY) : problem;
            return Tensor.unusable(entry.name(), origin, dataType == null ? DataType.OTHER : dataType, typeName,
                    entry.shape(), () -> why);
        }
        Content content = new Content.Mapped(file, dataStart + entry.offset(), entry.size());
        Tensor tensor = new Tensor(entry.name(), origin, dataType, entry.shape(), false, ByteOrder.LITTLE_ENDIAN,
                content);
        return dataType == DataType.Q8_0 ? tensor.decoded(new BlockDecoding(tensor)) : tensor;
    }

    private @Nullable Problem problem(Entry entry, long dataStart) {
        if (entry.type() == null) {
            return new Problem("this reader knows no such type of GGUF", REMEDY);
        }
        if (entry.size() < 0) {
            return Problem.damage("its rows are no whole blocks of " + entry.type().blockElements()
                    + " elements, or its shape overflows");
        }
        return entry.size() > file.byteSize() - dataStart - entry.offset()
                ? Problem.damage("it needs " + entry.size() + " bytes, but the file ends before")
                : null;
    }
}
