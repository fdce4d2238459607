package io.github.logalign.internal.simd;

import java.lang.foreign.MemorySegment;

/** Packs directions in F64, see {@link Panels}. */
final class F64Panels {

    /** Coordinates that are packed together: enough of each direction that the next ones are fetched ahead. */
    private static final int PIECE = 64;

    private F64Panels() {}

    static void pack(
            MemorySegment source,
            long start,
            long directionStride,
            long coordinateStride,
            int directions,
            int n,
            int width,
            MemorySegment panels) {
        double[] line = new double[PIECE];
        double[] packed = new double[PIECE * width];
        for (int panel = 0; panel < Panels.count(directions, width); panel++) {
            int first = panel * width;
            int filled = Math.min(width, directions - first);
            MemorySegment target = panels.asSlice((long) panel * width * n * Double.BYTES,
                    (long) width * n * Double.BYTES);
            long from = start + first * directionStride;
            if (filled < width) {
                target.fill((byte) 0);
            }
            if (coordinateStride == 1) {
                packLines(source, from, directionStride, filled, n, width, line, packed, target);
            } else {
                for (int k = 0; k < n; k++) {
                    MemorySegment.copy(source, (from + k * coordinateStride) * Double.BYTES, target,
                            (long) k * width * Double.BYTES, (long) filled * Double.BYTES);
                }
            }
        }
    }

    /** By way of arrays: loops over arrays are fast long before C2 has compiled them, loops over segments are not. */
    private static void packLines(
            MemorySegment source, long from, long directionStride, int filled, int n, int width, double[] line,
            double[] packed, MemorySegment target) {
        for (int start = 0; start < n; start += PIECE) {
            int count = Math.min(PIECE, n - start);
            for (int d = 0; d < filled; d++) {
                MemorySegment.copy(source, Scalars.F64, (from + d * directionStride + start) * Double.BYTES, line, 0,
                        count);
                for (int k = 0; k < count; k++) {
                    packed[k * width + d] = line[k];
                }
            }
            MemorySegment.copy(packed, 0, target, Scalars.F64, (long) start * width * Double.BYTES, count * width);
        }
    }
}
