package io.github.logalign.simd;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * The layout in which directions are projected upon: a panel holds {@code width} directions side by side, coordinate by
 * coordinate, so that one vector load brings the same coordinate of neighbouring directions. The last panel is filled up
 * with zeros.
 */
public final class Panels {

    private static final ValueLayout.OfDouble F64 = ValueLayout.JAVA_DOUBLE_UNALIGNED
            .withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

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
     * start and strides in elements of the working type.
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
        for (int panel = 0; panel < count(directions, width); panel++) {
            int first = panel * width;
            int filled = Math.min(width, directions - first);
            long target = (long) panel * width * n;
            if (working == Element.F64) {
                packF64(source, start + first * directionStride, directionStride, coordinateStride, filled, n, width,
                        panels, target);
            } else {
                packF32(source, start + first * directionStride, directionStride, coordinateStride, filled, n, width,
                        panels, target);
            }
        }
    }

    private static void packF64(
            MemorySegment source,
            long from,
            long directionStride,
            long coordinateStride,
            int filled,
            int n,
            int width,
            MemorySegment panels,
            long target) {
        for (int k = 0; k < n; k++) {
            long at = from + k * coordinateStride;
            long to = (target + (long) k * width) * Double.BYTES;
            for (int d = 0; d < filled; d++) {
                panels.set(F64, to + (long) d * Double.BYTES,
                        source.get(F64, (at + d * directionStride) * Double.BYTES));
            }
            for (int d = filled; d < width; d++) {
                panels.set(F64, to + (long) d * Double.BYTES, 0.0);
            }
        }
    }

    private static void packF32(
            MemorySegment source,
            long from,
            long directionStride,
            long coordinateStride,
            int filled,
            int n,
            int width,
            MemorySegment panels,
            long target) {
        for (int k = 0; k < n; k++) {
            long at = from + k * coordinateStride;
            long to = (target + (long) k * width) * Float.BYTES;
            for (int d = 0; d < filled; d++) {
                panels.set(F32, to + (long) d * Float.BYTES, source.get(F32, (at + d * directionStride) * Float.BYTES));
            }
            for (int d = filled; d < width; d++) {
                panels.set(F32, to + (long) d * Float.BYTES, 0.0f);
            }
        }
    }
}
