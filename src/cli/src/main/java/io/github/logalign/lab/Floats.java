package io.github.logalign.lab;

import io.github.logalign.internal.blas.Blas;
import io.github.logalign.internal.blas.Block;
import io.github.logalign.internal.blas.Real;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;

/**
 * A row-major matrix of float32 in native memory.
 *
 * @param segment the elements
 * @param rows the number of rows
 * @param columns the number of columns
 */
record Floats(MemorySegment segment, int rows, int columns) {

    /** A matrix of zeros. */
    static Floats of(Arena arena, int rows, int columns) {
        return new Floats(arena.allocate((long) rows * columns * Float.BYTES, 64), rows, columns);
    }

    /** A matrix of normally distributed numbers with a given standard deviation. */
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

    /** this = a b^T, the outputs of a layer whose weight b is output x input. */
    void setToLayer(Floats a, Floats b) {
        multiply(a.transpose(), b.transpose().transposed(), 0);
    }

    /** this = a b. */
    void setToProduct(Floats a, Floats b) {
        multiply(a.transpose(), b.transpose(), 0);
    }

    /** this += a b. */
    void addProduct(Floats a, Floats b) {
        multiply(a.transpose(), b.transpose(), 1);
    }

    /** this = a^T b, the gradient of a weight from the gradient of its outputs and its inputs. */
    void setToGradient(Floats a, Floats b) {
        multiply(a.transpose().transposed(), b.transpose(), 0);
    }

    /** The library is column-major, so it sees a row-major matrix as its transpose. */
    private Block transpose() {
        return Block.of(Real.SINGLE, segment, columns, rows);
    }

    /** this = a b + beta this, computed as the transpose of both sides, which swaps the factors. */
    private void multiply(Block a, Block b, double beta) {
        Blas.get().level3().gemm(1, b, a, beta, transpose());
    }
}
