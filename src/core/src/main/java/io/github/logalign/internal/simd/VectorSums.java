package io.github.logalign.internal.simd;

import static io.github.logalign.internal.simd.Species.F32_HALF;
import static io.github.logalign.internal.simd.Species.F64;
import static io.github.logalign.internal.simd.Species.I32_HALF;
import static io.github.logalign.internal.simd.Species.LE;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * The loops that sum up squares and products, in F64 for every element type. They differ in how they load: that cannot be a
 * method, see {@link VectorKernels}. The last sum over the lanes is none either: C2 does not inline it where it follows a long
 * loop, and boxes its argument. It is lane by lane because reduceLanes(ADD) has no defined order.
 */
final class VectorSums {

    private VectorSums() {}

    static double sumOfSquaresF64(MemorySegment source, long at, int count) {
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
        DoubleVector all = sum0.add(sum1).add(sum2.add(sum3));
        double sum = 0;
        for (int lane = 0; lane < F64.length(); lane++) {
            sum += all.lane(lane);
        }
        return sum;
    }

    static double sumOfSquaresF32(MemorySegment source, long at, int count) {
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
        DoubleVector all = sum0.add(sum1).add(sum2.add(sum3));
        double sum = 0;
        for (int lane = 0; lane < F64.length(); lane++) {
            sum += all.lane(lane);
        }
        return sum;
    }

    static double sumOfSquaresBf16(MemorySegment source, long at, int count) {
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
        DoubleVector all = sum0.add(sum1).add(sum2.add(sum3));
        double sum = 0;
        for (int lane = 0; lane < F64.length(); lane++) {
            sum += all.lane(lane);
        }
        return sum;
    }

    static void columnsF64(MemorySegment rows, long at, long stride, int count, MemorySegment sums, long to) {
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

    static void columnsF32(MemorySegment rows, long at, long stride, int count, MemorySegment sums, long to) {
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

    static double dotVectors(double[] a, double[] b, int count) {
        DoubleVector all = DoubleVector.zero(F64);
        for (int i = 0; i < count; i += F64.length()) {
            all = DoubleVector.fromArray(F64, a, i).fma(DoubleVector.fromArray(F64, b, i), all);
        }
        double sum = 0;
        for (int lane = 0; lane < F64.length(); lane++) {
            sum += all.lane(lane);
        }
        return sum;
    }
}
