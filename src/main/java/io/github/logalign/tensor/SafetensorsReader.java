package io.github.logalign.tensor;

import io.github.logalign.LogalignException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads a safetensors file: a length, a JSON header of that length, the data. Every range must lie within the data, and
 * together they must tile it exactly.
 */
final class SafetensorsReader {

    /** A checkpoint has thousands; more is an attack on memory. */
    private static final int MAX_TENSORS = 1_000_000;

    private static final int MAX_DIMENSIONS = 64;
    private static final int LENGTH_BYTES = 8;
    private static final ValueLayout.OfLong LENGTH =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final MappedFile file;
    private final MemorySegment data;
    private final Map<String, String> metadata = new LinkedHashMap<>();
    private final Map<String, Tensor> tensors = new LinkedHashMap<>();
    private final List<Range> ranges = new ArrayList<>();

    private record Range(long begin, long end, String name) {}

    private SafetensorsReader(MappedFile file, MemorySegment data) {
        this.file = file;
        this.data = data;
    }

    static TensorFile read(MappedFile file, Arena arena) {
        long length = file.bytes().get(LENGTH, 0);
        if (length > Format.MAX_HEADER) {
            throw file.bad("a safetensors header of " + length
                    + " bytes is announced, at most 100,000,000 are allowed; the file is damaged");
        }
        if (length > file.size() - LENGTH_BYTES) {
            throw file.bad("a safetensors header of " + length + " bytes is announced, but the file has only "
                    + file.size() + "; it is cut off, copy or download it again");
        }
        SafetensorsReader reader =
                new SafetensorsReader(file, file.bytes().asSlice(LENGTH_BYTES + length));
        try {
            reader.readHeader(new Json(file.bytes().asSlice(LENGTH_BYTES, length)));
        } catch (Json.SyntaxException wrong) {
            throw file.bad("the safetensors header is damaged: " + wrong.getMessage() + " of it");
        }
        reader.checkRanges();
        return new TensorFile(file.path(), "safetensors", arena, reader.metadata, reader.tensors);
    }

    private void readHeader(Json json) throws Json.SyntaxException {
        json.beginObject();
        boolean first = true;
        boolean metadataSeen = false;
        String key = json.nextKey(true);
        while (key != null) {
            if (key.equals("__metadata__")) {
                if (metadataSeen) {
                    throw duplicate(key);
                }
                metadataSeen = true;
                readMetadata(json);
            } else {
                readTensor(key, json);
            }
            first = false;
            key = json.nextKey(first);
        }
        json.end();
    }

    private LogalignException duplicate(String name) {
        return file.bad("the header has the key \"" + Names.printable(name) + "\" twice; the file is damaged");
    }

    private void readMetadata(Json json) throws Json.SyntaxException {
        json.beginObject();
        String key = json.nextKey(true);
        while (key != null) {
            if (metadata.put(key, json.string()) != null) {
                throw duplicate(key);
            }
            key = json.nextKey(false);
        }
    }

    private void readTensor(String name, Json json) throws Json.SyntaxException {
        String type = null;
        long[] shape = null;
        long[] offsets = null;
        json.beginObject();
        String key = json.nextKey(true);
        while (key != null) {
            switch (key) {
                case "dtype" -> {
                    checkOnce(type, name, key);
                    type = json.string();
                }
                case "shape" -> {
                    checkOnce(shape, name, key);
                    shape = json.counts(MAX_DIMENSIONS);
                }
                case "data_offsets" -> {
                    checkOnce(offsets, name, key);
                    offsets = json.counts(2);
                }
                default -> throw bad(name, "has an unknown key \"" + Names.printable(key) + "\"");
            }
            key = json.nextKey(false);
        }
        if (type == null || shape == null || offsets == null || offsets.length != 2) {
            throw bad(name, "lacks one of dtype, shape and two data_offsets");
        }
        add(name, dataType(name, type), shape, offsets[0], offsets[1]);
    }

    private void checkOnce(@Nullable Object earlier, String name, String key) {
        if (earlier != null) {
            throw bad(name, "has the key \"" + key + "\" twice");
        }
    }

    private LogalignException bad(String name, String what) {
        return file.bad("tensor \"" + Names.printable(name) + "\" " + what
                + "; the file is damaged, copy or download it again");
    }

    private DataType dataType(String name, String type) {
        for (DataType known : DataType.values()) {
            if (known.name().equals(type)) {
                return known;
            }
        }
        throw file.bad("tensor \"" + Names.printable(name) + "\" has the unknown dtype \"" + Names.printable(type)
                + "\"; convert it to F32 or BF16");
    }

    private void add(String name, DataType type, long[] shape, long begin, long end) {
        long bytes = Shapes.byteSize(shape, type.bytes());
        if (bytes < 0) {
            throw bad(name, "has the impossible shape " + Arrays.toString(shape));
        }
        if (begin > end || end > data.byteSize()) {
            throw bad(name, "has its data at " + begin + " to " + end + ", but there are " + data.byteSize()
                    + " bytes of data");
        }
        if (end - begin != bytes) {
            throw bad(name, "is " + type + " " + Arrays.toString(shape) + " and needs " + bytes + " bytes, but has "
                    + (end - begin));
        }
        MemorySegment segment = data.asSlice(begin, bytes);
        Tensor tensor =
                new Tensor(name, file.path(), type, shape, false, ByteOrder.LITTLE_ENDIAN, () -> segment);
        if (tensors.put(name, tensor) != null) {
            throw duplicate(name);
        }
        if (tensors.size() > MAX_TENSORS) {
            throw file.bad("holds more than 1,000,000 tensors; split it");
        }
        ranges.add(new Range(begin, end, name));
    }

    private void checkRanges() {
        ranges.sort(Comparator.comparingLong(Range::begin).thenComparingLong(Range::end));
        long end = 0;
        for (Range range : ranges) {
            if (range.begin() != end) {
                throw bad(range.name(), range.begin() < end
                        ? "overlaps another tensor at byte " + range.begin() + " of the data"
                        : "leaves a hole before it, from byte " + end + " to " + range.begin() + " of the data");
            }
            end = range.end();
        }
        if (end != data.byteSize()) {
            throw file.bad("has " + (data.byteSize() - end)
                    + " bytes of data that belong to no tensor; the file is damaged, copy or download it again");
        }
    }
}
