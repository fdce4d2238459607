package io.github.logalign.tensor;

import io.github.logalign.LogalignException;
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
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads one safetensors file: eight bytes of header length, a JSON header, the data. Stricter than the format's own
 * library where that lets two readers see two different files.
 */
final class SafetensorsReader {

    static final String METADATA = "__metadata__";
    static final int LENGTH_BYTES = 8;
    static final long MAX_HEADER_BYTES = 100_000_000;

    /** Bounds the memory that a hostile header can ask for; the largest models have some hundred thousand. */
    static final int MAX_TENSORS = 1 << 20;

    private static final int MAX_METADATA = 1 << 16;

    private final MemorySegment file;
    private final Origin origin;
    private final long dataStart;
    private final JsonReader json;
    private final List<Entry> entries = new ArrayList<>();
    private Map<String, String> metadata = Map.of();

    /** What a file holds, in the order of the data. */
    record Parsed(Map<String, String> metadata, List<Tensor> tensors) {}

    private static final class Entry {
        final String name;
        final DataType type;
        final long[] shape;
        final long begin;
        final long end;

        Entry(String name, DataType type, long[] shape, long begin, long end) {
            this.name = name;
            this.type = type;
            this.shape = shape;
            this.begin = begin;
            this.end = end;
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
    static Parsed read(MemorySegment file, Origin origin) {
        long length = Bytes.u64(file, 0);
        if (length < 0 || length > MAX_HEADER_BYTES) {
            throw origin.damaged("the header length of " + Long.toUnsignedString(length)
                    + " bytes exceeds the limit of " + MAX_HEADER_BYTES);
        }
        if (length > file.byteSize() - LENGTH_BYTES) {
            throw origin.damaged("the header says that it has " + length + " bytes, but only "
                    + (file.byteSize() - LENGTH_BYTES) + " follow: the file is truncated");
        }
        if (length == 0 || Bytes.head(file, LENGTH_BYTES + 1)[LENGTH_BYTES] != '{') {
            throw origin.damaged("the header does not start with '{'");
        }
        return new SafetensorsReader(file, origin, Bytes.copy(file, LENGTH_BYTES, length)).read();
    }

    private Parsed read() {
        readHeader();
        Set<String> names = HashSet.newHashSet(entries.size());
        for (Entry entry : entries) {
            if (!names.add(entry.name)) {
                throw problem(entry.name, "it stands in the header twice");
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
            Content content = new Content.Mapped(file, dataStart + entry.begin, entry.end - entry.begin);
            tensors.add(new Tensor(
                    entry.name, origin, entry.type, entry.shape, false, ByteOrder.LITTLE_ENDIAN, content));
        }
        if (covered != dataSize) {
            throw origin.damaged("the tensors end at byte " + covered + " of the data, which has " + dataSize);
        }
        return new Parsed(metadata, Collections.unmodifiableList(tensors));
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
                throw json.problem(METADATA + " stands there twice");
            } else {
                metadataSeen = true;
                metadata = readMetadata();
            }
        }
        json.endBeforePadding();
    }

    private Map<String, String> readMetadata() {
        Map<String, String> pairs = new LinkedHashMap<>();
        json.beginObject();
        for (boolean first = true; json.hasMember(first); first = false) {
            String key = json.name();
            if (pairs.putIfAbsent(key, json.string()) != null) {
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
        DataType type = null;
        long @Nullable [] shape = null;
        long @Nullable [] offsets = null;
        json.beginObject();
        for (boolean first = true; json.hasMember(first); first = false) {
            String key = json.name();
            boolean repeated = switch (key) {
                case "dtype" -> type != null;
                case "shape" -> shape != null;
                case "data_offsets" -> offsets != null;
                default -> throw problem(name, "unknown key '" + Names.printable(key) + "'");
            };
            if (repeated) {
                throw problem(name, "the key '" + key + "' stands there twice");
            }
            switch (key) {
                case "dtype" -> type = readType(name);
                case "shape" -> shape = readNumbers(name);
                default -> offsets = readNumbers(name);
            }
        }
        if (type == null || shape == null || offsets == null) {
            String missing = type == null ? "dtype" : shape == null ? "shape" : "data_offsets";
            throw problem(name, "the key '" + missing + "' is missing");
        }
        if (offsets.length != 2) {
            throw problem(name, "data_offsets has " + offsets.length + " numbers instead of 2");
        }
        checkRange(name, type, shape, offsets[0], offsets[1]);
        return new Entry(name, type, shape, offsets[0], offsets[1]);
    }

    private DataType readType(String name) {
        String text = json.string();
        DataType type = DataType.named(text);
        if (type == null) {
            throw origin.problem(
                    "tensor '" + Names.printable(name) + "': dtype '" + Names.printable(text) + "' is unknown",
                    "convert it to one of " + Arrays.toString(DataType.values()));
        }
        return type;
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

    private void checkRange(String name, DataType type, long[] shape, long begin, long end) {
        if (begin > end) {
            throw problem(name, "its data ends at byte " + end + ", before it begins at " + begin);
        }
        long dataSize = file.byteSize() - dataStart;
        if (end > dataSize) {
            throw problem(name, "its data ends at byte " + end + ", but the file has only " + dataSize
                    + " bytes of data: it is truncated");
        }
        long size;
        try {
            size = Shapes.bytes(shape, type);
        } catch (ArithmeticException overflow) {
            throw origin.problem(
                    "tensor '" + Names.printable(name) + "': the shape " + Shapes.describe(shape) + " overflows",
                    Origin.FETCH_AGAIN,
                    overflow);
        }
        if (size != end - begin) {
            throw problem(name, type + " " + Shapes.describe(shape) + " needs " + size + " bytes, but its data has "
                    + (end - begin));
        }
    }

    private LogalignException problem(String name, String what) {
        return origin.damaged("tensor '" + Names.printable(name) + "': " + what);
    }
}
