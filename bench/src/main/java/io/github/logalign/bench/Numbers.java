package io.github.logalign.bench;

import io.github.logalign.internal.simd.Element;
import io.github.logalign.matrix.ElementType;
import io.github.logalign.matrix.Matrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;

/** The data of benchmarks and tests: normal numbers from a seed, the columns with decaying weight: no spectrum is flat. */
final class Numbers {

    private Numbers() {}

    /** A row-major matrix in native memory. */
    static MemorySegment normal(Arena arena, Element element, long rows, int columns, long seed) {
        Random random = new Random(seed);
        MemorySegment values = arena.allocate(rows * columns * element.bytes(), 64);
        for (long i = 0; i < rows * columns; i++) {
            put(values, element, i, random.nextGaussian() / Math.sqrt(1 + 16.0 * (i % columns) / columns));
        }
        return values;
    }

    private static void put(MemorySegment values, Element element, long index, double value) {
        switch (element) {
            case F64 -> values.setAtIndex(ValueLayout.JAVA_DOUBLE, index, value);
            case F32 -> values.setAtIndex(ValueLayout.JAVA_FLOAT, index, (float) value);
            case F16 -> values.setAtIndex(ValueLayout.JAVA_SHORT, index, Float.floatToFloat16((float) value));
            case BF16 ->
                values.setAtIndex(ValueLayout.JAVA_SHORT, index,
                        (short) (Float.floatToRawIntBits((float) value) >>> 16));
        }
    }

    /** One element, widened. */
    static double get(MemorySegment values, Element element, long index) {
        return switch (element) {
            case F64 -> values.getAtIndex(ValueLayout.JAVA_DOUBLE, index);
            case F32 -> values.getAtIndex(ValueLayout.JAVA_FLOAT, index);
            case F16 -> Float.float16ToFloat(values.getAtIndex(ValueLayout.JAVA_SHORT, index));
            case BF16 -> Float.intBitsToFloat(values.getAtIndex(ValueLayout.JAVA_SHORT, index) << 16);
        };
    }

    /** The sum of squares, one by one. */
    static double squares(MemorySegment values, Element element) {
        double sum = 0;
        for (long i = 0; i < values.byteSize() / element.bytes(); i++) {
            double value = get(values, element, i);
            sum += value * value;
        }
        return sum;
    }

    /** The same memory as the library sees it. */
    static Matrix matrix(MemorySegment values, Element element, long rows, int columns) {
        return Matrix.of(values, ElementType.valueOf(element.name()), rows, columns);
    }
}
