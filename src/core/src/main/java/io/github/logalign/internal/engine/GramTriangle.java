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
    double dot(GramTriangle other) {
        double[] mine = new double[n];
        double[] others = new double[n];
        double sum = 0;
        for (int row = 0; row < n; row++) {
            read(row, 0, row + 1, mine, 0);
            other.read(row, 0, row + 1, others, 0);
            double below = -mine[row] * others[row] / 2;
            for (int column = 0; column <= row; column++) {
                below += mine[column] * others[column];
            }
            sum += below;
        }
        return 2 * sum;
    }

    /**
     * The sum of the products of all entries with those of another one, {@code <G, H>}.
     *
     * @param value the sum
     * @param spread {@code sqrt(sum (g_ii g_jj h_ij^2 + h_ii h_jj g_ij^2))}, which times a roundoff is about what the
     *     rounding of the entries amounts to if it is independent from entry to entry: an entry's own is bounded by
     *     {@code sqrt(g_ii g_jj)} times a roundoff
     */
    record InnerProduct(double value, double spread) {}

    /** The inner product with another one. */
    InnerProduct innerProduct(GramTriangle other) {
        double[] mine = new double[PIECE];
        double[] others = new double[PIECE];
        double trace = trace();
        double otherTrace = other.trace();
        double[] diagonal = diagonal(trace);
        double[] otherDiagonal = other.diagonal(otherTrace);
        double sum = 0;
        double squares = 0;
        for (int row = 0; row < n; row++) {
            double below = 0;
            double squaresBelow = 0;
            for (int column = 0; column <= row; column += PIECE) {
                int count = Math.min(PIECE, row + 1 - column);
                read(row, column, count, mine, 0);
                other.read(row, column, count, others, 0);
                for (int i = 0; i < count; i++) {
                    double g = mine[i] / trace;
                    double h = others[i] / otherTrace;
                    below += mine[i] * others[i];
                    squaresBelow += diagonal[row] * diagonal[column + i] * h * h
                            + otherDiagonal[row] * otherDiagonal[column + i] * g * g;
                }
                if (column + count > row) {
                    double g = mine[count - 1];
                    double h = others[count - 1];
                    below -= g * h / 2;
                    squaresBelow -= (diagonal[row] * diagonal[row] * h / otherTrace * h / otherTrace
                            + otherDiagonal[row] * otherDiagonal[row] * g / trace * g / trace) / 2;
                }
            }
            sum += below;
            squares += squaresBelow;
        }
        return new InnerProduct(2 * sum, Math.sqrt(2 * Math.max(0, squares)) * trace * otherTrace);
    }

    private double diagonal(int row) {
        return memory.getAtIndex(ValueLayout.JAVA_DOUBLE, (long) row * stride + row);
    }

    private double trace() {
        double sum = 0;
        for (int row = 0; row < n; row++) {
            sum += diagonal(row);
        }
        return sum;
    }

    /** The entries on the diagonal, as shares of the trace. */
    private double[] diagonal(double trace) {
        double[] shares = new double[n];
        for (int row = 0; row < n; row++) {
            shares[row] = diagonal(row) / trace;
        }
        return shares;
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
