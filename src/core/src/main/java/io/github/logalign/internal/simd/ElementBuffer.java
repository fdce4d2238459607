package io.github.logalign.internal.simd;

import io.github.logalign.internal.pool.Pool;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/**
 * Elements copied to arrays, a thousand at a time. Plain loops over arrays that C2 can turn into vectors by itself are fast
 * after a few hundredths of a second, loops over segments or with one running sum are not: hence sums by place, whole words of
 * two narrow elements, and one array of each type.
 */
final class ElementBuffer implements AutoCloseable {

    static final int LENGTH = 1024;

    private static final Pool<ElementBuffer> POOL = new Pool<>(ElementBuffer::new);

    private final double[] values = new double[LENGTH];
    private final double[] sums = new double[LENGTH];
    private final float[] narrow = new float[LENGTH];
    private final short[] bits = new short[LENGTH];
    private final long[] longs = new long[LENGTH];
    private final int[] words = new int[LENGTH];
    private final MemorySegment wordsAsMemory = MemorySegment.ofArray(words);

    private ElementBuffer() {}

    /** For one call, to be closed. */
    static ElementBuffer take() {
        return POOL.take();
    }

    @Override
    public void close() {
        POOL.give(this);
    }

    /** Widens elements; the array holds them until the next call. */
    double[] read(MemorySegment source, long at, Element element, int count) {
        switch (element) {
            case F64 -> MemorySegment.copy(source, Scalars.F64, at, values, 0, count);
            case F32 -> {
                MemorySegment.copy(source, Scalars.F32, at, narrow, 0, count);
                for (int i = 0; i < count; i++) {
                    values[i] = narrow[i];
                }
            }
            case F16 -> {
                MemorySegment.copy(source, Scalars.I16, at, bits, 0, count);
                for (int i = 0; i < count; i++) {
                    values[i] = Float.float16ToFloat(bits[i]);
                }
            }
            case BF16 -> {
                MemorySegment.copy(source, Scalars.I16, at, bits, 0, count);
                for (int i = 0; i < count; i++) {
                    values[i] = Float.intBitsToFloat(bits[i] << 16);
                }
            }
        }
        return values;
    }

    /** Writes the array's first values in the working type. */
    void write(int count, MemorySegment target, long to, Element working) {
        if (working == Element.F64) {
            MemorySegment.copy(values, 0, target, Scalars.F64, to, count);
        } else {
            for (int i = 0; i < count; i++) {
                narrow[i] = (float) values[i];
            }
            MemorySegment.copy(narrow, 0, target, Scalars.F32, to, count);
        }
    }

    /** The largest bit pattern without the sign, see {@link Scalars#magnitudeBits}. */
    long maxMagnitudeBits(MemorySegment source, long at, Element element, int count) {
        return switch (element) {
            case F64 -> {
                MemorySegment.copy(source, Scalars.I64, at, longs, 0, count);
                yield max(longs, count);
            }
            case F32 -> {
                MemorySegment.copy(source, Scalars.I32, at, words, 0, count);
                yield max(words, count);
            }
            case F16, BF16 -> {
                int pairs = count / 2;
                MemorySegment.copy(source, Scalars.I32, at, words, 0, pairs);
                // Of the upper halves: what is below them is less than any difference.
                int upper = max(words, pairs);
                keepLower(words, pairs);
                int both = Math.max(upper, max(words, pairs)) >> Short.SIZE;
                yield count % 2 == 0
                        ? both
                        : Math.max(both, Scalars.magnitudeBits(source, at + (count - 1L) * Short.BYTES, element));
            }
        };
    }

    private static long max(long[] values, int count) {
        long max = 0;
        for (int i = 0; i < count; i++) {
            max = Math.max(max, values[i] & Long.MAX_VALUE);
        }
        return max;
    }

    private static int max(int[] values, int count) {
        int max = 0;
        for (int i = 0; i < count; i++) {
            max = Math.max(max, values[i] & Integer.MAX_VALUE);
        }
        return max;
    }

    /** Begins sums of squares by place, with those that are there already or with 0. */
    void startSums(MemorySegment before, long at, int count) {
        MemorySegment.copy(before, Scalars.F64, at, sums, 0, count);
    }

    void startSums() {
        Arrays.fill(sums, 0);
    }

    /** Adds the square of each element to the sum at its place. */
    void addSquares(MemorySegment source, long at, Element element, int count) {
        if (element == Element.F32) {
            MemorySegment.copy(source, Scalars.F32, at, narrow, 0, count);
            addSquares(narrow, count, sums);
        } else {
            addSquares(read(source, at, element, count), count, sums);
        }
    }

    /** Adds the squares of bfloat16, each to one of the sums. */
    void addSquaresAnywhere(MemorySegment source, long at, int count) {
        int pairs = count / 2;
        MemorySegment.copy(source, Scalars.I32, at, words, 0, pairs);
        keepUpper(words, pairs);
        addSquaresOfWords(pairs);
        MemorySegment.copy(source, Scalars.I32, at, words, 0, pairs);
        keepLower(words, pairs);
        addSquaresOfWords(pairs);
        if (count % 2 != 0) {
            double last = Scalars.get(source, at + (count - 1L) * Short.BYTES, Element.BF16);
            sums[0] += last * last;
        }
    }

    /** Words are the bits of float32. */
    private void addSquaresOfWords(int count) {
        MemorySegment.copy(wordsAsMemory, ValueLayout.JAVA_FLOAT, 0, narrow, 0, count);
        addSquares(narrow, count, sums);
    }

    private static void keepUpper(int[] pairs, int count) {
        for (int i = 0; i < count; i++) {
            pairs[i] &= 0xffff_0000;
        }
    }

    /** As upper halves. */
    private static void keepLower(int[] pairs, int count) {
        for (int i = 0; i < count; i++) {
            pairs[i] <<= Short.SIZE;
        }
    }

    private static void addSquares(float[] values, int count, double[] sums) {
        for (int i = 0; i < count; i++) {
            double value = values[i];
            sums[i] += value * value;
        }
    }

    private static void addSquares(double[] values, int count, double[] sums) {
        for (int i = 0; i < count; i++) {
            sums[i] += values[i] * values[i];
        }
    }

    void writeSums(MemorySegment target, long to, int count) {
        MemorySegment.copy(sums, 0, target, Scalars.F64, to, count);
    }

    /** The sum of the sums, whose rounding is that of a tree; they are lost. */
    double total() {
        for (int half = LENGTH / 2; half > 0; half /= 2) {
            addUpperHalf(sums, half);
        }
        return sums[0];
    }

    private static void addUpperHalf(double[] sums, int half) {
        for (int i = 0; i < half; i++) {
            sums[i] += sums[i + half];
        }
    }
}
