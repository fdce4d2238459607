package io.github.logalign.internal.engine;

import io.github.logalign.internal.blas.NativeBuffer;
import io.github.logalign.internal.simd.Element;
import io.github.logalign.internal.simd.Panels;
import io.github.logalign.matrix.Computation;
import io.github.logalign.matrix.Precision;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/**
 * A factorised W as LAPACK left it: its squared singular values, and what its right singular vectors are made of.
 *
 * @param squares r squared singular values, descending, of W times 2^exponent
 * @param step what ran
 * @param basis the right singular vectors, or null if they were not wanted
 */
public record Factorization(double[] squares, Computation.Step step, @Nullable Basis basis) implements AutoCloseable {

    @Override
    public void close() {
        if (basis != null) {
            basis.close();
        }
    }

    /** Right singular vectors in scratch memory, or what makes them. */
    public sealed interface Basis extends AutoCloseable permits Vectors, LeftVectors {

        /**
         * The directions, in the layout that the kernels read.
         *
         * @param squares the squared singular values
         * @param n the input dimension
         * @param arena where the directions live
         */
        Directions pack(double[] squares, int n, Precision precision, Arena arena);

        @Override
        void close();
    }

    /**
     * Right singular vectors: coordinate c of direction d stands, in the working type, at element
     * {@code start + d * directionStride + c * coordinateStride}.
     *
     * @param memory freed by the caller that takes over the vectors
     * @param start the element where direction 0 begins
     * @param directionStride from direction to direction, in elements
     * @param coordinateStride from coordinate to coordinate, in elements
     */
    public record Vectors(NativeBuffer memory, long start, long directionStride, long coordinateStride)
            implements
                Basis {

        @Override
        public Directions pack(double[] squares, int n, Precision precision, Arena arena) {
            return PackedDirections.of(this, squares.length, n, precision, arena);
        }

        @Override
        public void close() {
            memory.close();
        }
    }

    /**
     * W and its left singular vectors, of a wide W.
     *
     * @param rows W, one row after the other
     * @param u the left singular vectors, one a column, the largest singular value's last; each is divided by its singular
     *     value when the directions are packed
     * @param blasSource multiplies with W
     */
    public record LeftVectors(NativeBuffer rows, NativeBuffer u, BlasSource blasSource) implements Basis {

        @Override
        public Directions pack(double[] squares, int n, Precision precision, Arena arena) {
            int m = squares.length;
            Element working = WorkingTypes.element(precision);
            for (int direction = 0; direction < m; direction++) {
                divide(working, (long) (m - 1 - direction) * m, m, Math.sqrt(squares[direction]));
            }
            PackedDirections rotation = PackedDirections.allocate(m, m, precision, arena);
            Panels.pack(working, u.segment(), (long) (m - 1) * m, -m, 1, m, m, rotation.panelWidth(),
                    rotation.memory());
            return new RotatedOutputs(rows.moveTo(arena), rotation, n, blasSource);
        }

        private void divide(Element working, long start, int count, double divisor) {
            MemorySegment memory = u.segment();
            for (long i = start; i < start + count; i++) {
                if (working == Element.F64) {
                    memory.setAtIndex(ValueLayout.JAVA_DOUBLE, i,
                            memory.getAtIndex(ValueLayout.JAVA_DOUBLE, i) / divisor);
                } else {
                    memory.setAtIndex(ValueLayout.JAVA_FLOAT, i,
                            (float) (memory.getAtIndex(ValueLayout.JAVA_FLOAT, i) / divisor));
                }
            }
        }

        @Override
        public void close() {
            rows.close();
            u.close();
        }
    }
}
