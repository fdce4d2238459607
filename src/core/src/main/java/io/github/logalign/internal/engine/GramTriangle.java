package io.github.logalign.internal.engine;

import io.github.logalign.internal.blas.BlasException;
import io.github.logalign.internal.blas.NativeBuffer;
import io.github.logalign.internal.blas.Real;
import io.github.logalign.internal.simd.Element;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A symmetric matrix of float64 in memory, of which the entries left of and on the diagonal count, row by row. Entries go
 * by way of small arrays: loops over them are fast before C2 has compiled them.
 *
 * @param memory where it stands
 * @param n its rows
 * @param stride from row to row, in elements
 */
record GramTriangle(MemorySegment memory, int n, int stride) {

    /** Entries that are added up together. */
    private static final int PIECE = 64;

    /** Rows and columns that are transposed together: four cache lines of F64 each way. */
    private static final int TILE = 32;

    /** Adds the entries left of and on the diagonal, row by row. */
    void add(MemorySegment added, Element type, int addedStride) {
        double[] sums = new double[PIECE];
        double[] addends = new double[PIECE];
        float[] narrow = new float[PIECE];
        for (int row = 0; row < n; row++) {
            for (int column = 0; column <= row; column += PIECE) {
                int count = Math.min(PIECE, row + 1 - column);
                long from = ((long) row * addedStride + column) * type.bytes();
                if (type == Element.F32) {
                    MemorySegment.copy(added, ValueLayout.JAVA_FLOAT, from, narrow, 0, count);
                    for (int i = 0; i < count; i++) {
                        addends[i] = narrow[i];
                    }
                } else {
                    MemorySegment.copy(added, ValueLayout.JAVA_DOUBLE, from, addends, 0, count);
                }
                read(row, column, count, sums, 0);
                for (int i = 0; i < count; i++) {
                    sums[i] += addends[i];
                }
                long to = ((long) row * stride + column) * Double.BYTES;
                MemorySegment.copy(sums, 0, memory, ValueLayout.JAVA_DOUBLE, to, count);
            }
        }
    }

    /** Entries of a row. */
    private void read(int row, int column, int count, double[] entries, int at) {
        long from = ((long) row * stride + column) * Double.BYTES;
        MemorySegment.copy(memory, ValueLayout.JAVA_DOUBLE, from, entries, at, count);
    }

    /** The sum of the products of all entries with those of another one. */
    double innerProduct(GramTriangle other) {
        double[] mine = new double[PIECE];
        double[] others = new double[PIECE];
        double diagonal = 0;
        double below = 0;
        for (int row = 0; row < n; row++) {
            double sum = 0;
            for (int column = 0; column <= row; column += PIECE) {
                int count = Math.min(PIECE, row + 1 - column);
                read(row, column, count, mine, 0);
                other.read(row, column, count, others, 0);
                for (int i = 0; i < count; i++) {
                    sum += mine[i] * others[i];
                }
                if (column + count > row) {
                    double last = mine[count - 1] * others[count - 1];
                    sum -= last;
                    diagonal += last;
                }
            }
            below += sum;
        }
        return diagonal + 2 * below;
    }

    /**
     * The lower triangle, column-major, n x n, in another type: what LAPACK reads.
     *
     * @throws BlasException if there is not enough memory
     */
    NativeBuffer lowerTriangle(Real type) {
        NativeBuffer triangle = NativeBuffer.allocate((long) n * n * type.bytes());
        MemorySegment to = triangle.segment();
        double[] tile = new double[TILE * TILE];
        double[] part = new double[TILE];
        float[] narrow = new float[TILE];
        for (int row = 0; row < n; row += TILE) {
            int rows = Math.min(TILE, n - row);
            for (int column = 0; column < row + rows; column += TILE) {
                // On the diagonal the tile's upper half is read and written too; nobody looks at it.
                int columns = Math.min(TILE, n - column);
                for (int i = 0; i < rows; i++) {
                    read(row + i, column, columns, tile, i * TILE);
                }
                for (int j = 0; j < columns; j++) {
                    for (int i = 0; i < rows; i++) {
                        part[i] = tile[i * TILE + j];
                        narrow[i] = (float) part[i];
                    }
                    long at = ((long) (column + j) * n + row) * type.bytes();
                    if (type == Real.DOUBLE) {
                        MemorySegment.copy(part, 0, to, ValueLayout.JAVA_DOUBLE, at, rows);
                    } else {
                        MemorySegment.copy(narrow, 0, to, ValueLayout.JAVA_FLOAT, at, rows);
                    }
                }
            }
        }
        return triangle;
    }
}
