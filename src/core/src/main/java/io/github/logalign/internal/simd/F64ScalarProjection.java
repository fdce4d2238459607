package io.github.logalign.internal.simd;

import java.lang.foreign.MemorySegment;

/** One token projected on four neighbouring directions in F64, without vectors. */
final class F64ScalarProjection {

    private F64ScalarProjection() {}

    /** Adds the squares but for the first {@code overlap} of them. */
    static void addSquares(MemorySegment x, long row, int n, MemorySegment panels, long from, int width,
            MemorySegment sums, long to, int overlap) {
        double a0 = 0;
        double a1 = 0;
        double a2 = 0;
        double a3 = 0;
        for (int k = 0; k < n; k++) {
            double value = x.get(Scalars.F64, row + (long) k * Double.BYTES);
            long at = from + (long) k * width * Double.BYTES;
            a0 += value * panels.get(Scalars.F64, at);
            a1 += value * panels.get(Scalars.F64, at + Double.BYTES);
            a2 += value * panels.get(Scalars.F64, at + 2 * Double.BYTES);
            a3 += value * panels.get(Scalars.F64, at + 3 * Double.BYTES);
        }
        if (overlap < 1) {
            Scalars.addSquare(sums, to, 0, a0);
        }
        if (overlap < 2) {
            Scalars.addSquare(sums, to, 1, a1);
        }
        if (overlap < 3) {
            Scalars.addSquare(sums, to, 2, a2);
        }
        Scalars.addSquare(sums, to, 3, a3);
    }
}
