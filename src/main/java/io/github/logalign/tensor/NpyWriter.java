package io.github.logalign.tensor;

import io.github.logalign.ElementType;
import io.github.logalign.Matrix;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Writes npy files, version 1.0, little-endian. */
public final class NpyWriter {

    private static final int ALIGNMENT = 64;
    private static final int PREFIX = 10;

    private NpyWriter() {}

    /**
     * Writes a vector of float64.
     *
     * @param target the file; replaced when all is written
     * @param values the elements
     * @throws io.github.logalign.LogalignException if it cannot be written
     */
    public static void write(Path target, double[] values) {
        AtomicFile.write(target, out -> {
            out.write(header("<f8", "(" + values.length + ",)"));
            ByteBuffer buffer = ByteBuffer.allocate(1 << 13).order(ByteOrder.LITTLE_ENDIAN);
            for (double value : values) {
                if (!buffer.hasRemaining()) {
                    flush(buffer, out);
                }
                buffer.putDouble(value);
            }
            flush(buffer, out);
        });
    }

    /**
     * Writes a matrix as float64 or, if its elements are F32, as float32; F16 and BF16 become float32.
     *
     * @param target the file; replaced when all is written
     * @param matrix the elements
     * @throws io.github.logalign.LogalignException if it cannot be written
     */
    public static void write(Path target, Matrix matrix) {
        boolean wide = matrix.elementType() == ElementType.F64;
        AtomicFile.write(target, out -> {
            out.write(header(wide ? "<f8" : "<f4", "(" + matrix.rows() + ", " + matrix.columns() + ")"));
            ByteBuffer buffer = ByteBuffer.allocate(1 << 13).order(ByteOrder.LITTLE_ENDIAN);
            for (long row = 0; row < matrix.rows(); row++) {
                for (long column = 0; column < matrix.columns(); column++) {
                    if (!buffer.hasRemaining()) {
                        flush(buffer, out);
                    }
                    double value = matrix.get(row, column);
                    if (wide) {
                        buffer.putDouble(value);
                    } else {
                        buffer.putFloat((float) value);
                    }
                }
            }
            flush(buffer, out);
        });
    }

    private static byte[] header(String descr, String shape) {
        String dictionary = "{'descr': '" + descr + "', 'fortran_order': False, 'shape': " + shape + ", }";
        int length = Math.ceilDiv(PREFIX + dictionary.length() + 1, ALIGNMENT) * ALIGNMENT - PREFIX;
        String padded = dictionary + " ".repeat(length - dictionary.length() - 1) + "\n";
        ByteBuffer header = ByteBuffer.allocate(PREFIX + length).order(ByteOrder.LITTLE_ENDIAN);
        header.put(NpyHeader.MAGIC.getBytes(StandardCharsets.ISO_8859_1));
        header.put((byte) 1).put((byte) 0).putShort((short) length);
        header.put(padded.getBytes(StandardCharsets.ISO_8859_1));
        return header.array();
    }

    private static void flush(ByteBuffer buffer, OutputStream out) throws IOException {
        buffer.flip();
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        out.write(bytes);
        buffer.clear();
    }
}
