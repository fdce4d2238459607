package io.github.logalign.internal.simd;

import java.lang.foreign.MemorySegment;

/**
 * The layout of the directions on which tokens are projected: a panel holds {@code width} directions side by side,
 * coordinate by coordinate, so that one vector load brings the same coordinate of neighbouring directions. The last panel
 * is filled up with zeros.
 */
public final class Panels {

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
        if (working == Element.F64) {
            F64Panels.pack(source, start, directionStride, coordinateStride, directions, n, width, panels);
        } else {
            F32Panels.pack(source, start, directionStride, coordinateStride, directions, n, width, panels);
        }
    }
}
