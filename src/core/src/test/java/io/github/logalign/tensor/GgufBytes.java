package io.github.logalign.tensor;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Builds a GGUF file byte by byte. */
final class GgufBytes {

    int version = 3;
    int alignment = 32;
    private int entries;
    private final ByteArrayOutputStream metadata = new ByteArrayOutputStream();
    private final List<Entry> tensors = new ArrayList<>();

    private record Entry(String name, int type, long[] innermostFirst, byte[] data) {}

    static byte[] number(long value, int bytes) {
        byte[] all = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array();
        return TestBytes.head(all, bytes);
    }

    static byte[] text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return TestBytes.join(number(bytes.length, 8), bytes);
    }

    /** A value of the metadata, whose bytes the caller lays out. */
    GgufBytes value(String name, int type, byte[] value) {
        metadata.writeBytes(TestBytes.join(text(name), number(type, 4), value));
        entries++;
        return this;
    }

    /** A tensor, its dimensions outermost first. */
    GgufBytes tensor(String name, int type, byte[] data, long... shape) {
        long[] reversed = new long[shape.length];
        for (int dimension = 0; dimension < shape.length; dimension++) {
            reversed[dimension] = shape[shape.length - 1 - dimension];
        }
        tensors.add(new Entry(name, type, reversed, data));
        return this;
    }

    /** Blocks of a scale and 32 bytes each. */
    static byte[] blocks(short[] scales, byte[] values) {
        ByteBuffer blocks = ByteBuffer.allocate(scales.length * 34).order(ByteOrder.LITTLE_ENDIAN);
        for (int block = 0; block < scales.length; block++) {
            blocks.putShort(scales[block]).put(values, block * 32, 32);
        }
        return blocks.array();
    }

    byte[] build() {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        file.writeBytes(TestBytes.latin1("GGUF"));
        file.writeBytes(number(version, 4));
        file.writeBytes(number(tensors.size(), 8));
        file.writeBytes(number(entries, 8));
        file.writeBytes(metadata.toByteArray());
        long offset = 0;
        for (Entry tensor : tensors) {
            file.writeBytes(text(tensor.name()));
            file.writeBytes(number(tensor.innermostFirst().length, 4));
            for (long dimension : tensor.innermostFirst()) {
                file.writeBytes(number(dimension, 8));
            }
            file.writeBytes(number(tensor.type(), 4));
            file.writeBytes(number(offset, 8));
            offset += padded(tensor.data().length);
        }
        for (Entry tensor : tensors) {
            file.writeBytes(new byte[(int) (padded(file.size()) - file.size())]);
            file.writeBytes(tensor.data());
        }
        return file.toByteArray();
    }

    private long padded(long size) {
        return Math.ceilDiv(size, alignment) * (long) alignment;
    }
}
