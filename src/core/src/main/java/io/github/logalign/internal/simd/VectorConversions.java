package io.github.logalign.internal.simd;

import static io.github.logalign.internal.simd.Species.F32;
import static io.github.logalign.internal.simd.Species.F32_HALF;
import static io.github.logalign.internal.simd.Species.F64;
import static io.github.logalign.internal.simd.Species.I16_HALF;
import static io.github.logalign.internal.simd.Species.I32;
import static io.github.logalign.internal.simd.Species.LE;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/**
 * The loops that widen or narrow elements to the working type, and scale them. There is one for each pair of types: what they
 * share cannot be a method, see {@link VectorKernels}.
 */
final class VectorConversions {

    /** 2^112: what a binary16's exponent field, moved into that of a binary32, is short of. */
    private static final float F16_BIAS = 0x1p112f;

    private VectorConversions() {}

    static void f64ToF64(
            MemorySegment source, long at, int count, MemorySegment target, long to, double factor) {
        for (int i = 0; i < count; i += F64.length()) {
            DoubleVector.fromMemorySegment(F64, source, at + (long) i * Double.BYTES, LE)
                    .mul(factor)
                    .intoMemorySegment(target, to + (long) i * Double.BYTES, LE);
        }
    }

    static void f64ToF32(
            MemorySegment source, long at, int count, MemorySegment target, long to, double factor) {
        for (int i = 0; i < count; i += F64.length()) {
            DoubleVector.fromMemorySegment(F64, source, at + (long) i * Double.BYTES, LE)
                    .mul(factor)
                    .convertShape(VectorOperators.D2F, F32_HALF, 0)
                    .reinterpretAsFloats()
                    .intoMemorySegment(target, to + (long) i * Float.BYTES, LE);
        }
    }

    static void f32ToF64(
            MemorySegment source, long at, int count, MemorySegment target, long to, float factor) {
        for (int i = 0; i < count; i += F64.length()) {
            FloatVector.fromMemorySegment(F32_HALF, source, at + (long) i * Float.BYTES, LE)
                    .convertShape(VectorOperators.F2D, F64, 0)
                    .reinterpretAsDoubles()
                    .mul(factor)
                    .intoMemorySegment(target, to + (long) i * Double.BYTES, LE);
        }
    }

    static void f32ToF32(
            MemorySegment source, long at, int count, MemorySegment target, long to, float factor) {
        for (int i = 0; i < count; i += F32.length()) {
            FloatVector.fromMemorySegment(F32, source, at + (long) i * Float.BYTES, LE)
                    .mul(factor)
                    .intoMemorySegment(target, to + (long) i * Float.BYTES, LE);
        }
    }

    static void bf16ToF64(
            MemorySegment source, long at, int count, MemorySegment target, long to, float factor) {
        for (int i = 0; i < count; i += F32.length()) {
            FloatVector value = ShortVector.fromMemorySegment(I16_HALF, source, at + (long) i * Short.BYTES, LE)
                    .convertShape(VectorOperators.S2I, I32, 0)
                    .reinterpretAsInts()
                    .lanewise(VectorOperators.LSHL, 16)
                    .reinterpretAsFloats();
            long first = to + (long) i * Double.BYTES;
            value.convertShape(VectorOperators.F2D, F64, 0)
                    .reinterpretAsDoubles()
                    .mul(factor)
                    .intoMemorySegment(target, first, LE);
            value.convertShape(VectorOperators.F2D, F64, 1)
                    .reinterpretAsDoubles()
                    .mul(factor)
                    .intoMemorySegment(target, first + F64.vectorByteSize(), LE);
        }
    }

    static void bf16ToF32(
            MemorySegment source, long at, int count, MemorySegment target, long to, float factor) {
        for (int i = 0; i < count; i += F32.length()) {
            FloatVector value = ShortVector.fromMemorySegment(I16_HALF, source, at + (long) i * Short.BYTES, LE)
                    .convertShape(VectorOperators.S2I, I32, 0)
                    .reinterpretAsInts()
                    .lanewise(VectorOperators.LSHL, 16)
                    .reinterpretAsFloats();
            value.mul(factor).intoMemorySegment(target, to + (long) i * Float.BYTES, LE);
        }
    }

    /**
     * sign eeeee mmmmmmmmmm, 13 places up, is a binary32 with an exponent that is 112 too small; multiplying by 2^112
     * mends it for normal and subnormal numbers alike.
     */
    static void f16ToF64(
            MemorySegment source, long at, int count, MemorySegment target, long to, float factor) {
        for (int i = 0; i < count; i += F32.length()) {
            IntVector bits = ShortVector.fromMemorySegment(I16_HALF, source, at + (long) i * Short.BYTES, LE)
                    .convertShape(VectorOperators.S2I, I32, 0)
                    .reinterpretAsInts();
            FloatVector value = bits.and(0x7fff)
                    .lanewise(VectorOperators.LSHL, 13)
                    .reinterpretAsFloats()
                    .mul(F16_BIAS)
                    .reinterpretAsInts()
                    .or(bits.and(0x8000_0000))
                    .reinterpretAsFloats();
            long first = to + (long) i * Double.BYTES;
            value.convertShape(VectorOperators.F2D, F64, 0)
                    .reinterpretAsDoubles()
                    .mul(factor)
                    .intoMemorySegment(target, first, LE);
            value.convertShape(VectorOperators.F2D, F64, 1)
                    .reinterpretAsDoubles()
                    .mul(factor)
                    .intoMemorySegment(target, first + F64.vectorByteSize(), LE);
        }
    }

    static void f16ToF32(
            MemorySegment source, long at, int count, MemorySegment target, long to, float factor) {
        for (int i = 0; i < count; i += F32.length()) {
            IntVector bits = ShortVector.fromMemorySegment(I16_HALF, source, at + (long) i * Short.BYTES, LE)
                    .convertShape(VectorOperators.S2I, I32, 0)
                    .reinterpretAsInts();
            FloatVector value = bits.and(0x7fff)
                    .lanewise(VectorOperators.LSHL, 13)
                    .reinterpretAsFloats()
                    .mul(F16_BIAS)
                    .reinterpretAsInts()
                    .or(bits.and(0x8000_0000))
                    .reinterpretAsFloats();
            value.mul(factor).intoMemorySegment(target, to + (long) i * Float.BYTES, LE);
        }
    }
}
