package io.github.logalign.lab;

import io.github.logalign.internal.blas.Blas;
import io.github.logalign.internal.blas.Real;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;

/**
 * A row-major matrix of float32 in native memory.
 *
 * @param segment its elements
 * @param rows how many rows
 * @param columns how many columns
 */
record Floats(MemorySegment segment, int rows, int columns) {

    /** Zeros. */
    static Floats of(Arena arena, int rows, int columns) {
        return new Floats(arena.allocate((long) rows * columns * Float.BYTES, 64), rows, columns);
    }

    /** Normal numbers of some standard deviation. */
    static Floats normal(Arena arena, int rows, int columns, double deviation, Random random) {
        Floats matrix = of(arena, rows, columns);
        for (int i = 0; i < matrix.size(); i++) {
            matrix.set(i, (float) (random.nextGaussian() * deviation));
        }
        return matrix;
    }

    int size() {
        return rows * columns;
    }

    float get(int index) {
        return segment.getAtIndex(ValueLayout.JAVA_FLOAT, index);
    }

    void set(int index, float value) {
        segment.setAtIndex(ValueLayout.JAVA_FLOAT, index, value);
    }

    void clear() {
        segment.fill((byte) 0);
    }

    /** The first rows, as a view. */
    Floats firstRows(int count) {
        return new Floats(segment, count, columns);
    }

    /** this = a b^T: the outputs of a layer whose weight b is output x input. */
    void setToLayer(Floats a, Floats b) {
        multiply(a, Blas.NO, b, Blas.TRANSPOSED, rows, columns, a.columns, 0);
    }

    /** this = a b. */
    void setToProduct(Floats a, Floats b) {
        multiply(a, Blas.NO, b, Blas.NO, rows, columns, a.columns, 0);
    }

    /** this += a b. */
    void addProduct(Floats a, Floats b) {
        multiply(a, Blas.NO, b, Blas.NO, rows, columns, a.columns, 1);
    }

    /** this = a^T b: a weight's gradient from those of its outputs and its inputs. */
    void setToGradient(Floats a, Floats b) {
        multiply(a, Blas.TRANSPOSED, b, Blas.NO, rows, columns, a.rows, 0);
    }

    /** The library is column-major, where a row-major matrix is its own transpose: so the factors change places. */
    private void multiply(Floats a, char transA, Floats b, char transB, int m, int n, int k, double beta) {
        Blas.get()
                .gemm(Real.SINGLE, transB, transA, n, m, k, 1, b.segment, b.columns, a.segment, a.columns, beta,
                        segment, n);
    }
}
