package io.github.logalign.tensor;

import io.github.logalign.internal.io.AtomicFile;
import io.github.logalign.internal.io.Names;
import io.github.logalign.internal.io.SharedStream;
import io.github.logalign.matrix.LogalignException;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Writes a safetensors file, whole or not at all: see {@link AtomicFile}. The tensors' names, types and shapes are
 * given first. Their bytes are requested one tensor at a time while the file is written, so they need not all be in
 * memory. The data begins at a multiple of 8 bytes.
 *
 * <p>Thread safety: none; an instance belongs to one thread. It may write several files.
 */
public final class SafetensorsWriter {

    private static final int ALIGNMENT = 8;

    private final Map<String, String> metadata = new LinkedHashMap<>();
    private final List<Entry> entries = new ArrayList<>();
    private final Set<String> names = new HashSet<>();

    /** Writes the elements of a tensor. */
    @FunctionalInterface
    public interface Body {

        /**
         * Writes exactly the announced number of bytes.
         *
         * @param out the destination, which must not be closed
         * @throws IOException if writing fails
         */
        void writeTo(OutputStream out) throws IOException;
    }

    private record Entry(String name, String description, long bytes, Body body) {}

    /** Creates a writer without tensors or metadata. */
    public SafetensorsWriter() {}

    /**
     * Adds an entry to the file's metadata; an earlier value of the key is replaced.
     *
     * @param key the key
     * @param value the value
     * @return this
     * @throws IllegalArgumentException if the key or value contains an unpaired surrogate, which UTF-8 cannot express
     */
    public SafetensorsWriter metadata(String key, String value) {
        metadata.put(requireEncodable(key), requireEncodable(value));
        return this;
    }

    /**
     * Adds a tensor whose bytes are produced while the file is written.
     *
     * @param name its name
     * @param type the type of its elements
     * @param shape its shape, outermost dimension first; empty for a scalar
     * @param body writes exactly the tensor's bytes, little-endian in C order
     * @return this
     * @throws IllegalArgumentException if the name is taken or cannot be expressed, the format does not have the type, or the
     *     shape is negative or too large
     */
    public SafetensorsWriter add(String name, DataType type, long[] shape, Body body) {
        requireEncodable(name);
        Objects.requireNonNull(body, "body");
        if (DataType.named(type.name()) == null) {
            throw new IllegalArgumentException("the format has no type " + type);
        }
        if (shape.length > Shapes.MAX_DIMENSIONS) {
            throw new IllegalArgumentException("a tensor has at most " + Shapes.MAX_DIMENSIONS + " dimensions");
        }
        for (long dimension : shape) {
            if (dimension < 0) {
                throw new IllegalArgumentException("negative dimension in " + Shapes.describe(shape));
            }
        }
        long bytes;
        try {
            bytes = Shapes.bytes(shape, type);
        } catch (ArithmeticException overflow) {
            throw new IllegalArgumentException("the shape " + Shapes.describe(shape) + " overflows", overflow);
        }
        if (name.equals(SafetensorsReader.METADATA) || !names.add(name)) {
            throw new IllegalArgumentException("the name is already in use: " + Names.printable(name));
        }
        String description = "\"dtype\":\"" + type + "\",\"shape\":" + Shapes.describe(shape).replace(" ", "");
        entries.add(new Entry(name, description, bytes, body));
        return this;
    }

    /**
     * Adds a tensor whose bytes are in memory; they must stay there, unchanged, until the file is written.
     *
     * @param name its name
     * @param type the type of its elements
     * @param shape its shape, outermost dimension first; empty for a scalar
     * @param bytes exactly the tensor's bytes, little-endian in C order
     * @return this
     * @throws IllegalArgumentException if the name is taken or cannot be expressed, or the shape is negative or does
     *     not agree with the number of bytes
     */
    public SafetensorsWriter add(String name, DataType type, long[] shape, MemorySegment bytes) {
        add(name, type, shape, out -> TensorOutput.write(out, bytes));
        return requireLastSize(bytes.byteSize());
    }

    /**
     * Adds a tensor of type F32; the array must stay unchanged until the file is written.
     *
     * @param name its name
     * @param shape its shape, outermost dimension first
     * @param values its elements in C order
     * @return this
     * @throws IllegalArgumentException as for bytes
     */
    public SafetensorsWriter add(String name, long[] shape, float[] values) {
        add(name, DataType.F32, shape, out -> TensorOutput.write(out, values));
        return requireLastSize((long) Float.BYTES * values.length);
    }

    /**
     * Adds a tensor of type F64; the array must stay unchanged until the file is written.
     *
     * @param name its name
     * @param shape its shape, outermost dimension first
     * @param values its elements in C order
     * @return this
     * @throws IllegalArgumentException as for bytes
     */
    public SafetensorsWriter add(String name, long[] shape, double[] values) {
        add(name, DataType.F64, shape, out -> TensorOutput.write(out, values));
        return requireLastSize((long) Double.BYTES * values.length);
    }

    private SafetensorsWriter requireLastSize(long there) {
        Entry entry = entries.getLast();
        if (entry.bytes != there) {
            entries.removeLast();
            names.remove(entry.name);
            throw new IllegalArgumentException("the shape of " + Names.printable(entry.name) + " needs " + entry.bytes
                    + " bytes, there are " + there);
        }
        return this;
    }

    /**
     * Writes the file.
     *
     * @param target the file; its folder must exist
     * @throws IllegalStateException if a tensor's body wrote a wrong number of bytes, or the header exceeds the
     *     format's 100,000,000 bytes; no file is created
     * @throws LogalignException if it cannot be written
     */
    public void write(Path target) {
        byte[] header = header().getBytes(StandardCharsets.UTF_8);
        int padding = Math.floorMod(-header.length, ALIGNMENT);
        if (header.length > SafetensorsReader.MAX_HEADER_BYTES - padding) {
            throw new IllegalStateException("the names and the metadata make a header of " + header.length
                    + " bytes, over the format's limit of " + SafetensorsReader.MAX_HEADER_BYTES);
        }
        AtomicFile.write(target, out -> {
            byte[] length = new byte[SafetensorsReader.LENGTH_BYTES];
            MemorySegment.ofArray(length)
                    .set(
                            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN),
                            0,
                            (long) header.length + padding);
            out.write(length);
            out.write(header);
            out.write(" ".repeat(padding).getBytes(StandardCharsets.US_ASCII));
            for (Entry entry : entries) {
                writeData(entry, out);
            }
        });
    }

    private static void writeData(Entry entry, OutputStream out) throws IOException {
        long count;
        try (SharedStream shared = new SharedStream(out)) {
            entry.body.writeTo(shared);
            count = shared.count();
        }
        if (count != entry.bytes) {
            throw new IllegalStateException("the tensor " + Names.printable(entry.name) + " has " + entry.bytes
                    + " bytes, but " + count + " were written");
        }
    }

    private String header() {
        StringBuilder json = new StringBuilder("{");
        if (!metadata.isEmpty()) {
            appendString(json, SafetensorsReader.METADATA);
            String separator = ":{";
            for (Map.Entry<String, String> pair : metadata.entrySet()) {
                json.append(separator);
                appendString(json, pair.getKey());
                json.append(':');
                appendString(json, pair.getValue());
                separator = ",";
            }
            json.append('}');
        }
        long offset = 0;
        for (Entry entry : entries) {
            if (json.length() > 1) {
                json.append(',');
            }
            appendString(json, entry.name);
            json.append(":{").append(entry.description).append(",\"data_offsets\":[").append(offset).append(',');
            offset = Math.addExact(offset, entry.bytes);
            json.append(offset).append("]}");
        }
        return json.append('}').toString();
    }

    private static void appendString(StringBuilder json, String text) {
        json.append('"');
        for (int index = 0; index < text.length(); index++) {
            char unit = text.charAt(index);
            if (unit == '"' || unit == '\\') {
                json.append('\\').append(unit);
            } else if (unit < 0x20) {
                json.append("\\u00")
                        .append(Character.forDigit(unit >> 4, 16))
                        .append(Character.forDigit(unit & 15, 16));
            } else {
                json.append(unit);
            }
        }
        json.append('"');
    }

    private static String requireEncodable(String text) {
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
            throw new IllegalArgumentException("an unpaired surrogate is in: " + Names.printable(text));
        }
        return text;
    }
}
