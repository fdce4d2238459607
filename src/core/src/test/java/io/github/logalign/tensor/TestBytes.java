package io.github.logalign.tensor;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Builds files of the formats byte by byte, without the project's writers. */
final class TestBytes {

    private TestBytes() {}

    static byte[] latin1(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static byte[] head(byte[] bytes, int length) {
        return Arrays.copyOf(bytes, length);
    }

    static byte[] join(byte[]... parts) {
        int length = 0;
        for (byte[] part : parts) {
            length += part.length;
        }
        ByteBuffer joined = ByteBuffer.allocate(length);
        for (byte[] part : parts) {
            joined.put(part);
        }
        return joined.array();
    }

    static byte[] u64(long value) {
        return ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array();
    }

    static byte[] f32(float... values) {
        return f32(ByteOrder.LITTLE_ENDIAN, values);
    }

    static byte[] f32(ByteOrder order, float... values) {
        ByteBuffer buffer = ByteBuffer.allocate(4 * values.length).order(order);
        for (float value : values) {
            buffer.putFloat(value);
        }
        return buffer.array();
    }

    /** A safetensors file with this header, UTF-8. */
    static byte[] safetensors(String header, byte[] data) {
        return safetensors(utf8(header), data);
    }

    static byte[] safetensors(byte[] header, byte[] data) {
        return join(u64(header.length), header, data);
    }

    /** One entry of a header. */
    static String entry(String name, String dtype, String shape, long begin, long end) {
        return "\"" + name + "\":{\"dtype\":\"" + dtype + "\",\"shape\":" + shape + ",\"data_offsets\":[" + begin + ","
                + end + "]}";
    }

    /** An npy array with this dictionary, padded as numpy does. */
    static byte[] npy(String dictionary, byte[] data) {
        int padding = Math.floorMod(-(10 + dictionary.length() + 1), 64);
        return npy(1, latin1(dictionary + " ".repeat(padding) + "\n"), data);
    }

    static byte[] npy(int version, byte[] header, byte[] data) {
        ByteBuffer length = ByteBuffer.allocate(version == 1 ? 2 : 4).order(ByteOrder.LITTLE_ENDIAN);
        byte[] lengthBytes = version == 1
                ? length.putShort((short) header.length).array()
                : length.putInt(header.length).array();
        return join(latin1("\u0093NUMPY"), new byte[]{(byte) version, 0}, lengthBytes, header, data);
    }

    static String dictionary(String descr, boolean fortran, String shape) {
        return "{'descr': '" + descr + "', 'fortran_order': " + (fortran ? "True" : "False") + ", 'shape': " + shape
                + ", }";
    }
}
