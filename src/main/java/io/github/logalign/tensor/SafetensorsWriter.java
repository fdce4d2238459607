package io.github.logalign.tensor;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Writes a safetensors file: collect tensors, then {@link #write}.
 *
 * <p>Thread safety: none.
 */
public final class SafetensorsWriter {

    private static final int CHUNK = 1 << 16;

    private final Map<String, String> metadata = new LinkedHashMap<>();
    private final Map<String, Entry> entries = new LinkedHashMap<>();

    private record Entry(DataType type, long[] shape, MemorySegment data) {}

    /** Makes an empty file. */
    public SafetensorsWriter() {}

    /**
     * Adds a line of metadata.
     *
     * @param key its name
     * @param value its value
     * @return this
     */
    public SafetensorsWriter metadata(String key, String value) {
        metadata.put(key, value);
        return this;
    }

    /**
     * Adds a tensor.
     *
     * @param name its name
     * @param type its element type
     * @param data its elements, little-endian, row-major; read by {@link #write}
     * @param shape its sizes
     * @return this
     * @throws IllegalArgumentException if the name is taken or reserved, or the data does not fit the shape
     */
    public SafetensorsWriter add(String name, DataType type, MemorySegment data, long... shape) {
        if (Shapes.byteSize(shape, type.bytes()) != data.byteSize()) {
            throw new IllegalArgumentException(
                    type + " " + Arrays.toString(shape) + " does not fit " + data.byteSize() + " bytes");
        }
        if (name.equals("__metadata__") || entries.containsKey(name)) {
            throw new IllegalArgumentException("the name \"" + Names.printable(name) + "\" is reserved or taken");
        }
        entries.put(name, new Entry(type, shape.clone(), data));
        return this;
    }

    /**
     * Adds a tensor of F32.
     *
     * @param name its name
     * @param data its elements, row-major
     * @param shape its sizes
     * @return this
     * @throws IllegalArgumentException if the name is taken or reserved, or the data does not fit the shape
     */
    public SafetensorsWriter add(String name, float[] data, long... shape) {
        ByteBuffer bytes = ByteBuffer.allocate(Math.multiplyExact(data.length, Float.BYTES))
                .order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(data);
        return add(name, DataType.F32, MemorySegment.ofBuffer(bytes), shape);
    }

    /**
     * Writes the file.
     *
     * @param target the file; replaced when all is written
     * @throws io.github.logalign.LogalignException if it cannot be written; nothing is left behind
     */
    public void write(Path target) {
        AtomicFile.write(target, this::writeTo);
    }

    private void writeTo(OutputStream out) throws IOException {
        byte[] header = header().getBytes(StandardCharsets.UTF_8);
        out.write(ByteBuffer.allocate(Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(header.length)
                .array());
        out.write(header);
        byte[] chunk = new byte[CHUNK];
        for (Entry entry : entries.values()) {
            for (long at = 0; at < entry.data().byteSize(); at += CHUNK) {
                int length = (int) Math.min(CHUNK, entry.data().byteSize() - at);
                MemorySegment.copy(entry.data(), ValueLayout.JAVA_BYTE, at, chunk, 0, length);
                out.write(chunk, 0, length);
            }
        }
    }

    private String header() {
        StringBuilder json = new StringBuilder("{");
        if (!metadata.isEmpty()) {
            json.append("\"__metadata__\":{");
            metadata.forEach((key, value) -> json.append(quoted(key)).append(':').append(quoted(value)).append(','));
            json.setCharAt(json.length() - 1, '}');
            json.append(',');
        }
        long offset = 0;
        for (Map.Entry<String, Entry> named : entries.entrySet()) {
            Entry entry = named.getValue();
            long end = offset + entry.data().byteSize();
            json.append(quoted(named.getKey()))
                    .append(":{\"dtype\":\"")
                    .append(entry.type())
                    .append("\",\"shape\":")
                    .append(Arrays.toString(entry.shape()).replace(" ", ""))
                    .append(",\"data_offsets\":[")
                    .append(offset)
                    .append(',')
                    .append(end)
                    .append("]},");
            offset = end;
        }
        if (json.length() > 1) {
            json.setLength(json.length() - 1);
        }
        json.append('}');
        // The data begins at a multiple of 8.
        int length = json.toString().getBytes(StandardCharsets.UTF_8).length;
        return json.append(" ".repeat(Math.ceilDiv(length, 8) * 8 - length)).toString();
    }

    private static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                quoted.append('\\').append(c);
            } else if (c < 0x20) {
                quoted.append(String.format("\\u%04x", (int) c));
            } else {
                quoted.append(c);
            }
        }
        return quoted.append('"').toString();
    }
}
