package io.github.logalign.internal.simd;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Single elements: what the scalar kernels and the ends of the vector loops share. */
final class Scalars {

    static final ValueLayout.OfDouble F64 = ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfLong I64 = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfInt I32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfShort I16 = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private Scalars() {}

    /** The bit pattern without the sign; it orders like the magnitude, infinities and NaN above all others. */
    static long magnitudeBits(MemorySegment source, long at, Element element) {
        return switch (element) {
            case F64 -> source.get(I64, at) & Long.MAX_VALUE;
            case F32 -> source.get(I32, at) & Integer.MAX_VALUE;
            case F16, BF16 -> source.get(I16, at) & Short.MAX_VALUE;
        };
    }

    /** The value that a bit pattern stands for. */
    static double valueOf(long bits, Element element) {
        return switch (element) {
            case F64 -> Double.longBitsToDouble(bits);
            case F32 -> Float.intBitsToFloat((int) bits);
            case F16 -> Float.float16ToFloat((short) bits);
            case BF16 -> Float.intBitsToFloat((int) bits << 16);
        };
    }

    static double get(MemorySegment source, long at, Element element) {
        return switch (element) {
            case F64 -> source.get(F64, at);
            case F32 -> source.get(F32, at);
            case F16 -> Float.float16ToFloat(source.get(I16, at));
            case BF16 -> Float.intBitsToFloat(source.get(I16, at) << 16);
        };
    }

    static void put(MemorySegment target, long at, Element working, double value) {
        if (working == Element.F64) {
            target.set(F64, at, value);
        } else {
            target.set(F32, at, (float) value);
        }
    }

    /** Adds a square, taken in F64, to one of the sums that begin at an offset. */
    static void addSquare(MemorySegment sums, long offset, int place, double value) {
        long at = offset + (long) place * Double.BYTES;
        sums.set(F64, at, sums.get(F64, at) + value * value);
    }

    /**
     * 2^exponent as the product of two factors, since one double does not reach from a subnormal to 1: the half that
     * {@code second} is true for.
     */
    static double factor(int exponent, boolean second) {
        int half = exponent / 2;
        return Math.scalb(1.0, second ? exponent - half : half);
    }
}
