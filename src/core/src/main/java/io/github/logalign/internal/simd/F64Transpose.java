package io.github.logalign.internal.simd;

import java.lang.foreign.MemorySegment;

/** Writes lines of F64 side by side, see {@link Transpose}. */
final class F64Transpose {

    private F64Transpose() {}

    static void interleave(
            MemorySegment source, int lines, int length, MemorySegment target, long start, long stride) {
        for (int k = 0; k < length; k++) {
            long to = (start + k * stride) * Double.BYTES;
            for (int l = 0; l < lines; l++) {
                target.set(
                        Scalars.F64,
                        to + (long) l * Double.BYTES,
                        source.get(Scalars.F64, ((long) l * length + k) * Double.BYTES));
            }
        }
    }
}
