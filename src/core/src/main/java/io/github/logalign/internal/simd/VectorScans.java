package io.github.logalign.internal.simd;

import static io.github.logalign.internal.simd.Species.I16;
import static io.github.logalign.internal.simd.Species.I32;
import static io.github.logalign.internal.simd.Species.I64;
import static io.github.logalign.internal.simd.Species.LE;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/** The loops that look for the largest magnitude, by the bits of the elements. */
final class VectorScans {

    private VectorScans() {}

    static int lanes(Element element) {
        return switch (element) {
            case F64 -> 2 * I64.length();
            case F32 -> 2 * I32.length();
            case F16, BF16 -> 2 * I16.length();
        };
    }

    static long maxBits64(MemorySegment source, long at, int count) {
        if (count == 0) {
            return 0;
        }
        LongVector magnitude = LongVector.broadcast(I64, Long.MAX_VALUE);
        LongVector max0 = LongVector.zero(I64);
        LongVector max1 = LongVector.zero(I64);
        for (int i = 0; i < count; i += 2 * I64.length()) {
            long from = at + (long) i * Long.BYTES;
            max0 = max0.max(LongVector.fromMemorySegment(I64, source, from, LE).and(magnitude));
            max1 = max1.max(LongVector.fromMemorySegment(I64, source, from + I64.vectorByteSize(), LE)
                    .and(magnitude));
        }
        // C2 has no reduceLanes(MAX) of longs for CPUs without AVX-512: it would box.
        LongVector all = max0.max(max1);
        long max = 0;
        for (int lane = 0; lane < I64.length(); lane++) {
            max = Math.max(max, all.lane(lane));
        }
        return max;
    }

    static long maxBits32(MemorySegment source, long at, int count) {
        if (count == 0) {
            return 0;
        }
        IntVector magnitude = IntVector.broadcast(I32, Integer.MAX_VALUE);
        IntVector max0 = IntVector.zero(I32);
        IntVector max1 = IntVector.zero(I32);
        for (int i = 0; i < count; i += 2 * I32.length()) {
            long from = at + (long) i * Integer.BYTES;
            max0 = max0.max(IntVector.fromMemorySegment(I32, source, from, LE).and(magnitude));
            max1 = max1.max(IntVector.fromMemorySegment(I32, source, from + I32.vectorByteSize(), LE)
                    .and(magnitude));
        }
        return max0.max(max1).reduceLanes(VectorOperators.MAX);
    }

    static long maxBits16(MemorySegment source, long at, int count) {
        if (count == 0) {
            return 0;
        }
        ShortVector magnitude = ShortVector.broadcast(I16, Short.MAX_VALUE);
        ShortVector max0 = ShortVector.zero(I16);
        ShortVector max1 = ShortVector.zero(I16);
        for (int i = 0; i < count; i += 2 * I16.length()) {
            long from = at + (long) i * Short.BYTES;
            max0 = max0.max(ShortVector.fromMemorySegment(I16, source, from, LE).and(magnitude));
            max1 = max1.max(ShortVector.fromMemorySegment(I16, source, from + I16.vectorByteSize(), LE)
                    .and(magnitude));
        }
        return max0.max(max1).reduceLanes(VectorOperators.MAX);
    }
}
