package io.github.logalign.internal.engine;

import io.github.logalign.internal.blas.NativeBuffer;
import io.github.logalign.matrix.Computation;
import org.jspecify.annotations.Nullable;

/**
 * A factorised W as LAPACK left it: its squared singular values, and where the right singular vectors stand.
 *
 * @param squares r squared singular values, descending, of W times 2^exponent
 * @param step what ran
 * @param vectors the right singular vectors, or null if they were not wanted
 */
public record Factorization(double[] squares, Computation.Step step,
        @Nullable Vectors vectors) implements AutoCloseable {

    @Override
    public void close() {
        if (vectors != null) {
            vectors.close();
        }
    }

    /**
     * Right singular vectors in memory: coordinate c of direction d stands, in the working type, at element
     * {@code start + d * directionStride + c * coordinateStride}.
     *
     * @param memory freed by the caller that takes over the vectors
     * @param start the element where direction 0 begins
     * @param directionStride from direction to direction, in elements
     * @param coordinateStride from coordinate to coordinate, in elements
     */
    public record Vectors(NativeBuffer memory, long start, long directionStride, long coordinateStride)
            implements
                AutoCloseable {

        @Override
        public void close() {
            memory.close();
        }
    }
}
