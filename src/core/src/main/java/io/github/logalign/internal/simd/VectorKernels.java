package io.github.logalign.internal.simd;

import static io.github.logalign.internal.simd.Species.F32;
import static io.github.logalign.internal.simd.Species.F32_HALF;
import static io.github.logalign.internal.simd.Species.F64;
import static io.github.logalign.internal.simd.Species.I16;
import static io.github.logalign.internal.simd.Species.I16_HALF;
import static io.github.logalign.internal.simd.Species.I32;
import static io.github.logalign.internal.simd.Species.I32_HALF;
import static io.github.logalign.internal.simd.Species.I64;
import static io.github.logalign.internal.simd.Species.LE;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;

/**
 * The kernels with the Vector API. Sums are folded in a fixed order, so one width always gives one result.
 *
 * <p>Each loop is a small method of its own with vectors in locals only: anything else makes C2 box them. So does a method of
 * ours that is called in the loop, if C2 happens to have compiled it by itself before. Nothing to do is
 * done without a vector, see {@link WarmUpLoop}.
 */
final class VectorKernels implements Kernels {

    /** Long arrays are scanned in pieces whose loops have int counters, which C2 unrolls and frees of bounds checks. */
    private static final int PIECE = 1 << 16;

    /** 2^112: what a binary16's exponent field, moved into that of a binary32, is short of. */
    private static final float F16_BIAS = 0x1p112f;

    @Override
    public int bits() {
        return F64.vectorBitSize();
    }

    @Override
    public int panelWidth(Element working) {
        return working == Element.F64 ? F64Tiles.WIDTH : F32Tiles.WIDTH;
    }

    @Override
    public double maxMagnitude(MemorySegment source, long offset, Element element, long count) {
        long max = 0;
        for (long done = 0; done < count; done += PIECE) {
            int piece = (int) Math.min(PIECE, count - done);
            long at = offset + done * element.bytes();
            int whole = piece - piece % lanes(element);
            long bits = switch (element) {
                case F64 -> maxBits64(source, at, whole);
                case F32 -> maxBits32(source, at, whole);
                case F16, BF16 -> maxBits16(source, at, whole);
            };
            max = Math.max(max, bits);
            for (int i = whole; i < piece; i++) {
                max = Math.max(max, Scalars.magnitudeBits(source, at + (long) i * element.bytes(), element));
            }
        }
        return Scalars.valueOf(max, element);
    }

    private static int lanes(Element element) {
        return switch (element) {
            case F64 -> 2 * I64.length();
            case F32 -> 2 * I32.length();
            case F16, BF16 -> 2 * I16.length();
        };
    }

    private static long maxBits64(MemorySegment source, long at, int count) {
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
        return fold(max0.max(max1));
    }

    /** C2 has no reduceLanes(MAX) of longs for CPUs without AVX-512: it would box. */
    private static long fold(LongVector vector) {
        long max = 0;
        for (int lane = 0; lane < I64.length(); lane++) {
            max = Math.max(max, vector.lane(lane));
        }
        return max;
    }

    private static long maxBits32(MemorySegment source, long at, int count) {
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

    private static long maxBits16(MemorySegment source, long at, int count) {
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

    @Override
    public void convert(
            MemorySegment source,
            long offset,
            Element element,
            int count,
            MemorySegment target,
            long targetOffset,
            Element working,
            int exponent) {
        if (exponent == 0 && element == working) {
            MemorySegment.copy(source, offset, target, targetOffset, (long) count * working.bytes());
            return;
        }
        int whole = 0;
        double factor = Math.scalb(1.0, exponent);
        // Exponents beyond one factor's reach are rare enough for the scalar twin.
        if (Math.abs(exponent) <= (element == Element.F64 ? 1000 : 100)) {
            whole = count - count % F32.length();
            boolean wide = working == Element.F64;
            switch (element) {
                case F64 -> {
                    if (wide) {
                        f64ToF64(source, offset, whole, target, targetOffset, factor);
                    } else {
                        f64ToF32(source, offset, whole, target, targetOffset, factor);
                    }
                }
                case F32 -> {
                    if (wide) {
                        f32ToF64(source, offset, whole, target, targetOffset, (float) factor);
                    } else {
                        f32ToF32(source, offset, whole, target, targetOffset, (float) factor);
                    }
                }
                case F16 -> {
                    if (wide) {
                        f16ToF64(source, offset, whole, target, targetOffset, (float) factor);
                    } else {
                        f16ToF32(source, offset, whole, target, targetOffset, (float) factor);
                    }
                }
                case BF16 -> {
                    if (wide) {
                        bf16ToF64(source, offset, whole, target, targetOffset, (float) factor);
                    } else {
                        bf16ToF32(source, offset, whole, target, targetOffset, (float) factor);
                    }
                }
            }
        }
        if (whole == 0 && count >= F32.length()) {
            Simd.scalar().convert(source, offset, element, count, target, targetOffset, working, exponent);
            return;
        }
        for (int i = whole; i < count; i++) {
            double value = Scalars.get(source, offset + (long) i * element.bytes(), element);
            Scalars.put(target, targetOffset + (long) i * working.bytes(), working,
                    value * Scalars.factor(exponent, false) * Scalars.factor(exponent, true));
        }
    }

    private static void f64ToF64(
            MemorySegment source, long at, int count, MemorySegment target, long to, double factor) {
        for (int i = 0; i < count; i += F64.length()) {
            DoubleVector.fromMemorySegment(F64, source, at + (long) i * Double.BYTES, LE)
                    .mul(factor)
                    .intoMemorySegment(target, to + (long) i * Double.BYTES, LE);
        }
    }

    private static void f64ToF32(
            MemorySegment source, long at, int count, MemorySegment target, long to, double factor) {
        for (int i = 0; i < count; i += F64.length()) {
            DoubleVector.fromMemorySegment(F64, source, at + (long) i * Double.BYTES, LE)
                    .mul(factor)
                    .convertShape(VectorOperators.D2F, F32_HALF, 0)
                    .reinterpretAsFloats()
                    .intoMemorySegment(target, to + (long) i * Float.BYTES, LE);
        }
    }

    private static void f32ToF64(
            MemorySegment source, long at, int count, MemorySegment target, long to, float factor) {
        for (int i = 0; i < count; i += F64.length()) {
            FloatVector.fromMemorySegment(F32_HALF, source, at + (long) i * Float.BYTES, LE)
                    .convertShape(VectorOperators.F2D, F64, 0)
                    .reinterpretAsDoubles()
                    .mul(factor)
                    .intoMemorySegment(target, to + (long) i * Double.BYTES, LE);
        }
    }

    private static void f32ToF32(
            MemorySegment source, long at, int count, MemorySegment target, long to, float factor) {
        for (int i = 0; i < count; i += F32.length()) {
            FloatVector.fromMemorySegment(F32, source, at + (long) i * Float.BYTES, LE)
                    .mul(factor)
                    .intoMemorySegment(target, to + (long) i * Float.BYTES, LE);
        }
    }

    private static void bf16ToF64(
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

    private static void bf16ToF32(
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
    private static void f16ToF64(
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

    private static void f16ToF32(
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

    @Override
    public double sumOfSquares(MemorySegment source, long offset, Element element, int count) {
        int whole = count - count % (4 * F64.length());
        double sum = switch (element) {
            case F64 -> sumOfSquaresF64(source, offset, whole);
            case F32 -> sumOfSquaresF32(source, offset, whole);
            case BF16 -> sumOfSquaresBf16(source, offset, whole);
            case F16 -> throw new IllegalArgumentException("sums of squares of F16 are taken after widening");
        };
        for (int i = whole; i < count; i++) {
            double value = Scalars.get(source, offset + (long) i * element.bytes(), element);
            sum += value * value;
        }
        return sum;
    }

    private static double sumOfSquaresF64(MemorySegment source, long at, int count) {
        if (count == 0) {
            return 0;
        }
        DoubleVector sum0 = DoubleVector.zero(F64);
        DoubleVector sum1 = DoubleVector.zero(F64);
        DoubleVector sum2 = DoubleVector.zero(F64);
        DoubleVector sum3 = DoubleVector.zero(F64);
        int step = F64.vectorByteSize();
        for (int i = 0; i < count; i += 4 * F64.length()) {
            long from = at + (long) i * Double.BYTES;
            DoubleVector v0 = DoubleVector.fromMemorySegment(F64, source, from, LE);
            DoubleVector v1 = DoubleVector.fromMemorySegment(F64, source, from + step, LE);
            DoubleVector v2 = DoubleVector.fromMemorySegment(F64, source, from + 2L * step, LE);
            DoubleVector v3 = DoubleVector.fromMemorySegment(F64, source, from + 3L * step, LE);
            sum0 = v0.fma(v0, sum0);
            sum1 = v1.fma(v1, sum1);
            sum2 = v2.fma(v2, sum2);
            sum3 = v3.fma(v3, sum3);
        }
        return fold(sum0.add(sum1).add(sum2.add(sum3)));
    }

    private static double sumOfSquaresF32(MemorySegment source, long at, int count) {
        if (count == 0) {
            return 0;
        }
        DoubleVector sum0 = DoubleVector.zero(F64);
        DoubleVector sum1 = DoubleVector.zero(F64);
        DoubleVector sum2 = DoubleVector.zero(F64);
        DoubleVector sum3 = DoubleVector.zero(F64);
        int step = F32_HALF.vectorByteSize();
        for (int i = 0; i < count; i += 4 * F64.length()) {
            long from = at + (long) i * Float.BYTES;
            DoubleVector v0 = FloatVector.fromMemorySegment(F32_HALF, source, from, LE)
                    .convertShape(VectorOperators.F2D, F64, 0)
                    .reinterpretAsDoubles();
            DoubleVector v1 = FloatVector.fromMemorySegment(F32_HALF, source, from + step, LE)
                    .convertShape(VectorOperators.F2D, F64, 0)
                    .reinterpretAsDoubles();
            DoubleVector v2 = FloatVector.fromMemorySegment(F32_HALF, source, from + 2L * step, LE)
                    .convertShape(VectorOperators.F2D, F64, 0)
                    .reinterpretAsDoubles();
            DoubleVector v3 = FloatVector.fromMemorySegment(F32_HALF, source, from + 3L * step, LE)
                    .convertShape(VectorOperators.F2D, F64, 0)
                    .reinterpretAsDoubles();
            sum0 = v0.fma(v0, sum0);
            sum1 = v1.fma(v1, sum1);
            sum2 = v2.fma(v2, sum2);
            sum3 = v3.fma(v3, sum3);
        }
        return fold(sum0.add(sum1).add(sum2.add(sum3)));
    }

    private static double sumOfSquaresBf16(MemorySegment source, long at, int count) {
        if (count == 0) {
            return 0;
        }
        DoubleVector sum0 = DoubleVector.zero(F64);
        DoubleVector sum1 = DoubleVector.zero(F64);
        DoubleVector sum2 = DoubleVector.zero(F64);
        DoubleVector sum3 = DoubleVector.zero(F64);
        IntVector high = IntVector.broadcast(I32_HALF, 0xffff_0000);
        int step = I32_HALF.vectorByteSize();
        // Two elements in each int, the first one low: which of them is summed up where does not matter.
        for (int i = 0; i < count; i += 4 * F64.length()) {
            long from = at + (long) i * Short.BYTES;
            IntVector a = IntVector.fromMemorySegment(I32_HALF, source, from, LE);
            IntVector b = IntVector.fromMemorySegment(I32_HALF, source, from + step, LE);
            DoubleVector v0 = a.lanewise(VectorOperators.LSHL, 16)
                    .reinterpretAsFloats()
                    .convertShape(VectorOperators.F2D, F64, 0)
                    .reinterpretAsDoubles();
            DoubleVector v1 = a.and(high)
                    .reinterpretAsFloats()
                    .convertShape(VectorOperators.F2D, F64, 0)
                    .reinterpretAsDoubles();
            DoubleVector v2 = b.lanewise(VectorOperators.LSHL, 16)
                    .reinterpretAsFloats()
                    .convertShape(VectorOperators.F2D, F64, 0)
                    .reinterpretAsDoubles();
            DoubleVector v3 = b.and(high)
                    .reinterpretAsFloats()
                    .convertShape(VectorOperators.F2D, F64, 0)
                    .reinterpretAsDoubles();
            sum0 = v0.fma(v0, sum0);
            sum1 = v1.fma(v1, sum1);
            sum2 = v2.fma(v2, sum2);
            sum3 = v3.fma(v3, sum3);
        }
        return fold(sum0.add(sum1).add(sum2.add(sum3)));
    }

    @Override
    public double dot(double[] a, double[] b) {
        int whole = F64.loopBound(a.length);
        double sum = dotVectors(a, b, whole);
        for (int i = whole; i < a.length; i++) {
            sum = Math.fma(a[i], b[i], sum);
        }
        return sum;
    }

    private static double dotVectors(double[] a, double[] b, int count) {
        DoubleVector sum = DoubleVector.zero(F64);
        for (int i = 0; i < count; i += F64.length()) {
            sum = DoubleVector.fromArray(F64, a, i).fma(DoubleVector.fromArray(F64, b, i), sum);
        }
        return fold(sum);
    }

    /** reduceLanes(ADD) has no defined order; lane by lane has. */
    private static double fold(DoubleVector vector) {
        double sum = 0;
        for (int lane = 0; lane < F64.length(); lane++) {
            sum += vector.lane(lane);
        }
        return sum;
    }

    @Override
    public void addSquaredProjections(
            Element working,
            MemorySegment x,
            long xOffset,
            long xStride,
            int tokens,
            int n,
            MemorySegment panels,
            int directions,
            MemorySegment sums) {
        if (working == Element.F64) {
            F64Tiles.addSquares(x, xOffset, xStride, tokens, n, panels, directions, sums);
        } else {
            F32Tiles.addSquares(x, xOffset, xStride, tokens, n, panels, directions, sums);
        }
    }

    @Override
    public boolean isReady(KernelKind loop, Element element, Element working) {
        return loop.beatsBlas(bits());
    }

    @Override
    public void expect(KernelKind loop, Element element, Element working, double multiplications) {
        // Whoever calls these kernels wants them as they are.
    }

    private boolean largeTiles() {
        return bits() == 512;
    }

    @Override
    public void addSquaresOfColumns(
            Element working, MemorySegment rows, int count, int columns, MemorySegment sums) {
        int lanes = F64.length();
        int whole = columns - columns % lanes;
        for (int column = 0; column < whole; column += lanes) {
            if (working == Element.F64) {
                columnsF64(rows, (long) column * Double.BYTES, (long) columns * Double.BYTES, count, sums,
                        (long) column * Double.BYTES);
            } else {
                columnsF32(rows, (long) column * Float.BYTES, (long) columns * Float.BYTES, count, sums,
                        (long) column * Double.BYTES);
            }
        }
        for (int column = whole; column < columns; column++) {
            double sum = 0;
            for (int row = 0; row < count; row++) {
                double value = Scalars.get(rows, ((long) row * columns + column) * working.bytes(), working);
                sum += value * value;
            }
            long to = (long) column * Double.BYTES;
            sums.set(Scalars.F64, to, sums.get(Scalars.F64, to) + sum);
        }
    }

    private static void columnsF64(MemorySegment rows, long at, long stride, int count, MemorySegment sums, long to) {
        if (count == 0) {
            return;
        }
        DoubleVector sum = DoubleVector.fromMemorySegment(F64, sums, to, LE);
        for (int row = 0; row < count; row++) {
            DoubleVector value = DoubleVector.fromMemorySegment(F64, rows, at + row * stride, LE);
            sum = value.fma(value, sum);
        }
        sum.intoMemorySegment(sums, to, LE);
    }

    private static void columnsF32(MemorySegment rows, long at, long stride, int count, MemorySegment sums, long to) {
        if (count == 0) {
            return;
        }
        DoubleVector sum = DoubleVector.fromMemorySegment(F64, sums, to, LE);
        for (int row = 0; row < count; row++) {
            DoubleVector value = FloatVector.fromMemorySegment(F32_HALF, rows, at + row * stride, LE)
                    .convertShape(VectorOperators.F2D, F64, 0)
                    .reinterpretAsDoubles();
            sum = value.fma(value, sum);
        }
        sum.intoMemorySegment(sums, to, LE);
    }

    @Override
    public void packGram(
            Element working, MemorySegment rows, int first, int count, int depth, int n, MemorySegment packed) {
        if (!largeTiles()) {
            ScalarKernels.packGram(working, panelWidth(working), rows, first, count, depth, n, packed);
        } else if (working == Element.F64) {
            F64Gram.pack(rows, first, count, depth, n, packed);
        } else {
            F32Gram.pack(rows, first, count, depth, n, packed);
        }
    }

    @Override
    public void addGram(Element working, MemorySegment packed, int depth, int n, MemorySegment gram) {
        if (!largeTiles()) {
            ScalarKernels.addGram(working, panelWidth(working), packed, depth, n, gram);
        } else if (working == Element.F64) {
            F64Gram.add(packed, depth, n, gram);
        } else {
            F32Gram.add(packed, depth, n, gram);
        }
    }
}
