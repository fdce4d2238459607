package io.github.logalign;

import io.github.logalign.blas.Scratch;
import io.github.logalign.simd.Element;
import org.jspecify.annotations.Nullable;

/**
 * What a route found: squared singular values of the scaled W, and where the right singular vectors stand.
 *
 * @param squares r squared singular values, descending, of W times 2^exponent
 * @param method the method that ran
 * @param driver the routines that ran
 * @param vectors the right singular vectors, or null if they were not wanted
 */
record Factors(double[] squares, Method method, String driver, @Nullable Vectors vectors) {

    /**
     * Right singular vectors in memory: coordinate c of direction d stands at element
     * {@code start + d * directionStride + c * coordinateStride}.
     *
     * @param memory freed by whoever takes the vectors over
     * @param element F64 or F32
     * @param start the element where direction 0 begins
     * @param directionStride from direction to direction, in elements
     * @param coordinateStride from coordinate to coordinate, in elements
     */
    record Vectors(Scratch memory, Element element, long start, long directionStride, long coordinateStride)
            implements
                AutoCloseable {

        @Override
        public void close() {
            memory.close();
        }
    }
}
