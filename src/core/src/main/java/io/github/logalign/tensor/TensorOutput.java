package io.github.logalign.tensor;

import io.github.logalign.internal.Boundary;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Writes numbers little-endian, in blocks. */
final class TensorOutput {

    private static final int BLOCK = 1 << 16;
    private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfDouble F64 = ValueLayout.JAVA_DOUBLE_UNALIGNED
            .withOrder(ByteOrder.LITTLE_ENDIAN);

    private TensorOutput() {}

    static void write(OutputStream out, MemorySegment bytes) throws IOException {
        byte[] block = new byte[(int) Math.min(BLOCK, bytes.byteSize())];
        for (long at = 0; at < bytes.byteSize(); at += block.length) {
            int count = (int) Math.min(block.length, bytes.byteSize() - at);
            long from = at;
            // The bytes may belong to a mapped file.
            Boundary.run(() -> MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, from, block, 0, count));
            out.write(block, 0, count);
        }
    }

    static void write(OutputStream out, float[] values) throws IOException {
        MemorySegment block = MemorySegment.ofArray(new byte[BLOCK]);
        int perBlock = BLOCK / Float.BYTES;
        for (int at = 0; at < values.length; at += perBlock) {
            int count = Math.min(perBlock, values.length - at);
            MemorySegment.copy(values, at, block, F32, 0, count);
            write(out, block.asSlice(0, (long) count * Float.BYTES));
        }
    }

    static void write(OutputStream out, double[] values) throws IOException {
        MemorySegment block = MemorySegment.ofArray(new byte[BLOCK]);
        int perBlock = BLOCK / Double.BYTES;
        for (int at = 0; at < values.length; at += perBlock) {
            int count = Math.min(perBlock, values.length - at);
            MemorySegment.copy(values, at, block, F64, 0, count);
            write(out, block.asSlice(0, (long) count * Double.BYTES));
        }
    }
}
