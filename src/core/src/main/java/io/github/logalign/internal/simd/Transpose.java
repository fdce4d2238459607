package io.github.logalign.internal.simd;

import java.lang.foreign.MemorySegment;

/** Writes lines side by side: what was contiguous becomes strided. */
public final class Transpose {

    private Transpose() {}

    /**
     * {@code target[start + k * stride + l] = source[l * length + k]} for every line l and every k.
     *
     * @param working the type of both
     * @param source the lines, contiguous
     * @param lines how many
     * @param length the length of each
     * @param target where to
     * @param start the element of the target that the first of the first line goes to
     * @param stride from one k to the next, in elements
     */
    public static void interleave(
            Element working, MemorySegment source, int lines, int length, MemorySegment target, long start,
            long stride) {
        if (working == Element.F64) {
            F64Transpose.interleave(source, lines, length, target, start, stride);
        } else {
            F32Transpose.interleave(source, lines, length, target, start, stride);
        }
    }
}
