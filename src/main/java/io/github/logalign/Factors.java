package io.github.logalign;

import io.github.logalign.blas.Scratch;
import org.jspecify.annotations.Nullable;

/**
 * What a route found: squared singular values of the scaled W, and where the right singular vectors stand.
 *
 * @param squares r squared singular values, descending, of W times 2^exponent
 * @param method the method that ran
 * @param driver the routines that ran
 * @param vectors the right singular vectors, or null if they were not wanted
 */
record Factors(double[] squares, Method method, String driver, @Nullable Vectors vectors) implements AutoCloseable {

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
     * @param memory freed by whoever takes the vectors over
     * @param start the element where direction 0 begins
     * @param directionStride from direction to direction, in elements
     * @param coordinateStride from coordinate to coordinate, in elements
     */
    record Vectors(Scratch memory, long start, long directionStride, long coordinateStride)
            implements
                AutoCloseable {

        @Override
        public void close() {
            memory.close();
        }
    }
}
