package io.github.logalign.tensor;

import io.github.logalign.internal.io.AtomicFile;
import io.github.logalign.matrix.LogalignException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Writes npy files (version 1.0, little-endian, C order) that {@code numpy.load} reads, whole or not at all: see
 * {@link AtomicFile}.
 *
 * <p>Thread safety: see {@link AtomicFile}; the array must not change during the call.
 */
public final class NpyWriter {

    private static final int PREAMBLE = 10;
    private static final int ALIGNMENT = 64;

    private NpyWriter() {}

    /**
     * Writes an array of one dimension.
     *
     * @param target the file; its folder must exist
     * @param values the elements
     * @throws LogalignException if it cannot be written
     */
    public static void write(Path target, double[] values) {
        writeDoubles(target, values, "(" + values.length + ",)");
    }

    /**
     * Writes an array of one dimension.
     *
     * @param target the file; its folder must exist
     * @param values the elements
     * @throws LogalignException if it cannot be written
     */
    public static void write(Path target, float[] values) {
        writeFloats(target, values, "(" + values.length + ",)");
    }

    /**
     * Writes an array of two dimensions.
     *
     * @param target the file; its folder must exist
     * @param values the elements, row by row
     * @param rows the number of rows
     * @param columns the number of columns
     * @throws IllegalArgumentException if there are not {@code rows * columns} elements
     * @throws LogalignException if it cannot be written
     */
    public static void write(Path target, double[] values, long rows, long columns) {
        writeDoubles(target, values, shape(values.length, rows, columns));
    }

    /**
     * Writes an array of two dimensions.
     *
     * @param target the file; its folder must exist
     * @param values the elements, row by row
     * @param rows the number of rows
     * @param columns the number of columns
     * @throws IllegalArgumentException if there are not {@code rows * columns} elements
     * @throws LogalignException if it cannot be written
     */
    public static void write(Path target, float[] values, long rows, long columns) {
        writeFloats(target, values, shape(values.length, rows, columns));
    }

    private static void writeDoubles(Path target, double[] values, String shape) {
        AtomicFile.write(target, out -> {
            out.write(header("<f8", shape));
            TensorOutput.write(out, values);
        });
    }

    private static void writeFloats(Path target, float[] values, String shape) {
        AtomicFile.write(target, out -> {
            out.write(header("<f4", shape));
            TensorOutput.write(out, values);
        });
    }

    private static String shape(int length, long rows, long columns) {
        boolean fits = rows >= 0 && columns >= 0 && Math.multiplyHigh(rows, columns) == 0 && rows * columns == length;
        if (!fits) {
            throw new IllegalArgumentException(length + " elements do not fill a " + rows + " x " + columns + " array");
        }
        return "(" + rows + ", " + columns + ")";
    }

    private static byte[] header(String descr, String shape) {
        String dictionary = "{'descr': '" + descr + "', 'fortran_order': False, 'shape': " + shape + ", }";
        int padding = Math.floorMod(-(PREAMBLE + dictionary.length() + 1), ALIGNMENT);
        int length = dictionary.length() + padding + 1;
        String header = "\u0093NUMPY\u0001\u0000" + (char) (length & 0xFF) + (char) (length >> 8) + dictionary
                + " ".repeat(padding) + "\n";
        return header.getBytes(StandardCharsets.ISO_8859_1);
    }
}
