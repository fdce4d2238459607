package io.github.logalign.internal.simd;

import java.nio.ByteOrder;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** The shapes of the vectors at the selected width: constants, or C2 makes no vector code of the loops. */
final class Species {

    private static final VectorShape FULL = VectorShape.forBitSize(VectorWidth.selected().bits());
    private static final VectorShape HALF = VectorShape.forBitSize(VectorWidth.selected().bits() / 2);

    static final VectorSpecies<Double> F64 = FULL.withLanes(double.class);
    static final VectorSpecies<Float> F32 = FULL.withLanes(float.class);
    static final VectorSpecies<Long> I64 = FULL.withLanes(long.class);
    static final VectorSpecies<Integer> I32 = FULL.withLanes(int.class);
    static final VectorSpecies<Short> I16 = FULL.withLanes(short.class);

    /** As many floats as {@link #F64} has lanes. */
    static final VectorSpecies<Float> F32_HALF = HALF.withLanes(float.class);

    /** As many ints as {@link #F64} has lanes. */
    static final VectorSpecies<Integer> I32_HALF = HALF.withLanes(int.class);

    /** As many shorts as {@link #F32} has lanes. */
    static final VectorSpecies<Short> I16_HALF = HALF.withLanes(short.class);

    static final ByteOrder LE = ByteOrder.LITTLE_ENDIAN;

    private Species() {}
}
