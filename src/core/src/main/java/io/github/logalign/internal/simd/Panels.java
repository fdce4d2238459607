package io.github.logalign.internal.simd;

import java.lang.foreign.MemorySegment;

/**
 * The layout in which directions are projected upon: a panel holds {@code width} directions side by side, coordinate by
 * coordinate, so that one vector load brings the same coordinate of neighbouring directions. The last panel is filled up
 * with zeros.
 */
public final class Panels {

    /** Coordinates that are packed together: enough of each direction that the next ones are fetched ahead. */
    private static final int PIECE = 64;

    private Panels() {}

    /** The number of panels that hold so many directions. */
    public static int count(int directions, int width) {
        return Math.ceilDiv(directions, width);
    }

    /** The size in bytes of so many panels of directions of length n. */
    public static long byteSize(int panelCount, int width, int n, Element working) {
        return (long) panelCount * width * n * working.bytes();
    }

    /** Where a coordinate of a direction stands, in elements. */
    public static long index(int direction, int coordinate, int width, int n) {
        long panel = direction / width;
        return (panel * n + coordinate) * width + direction % width;
    }

    /**
     * Packs directions that stand at {@code source[start + direction * directionStride + coordinate * coordinateStride]};
     * start and strides in elements of the working type, one of the strides 1.
     */
    public static void pack(
            Element working,
            MemorySegment source,
            long start,
            long directionStride,
            long coordinateStride,
            int directions,
            int n,
            int width,
            MemorySegment panels) {
        if (directionStride != 1 && coordinateStride != 1) {
            throw new IllegalArgumentException("neither directions nor coordinates are contiguous");
        }
        int bytes = working.bytes();
        boolean wide = working == Element.F64;
        double[] line = new double[wide ? PIECE : 0];
        double[] packed = new double[wide ? PIECE * width : 0];
        float[] narrowLine = new float[wide ? 0 : PIECE];
        float[] narrowPacked = new float[wide ? 0 : PIECE * width];
        for (int panel = 0; panel < count(directions, width); panel++) {
            int first = panel * width;
            int filled = Math.min(width, directions - first);
            MemorySegment target = panels.asSlice((long) panel * width * n * bytes, (long) width * n * bytes);
            long from = start + first * directionStride;
            if (filled < width) {
                target.fill((byte) 0);
            }
            if (coordinateStride != 1) {
                for (int k = 0; k < n; k++) {
                    MemorySegment.copy(source, (from + k * coordinateStride) * bytes, target, (long) k * width * bytes,
                            (long) filled * bytes);
                }
            } else if (working == Element.F64) {
                packF64(source, from, directionStride, filled, n, width, line, packed, target);
            } else {
                packF32(source, from, directionStride, filled, n, width, narrowLine, narrowPacked, target);
            }
        }
    }

    // By way of arrays: loops over arrays are fast long before C2 has compiled them, loops over segments are not.

    private static void packF64(
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

    private static void packF32(
            MemorySegment source, long from, long directionStride, int filled, int n, int width, float[] line,
            float[] packed, MemorySegment target) {
        for (int start = 0; start < n; start += PIECE) {
            int count = Math.min(PIECE, n - start);
            for (int d = 0; d < filled; d++) {
                MemorySegment.copy(source, Scalars.F32, (from + d * directionStride + start) * Float.BYTES, line, 0,
                        count);
                for (int k = 0; k < count; k++) {
                    packed[k * width + d] = line[k];
                }
            }
            MemorySegment.copy(packed, 0, target, Scalars.F32, (long) start * width * Float.BYTES, count * width);
        }
    }
}
