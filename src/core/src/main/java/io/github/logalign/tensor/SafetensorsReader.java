package io.github.logalign.tensor;

import io.github.logalign.internal.io.Bytes;
import io.github.logalign.internal.io.JsonReader;
import io.github.logalign.internal.io.Names;
import io.github.logalign.internal.io.Origin;
import io.github.logalign.internal.io.Problem;
import io.github.logalign.matrix.LogalignException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads one safetensors file: eight bytes of header length, a JSON header, the data. It is stricter than the format's
 * own library where that would allow two readers to interpret a file differently.
 */
final class SafetensorsReader {

    static final String METADATA = "__metadata__";
    static final int LENGTH_BYTES = 8;
    static final long MAX_HEADER_BYTES = 100_000_000;

    /** Bounds the memory that a hostile header can claim; the largest models have some hundred thousand tensors. */
    static final int MAX_TENSORS = 1 << 20;

    private static final int MAX_METADATA = 1 << 16;

    private final MemorySegment file;
    private final Origin origin;
    private final long dataStart;
    private final JsonReader json;
    private final List<Entry> entries = new ArrayList<>();
    private Map<String, String> metadata = Map.of();

    private static final class Entry {
        final String name;
        final String type;
        final long[] shape;
        final long begin;
        final long end;
        /** An unknown key in the tensor's entry, or null. */
        final @Nullable String unknownKey;

        Entry(String name, String type, long[] shape, long begin, long end, @Nullable String unknownKey) {
            this.name = name;
            this.type = type;
            this.shape = shape;
            this.begin = begin;
            this.end = end;
            this.unknownKey = unknownKey;
        }

        long begin() {
            return begin;
        }

        long end() {
            return end;
        }
    }

    private SafetensorsReader(MemorySegment file, Origin origin, byte[] header) {
        this.file = file;
        this.origin = origin;
        this.dataStart = (long) LENGTH_BYTES + header.length;
        this.json = new JsonReader(header, origin, "header");
    }

    /** Reads a file of at least {@link #LENGTH_BYTES} bytes. */
    static TensorFormat.Contents read(MemorySegment file, Origin origin) {
        long length = Bytes.u64(file, 0);
        if (length < 0 || length > MAX_HEADER_BYTES) {
            throw origin.damaged("the header length of " + Long.toUnsignedString(length)
                    + " bytes exceeds the limit of " + MAX_HEADER_BYTES);
        }
        if (length > file.byteSize() - LENGTH_BYTES) {
            throw origin.damaged("the header length is " + length + " bytes, but only "
                    + (file.byteSize() - LENGTH_BYTES) + " follow: the file is truncated");
        }
        if (length == 0 || Bytes.head(file, LENGTH_BYTES + 1)[LENGTH_BYTES] != '{') {
            throw origin.damaged("the header does not start with '{'");
        }
        return new SafetensorsReader(file, origin, Bytes.copy(file, LENGTH_BYTES, length)).read();
    }

    private TensorFormat.Contents read() {
        readHeader();
        Set<String> names = HashSet.newHashSet(entries.size());
        for (Entry entry : entries) {
            if (!names.add(entry.name)) {
                throw problem(entry.name, "it occurs twice in the header");
            }
        }
        entries.sort(Comparator.comparingLong(Entry::begin).thenComparingLong(Entry::end));
        long dataSize = file.byteSize() - dataStart;
        List<Tensor> tensors = new ArrayList<>(entries.size());
        long covered = 0;
        for (Entry entry : entries) {
            if (entry.begin != covered) {
                throw problem(entry.name, entry.begin < covered
                        ? "its data overlaps that of another tensor at byte " + entry.begin
                        : "a hole of " + (entry.begin - covered) + " bytes lies before its data");
            }
            covered = entry.end;
            tensors.add(tensor(entry));
        }
        if (covered != dataSize) {
            throw origin.damaged("the tensors end at byte " + covered + " of the data, which has " + dataSize);
        }
        return new TensorFormat.Contents(metadata, Collections.unmodifiableList(tensors), List.of());
    }

    /** A fault within one entry affects that tensor only. */
    private Tensor tensor(Entry entry) {
        DataType type = DataType.named(entry.type);
        if (problem(entry, type) != null) {
            return Tensor.unusable(
                    entry.name,
                    origin,
                    type == null ? DataType.OTHER : type,
                    entry.type,
                    entry.shape,
                    () -> Objects.requireNonNull(problem(entry, type)));
        }
        Content content = new Content.Mapped(file, dataStart + entry.begin, entry.end - entry.begin);
        return new Tensor(
                entry.name, origin, Objects.requireNonNull(type), entry.shape, false, ByteOrder.LITTLE_ENDIAN, content);
    }

    private static @Nullable Problem problem(Entry entry, @Nullable DataType type) {
        if (type == null) {
            return new Problem("this dtype is unknown", "name another tensor or convert it to float32");
        }
        if (entry.unknownKey != null) {
            return Problem.damage("its entry has the unknown key '" + Names.printable(entry.unknownKey) + "'");
        }
        long size;
        try {
            size = Shapes.bytes(entry.shape, type);
        } catch (ArithmeticException overflow) {
            return Problem.damage("the shape overflows");
        }
        return size == entry.end - entry.begin
                ? null
                : Problem.damage("it needs " + size + " bytes, but its data has " + (entry.end - entry.begin));
    }

    private void readHeader() {
        boolean metadataSeen = false;
        json.beginObject();
        for (boolean first = true; json.hasMember(first); first = false) {
            String name = json.name();
            if (!name.equals(METADATA)) {
                if (entries.size() == MAX_TENSORS) {
                    throw json.problem("it lists more than " + MAX_TENSORS + " tensors");
                }
                entries.add(readEntry(name));
            } else if (metadataSeen) {
                throw json.problem(METADATA + " occurs twice");
            } else {
                metadataSeen = true;
                metadata = readMetadata();
            }
        }
        json.endBeforePadding();
    }

    /** Metadata is for display only, so values other than strings are kept as source text. */
    private Map<String, String> readMetadata() {
        if (!json.isObject()) {
            json.skipValue();
            return Map.of();
        }
        Map<String, String> pairs = new LinkedHashMap<>();
        json.beginObject();
        for (boolean first = true; json.hasMember(first); first = false) {
            String key = json.name();
            if (pairs.putIfAbsent(key, json.text()) != null) {
                throw json.problem("the key '" + Names.printable(key) + "' stands in " + METADATA + " twice");
            }
            if (pairs.size() > MAX_METADATA) {
                throw json.problem(METADATA + " has more than " + MAX_METADATA + " keys");
            }
        }
        return Collections.unmodifiableMap(pairs);
    }

    private Entry readEntry(String name) {
        @Nullable
        String type = null;
        long @Nullable [] shape = null;
        long @Nullable [] offsets = null;
        @Nullable
        String unknown = null;
        json.beginObject();
        for (boolean first = true; json.hasMember(first); first = false) {
            String key = json.name();
            boolean repeated = switch (key) {
                case "dtype" -> type != null;
                case "shape" -> shape != null;
                case "data_offsets" -> offsets != null;
                default -> key.equals(unknown);
            };
            if (repeated) {
                throw problem(name, "the key '" + Names.printable(key) + "' occurs twice");
            }
            switch (key) {
                case "dtype" -> type = known(json.string());
                case "shape" -> shape = readNumbers(name);
                case "data_offsets" -> offsets = readNumbers(name);
                default -> {
                    unknown = key;
                    json.skipValue();
                }
            }
        }
        if (type == null || shape == null || offsets == null) {
            String missing = type == null ? "dtype" : shape == null ? "shape" : "data_offsets";
            throw problem(name, "the key '" + missing + "' is missing");
        }
        if (offsets.length != 2) {
            throw problem(name, "data_offsets has " + offsets.length + " numbers instead of 2");
        }
        checkRange(name, offsets[0], offsets[1]);
        return new Entry(name, type, shape, offsets[0], offsets[1], unknown);
    }

    /** Tensors of one type share one string. */
    private static String known(String type) {
        DataType known = DataType.named(type);
        return known == null ? type : known.name();
    }

    private long[] readNumbers(String name) {
        long[] numbers = new long[2];
        int count = 0;
        json.beginArray();
        for (boolean first = true; json.hasElement(first); first = false) {
            if (count == Shapes.MAX_DIMENSIONS) {
                throw problem(name, "a list has more than " + Shapes.MAX_DIMENSIONS + " numbers");
            }
            if (count == numbers.length) {
                numbers = Arrays.copyOf(numbers, 2 * count);
            }
            numbers[count++] = json.wholeNumber();
        }
        return count == numbers.length ? numbers : Arrays.copyOf(numbers, count);
    }

    private void checkRange(String name, long begin, long end) {
        if (begin > end) {
            throw problem(name, "its data ends at byte " + end + ", before it begins at " + begin);
        }
        long dataSize = file.byteSize() - dataStart;
        if (end > dataSize) {
            throw problem(name, "its data ends at byte " + end + ", but the file has only " + dataSize
                    + " bytes of data: it is truncated");
        }
    }

    private LogalignException problem(String name, String what) {
        return origin.damaged("tensor '" + Names.printable(name) + "': " + what);
    }
}
