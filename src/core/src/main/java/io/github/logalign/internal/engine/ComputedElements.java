package io.github.logalign.internal.engine;

import io.github.logalign.matrix.LogalignException;
import io.github.logalign.matrix.Matrix;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * The elements of a matrix that is not in memory, which are computed as they are read.
 *
 * <p>For one thread: the one that may read what they are computed from.
 */
interface ComputedElements extends AutoCloseable {

    /** What computes the elements of a matrix; null if they are in memory. */
    static @Nullable ComputedElements of(Matrix matrix) {
        if (matrix.difference().isPresent()) {
            return new DifferenceReader(matrix, matrix.difference().get());
        }
        return matrix.decoder().<ComputedElements>map(DecodedReader::new).orElse(null);
    }

    /**
     * Writes some elements that follow each other.
     *
     * @param first the first of them, counted along the lines
     * @param count how many, a piece at most
     * @param target gets them in the matrix' element type
     */
    void read(long first, int count, MemorySegment target);

    /** What is wrong where an element is not finite. */
    LogalignException notFinite(String contents, long row, long column, double value);

    @Override
    void close();
}
