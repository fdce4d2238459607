package io.github.logalign.simd;

import java.lang.foreign.MemorySegment;

/**
 * Elements copied to arrays, a thousand at a time: loops over arrays are fast long before C2 has compiled them, loops over
 * segments are not. One for each call, whose arrays serve all of its elements.
 */
final class Chunk {

    static final int LENGTH = 1024;

    private static final ThreadLocal<Chunk> OF_THREAD = ThreadLocal.withInitial(Chunk::new);

    private final double[] values = new double[LENGTH];
    private final float[] narrow = new float[LENGTH];
    private final short[] bits = new short[LENGTH];

    private Chunk() {}

    /** For one call: none is made within another. */
    static Chunk ofThisThread() {
        return OF_THREAD.get();
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
}
