package io.github.logalign.internal.simd;

import static io.github.logalign.internal.simd.Species.F32;
import static io.github.logalign.internal.simd.Species.F32_HALF;
import static io.github.logalign.internal.simd.Species.F64;
import static io.github.logalign.internal.simd.Species.LE;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Squared projections in F32, as outer products: the lanes run along the directions of a panel, each token's coordinate
 * is broadcast, and the squares are taken lane by lane when a tile is done, so no sum across lanes is ever needed.
 *
 * <p>A tile is as large as the registers allow: 8 tokens x 3 vectors with the 32 registers of 512-bit vectors, 4 x 3 with
 * the 16 of the others. One call computes one tile: accumulators that live through a nest of loops get boxed when C2
 * compiles the nest from its middle. It leaves its squares in an array, and another method adds them up: stores to a segment
 * and conversions are so large when inlined that C2 would box what they are given. The squares of one tile are few enough for F32; their sum over all tiles is not.
 */
final class F32Tiles {

    private static final long VECTOR = F32.vectorByteSize();
    private static final int LANES = F32.length();
    private static final boolean LARGE = F32.vectorBitSize() == 512;
    private static final int TOKENS = LARGE ? 8 : 4;

    /** The last panel, if it is filled to two vectors or less, is projected upon vector by vector. */
    private static final int NARROW_TOKENS = 8;

    /** Tokens that stay in the cache (measured at n = 256 to 2,048: half of it is slower at 2,048, more gains nothing). */
    private static final long BLOCK_BYTES = 4L << 20;

    private static final int MAX_BLOCK = 256;

    /** The directions of one panel. */
    static final int WIDTH = 3 * LANES;

    private F32Tiles() {}

    static void addSquares(
            MemorySegment x,
            long xOffset,
            long xStride,
            int tokens,
            int n,
            MemorySegment panels,
            int directions,
            MemorySegment sums) {
        float[] squares = new float[WIDTH];
        double[] ofPanel = new double[WIDTH];
        // Each panel is read from memory once a block, and the block stays in the cache meanwhile.
        int block = Math.clamp(BLOCK_BYTES / (Math.max(1L, n) * Float.BYTES) / TOKENS * TOKENS, TOKENS, MAX_BLOCK);
        for (int first = 0; first < tokens; first += block) {
            addBlock(x, xOffset + first * xStride, xStride, Math.min(block, tokens - first), n, panels, directions,
                    sums, squares, ofPanel);
        }
    }

    private static void addBlock(
            MemorySegment x,
            long xOffset,
            long xStride,
            int tokens,
            int n,
            MemorySegment panels,
            int directions,
            MemorySegment sums,
            float[] squares,
            double[] ofPanel) {
        for (int first = 0; first < directions; first += WIDTH) {
            long from = (long) first * n * Float.BYTES;
            long to = (long) first * Double.BYTES;
            MemorySegment.copy(sums, Scalars.F64, to, ofPanel, 0, WIDTH);
            int token = 0;
            if (directions - first > 2 * LANES) {
                for (; token <= tokens - TOKENS; token += TOKENS) {
                    long row = xOffset + token * xStride;
                    if (LARGE) {
                        tile8(x, row, xStride, n, panels, from, squares);
                    } else {
                        tile4(x, row, xStride, n, panels, from, squares);
                    }
                    add(squares, WIDTH, n, ofPanel, 0);
                }
            } else {
                for (; token <= tokens - NARROW_TOKENS; token += NARROW_TOKENS) {
                    long row = xOffset + token * xStride;
                    narrow8(x, row, xStride, n, panels, from, squares);
                    add(squares, LANES, n, ofPanel, 0);
                    if (directions - first > LANES) {
                        narrow8(x, row, xStride, n, panels, from + VECTOR, squares);
                        add(squares, LANES, n, ofPanel, LANES);
                    }
                }
            }
            for (; token < tokens; token++) {
                tile1(x, xOffset + token * xStride, n, panels, from, squares);
                add(squares, WIDTH, n, ofPanel, 0);
            }
            MemorySegment.copy(ofPanel, 0, sums, Scalars.F64, to, WIDTH);
        }
    }

    private static void tile8(
            MemorySegment x, long x0, long xStride, int n, MemorySegment panels, long from, float[] squares) {
        if (n == 0) {
            return;
        }
        long x1 = x0 + xStride;
        long x2 = x1 + xStride;
        long x3 = x2 + xStride;
        long x4 = x3 + xStride;
        long x5 = x4 + xStride;
        long x6 = x5 + xStride;
        long x7 = x6 + xStride;
        FloatVector a00 = FloatVector.zero(F32);
        FloatVector a01 = FloatVector.zero(F32);
        FloatVector a02 = FloatVector.zero(F32);
        FloatVector a10 = FloatVector.zero(F32);
        FloatVector a11 = FloatVector.zero(F32);
        FloatVector a12 = FloatVector.zero(F32);
        FloatVector a20 = FloatVector.zero(F32);
        FloatVector a21 = FloatVector.zero(F32);
        FloatVector a22 = FloatVector.zero(F32);
        FloatVector a30 = FloatVector.zero(F32);
        FloatVector a31 = FloatVector.zero(F32);
        FloatVector a32 = FloatVector.zero(F32);
        FloatVector a40 = FloatVector.zero(F32);
        FloatVector a41 = FloatVector.zero(F32);
        FloatVector a42 = FloatVector.zero(F32);
        FloatVector a50 = FloatVector.zero(F32);
        FloatVector a51 = FloatVector.zero(F32);
        FloatVector a52 = FloatVector.zero(F32);
        FloatVector a60 = FloatVector.zero(F32);
        FloatVector a61 = FloatVector.zero(F32);
        FloatVector a62 = FloatVector.zero(F32);
        FloatVector a70 = FloatVector.zero(F32);
        FloatVector a71 = FloatVector.zero(F32);
        FloatVector a72 = FloatVector.zero(F32);
        for (int k = 0; k < n; k++) {
            long p = from + k * (3 * VECTOR);
            long q = (long) k * Float.BYTES;
            FloatVector v0 = FloatVector.fromMemorySegment(F32, panels, p, LE);
            FloatVector v1 = FloatVector.fromMemorySegment(F32, panels, p + VECTOR, LE);
            FloatVector v2 = FloatVector.fromMemorySegment(F32, panels, p + 2 * VECTOR, LE);
            FloatVector b0 = FloatVector.broadcast(F32, x.get(Scalars.F32, x0 + q));
            a00 = v0.fma(b0, a00);
            a01 = v1.fma(b0, a01);
            a02 = v2.fma(b0, a02);
            FloatVector b1 = FloatVector.broadcast(F32, x.get(Scalars.F32, x1 + q));
            a10 = v0.fma(b1, a10);
            a11 = v1.fma(b1, a11);
            a12 = v2.fma(b1, a12);
            FloatVector b2 = FloatVector.broadcast(F32, x.get(Scalars.F32, x2 + q));
            a20 = v0.fma(b2, a20);
            a21 = v1.fma(b2, a21);
            a22 = v2.fma(b2, a22);
            FloatVector b3 = FloatVector.broadcast(F32, x.get(Scalars.F32, x3 + q));
            a30 = v0.fma(b3, a30);
            a31 = v1.fma(b3, a31);
            a32 = v2.fma(b3, a32);
            FloatVector b4 = FloatVector.broadcast(F32, x.get(Scalars.F32, x4 + q));
            a40 = v0.fma(b4, a40);
            a41 = v1.fma(b4, a41);
            a42 = v2.fma(b4, a42);
            FloatVector b5 = FloatVector.broadcast(F32, x.get(Scalars.F32, x5 + q));
            a50 = v0.fma(b5, a50);
            a51 = v1.fma(b5, a51);
            a52 = v2.fma(b5, a52);
            FloatVector b6 = FloatVector.broadcast(F32, x.get(Scalars.F32, x6 + q));
            a60 = v0.fma(b6, a60);
            a61 = v1.fma(b6, a61);
            a62 = v2.fma(b6, a62);
            FloatVector b7 = FloatVector.broadcast(F32, x.get(Scalars.F32, x7 + q));
            a70 = v0.fma(b7, a70);
            a71 = v1.fma(b7, a71);
            a72 = v2.fma(b7, a72);
        }
        FloatVector s0 = a00.mul(a00);
        FloatVector s1 = a01.mul(a01);
        FloatVector s2 = a02.mul(a02);
        s0 = a10.fma(a10, s0);
        s1 = a11.fma(a11, s1);
        s2 = a12.fma(a12, s2);
        s0 = a20.fma(a20, s0);
        s1 = a21.fma(a21, s1);
        s2 = a22.fma(a22, s2);
        s0 = a30.fma(a30, s0);
        s1 = a31.fma(a31, s1);
        s2 = a32.fma(a32, s2);
        s0 = a40.fma(a40, s0);
        s1 = a41.fma(a41, s1);
        s2 = a42.fma(a42, s2);
        s0 = a50.fma(a50, s0);
        s1 = a51.fma(a51, s1);
        s2 = a52.fma(a52, s2);
        s0 = a60.fma(a60, s0);
        s1 = a61.fma(a61, s1);
        s2 = a62.fma(a62, s2);
        s0 = a70.fma(a70, s0);
        s1 = a71.fma(a71, s1);
        s2 = a72.fma(a72, s2);
        s0.intoArray(squares, 0);
        s1.intoArray(squares, LANES);
        s2.intoArray(squares, 2 * LANES);
    }

    private static void tile4(
            MemorySegment x, long x0, long xStride, int n, MemorySegment panels, long from, float[] squares) {
        if (n == 0) {
            return;
        }
        long x1 = x0 + xStride;
        long x2 = x1 + xStride;
        long x3 = x2 + xStride;
        FloatVector a00 = FloatVector.zero(F32);
        FloatVector a01 = FloatVector.zero(F32);
        FloatVector a02 = FloatVector.zero(F32);
        FloatVector a10 = FloatVector.zero(F32);
        FloatVector a11 = FloatVector.zero(F32);
        FloatVector a12 = FloatVector.zero(F32);
        FloatVector a20 = FloatVector.zero(F32);
        FloatVector a21 = FloatVector.zero(F32);
        FloatVector a22 = FloatVector.zero(F32);
        FloatVector a30 = FloatVector.zero(F32);
        FloatVector a31 = FloatVector.zero(F32);
        FloatVector a32 = FloatVector.zero(F32);
        for (int k = 0; k < n; k++) {
            long p = from + k * (3 * VECTOR);
            long q = (long) k * Float.BYTES;
            FloatVector v0 = FloatVector.fromMemorySegment(F32, panels, p, LE);
            FloatVector v1 = FloatVector.fromMemorySegment(F32, panels, p + VECTOR, LE);
            FloatVector v2 = FloatVector.fromMemorySegment(F32, panels, p + 2 * VECTOR, LE);
            FloatVector b0 = FloatVector.broadcast(F32, x.get(Scalars.F32, x0 + q));
            a00 = v0.fma(b0, a00);
            a01 = v1.fma(b0, a01);
            a02 = v2.fma(b0, a02);
            FloatVector b1 = FloatVector.broadcast(F32, x.get(Scalars.F32, x1 + q));
            a10 = v0.fma(b1, a10);
            a11 = v1.fma(b1, a11);
            a12 = v2.fma(b1, a12);
            FloatVector b2 = FloatVector.broadcast(F32, x.get(Scalars.F32, x2 + q));
            a20 = v0.fma(b2, a20);
            a21 = v1.fma(b2, a21);
            a22 = v2.fma(b2, a22);
            FloatVector b3 = FloatVector.broadcast(F32, x.get(Scalars.F32, x3 + q));
            a30 = v0.fma(b3, a30);
            a31 = v1.fma(b3, a31);
            a32 = v2.fma(b3, a32);
        }
        FloatVector s0 = a00.mul(a00);
        FloatVector s1 = a01.mul(a01);
        FloatVector s2 = a02.mul(a02);
        s0 = a10.fma(a10, s0);
        s1 = a11.fma(a11, s1);
        s2 = a12.fma(a12, s2);
        s0 = a20.fma(a20, s0);
        s1 = a21.fma(a21, s1);
        s2 = a22.fma(a22, s2);
        s0 = a30.fma(a30, s0);
        s1 = a31.fma(a31, s1);
        s2 = a32.fma(a32, s2);
        s0.intoArray(squares, 0);
        s1.intoArray(squares, LANES);
        s2.intoArray(squares, 2 * LANES);
    }

    /** One of a panel's vectors. */
    private static void narrow8(
            MemorySegment x, long x0, long xStride, int n, MemorySegment panels, long from, float[] squares) {
        if (n == 0) {
            return;
        }
        long x1 = x0 + xStride;
        long x2 = x1 + xStride;
        long x3 = x2 + xStride;
        long x4 = x3 + xStride;
        long x5 = x4 + xStride;
        long x6 = x5 + xStride;
        long x7 = x6 + xStride;
        FloatVector a0 = FloatVector.zero(F32);
        FloatVector a1 = FloatVector.zero(F32);
        FloatVector a2 = FloatVector.zero(F32);
        FloatVector a3 = FloatVector.zero(F32);
        FloatVector a4 = FloatVector.zero(F32);
        FloatVector a5 = FloatVector.zero(F32);
        FloatVector a6 = FloatVector.zero(F32);
        FloatVector a7 = FloatVector.zero(F32);
        for (int k = 0; k < n; k++) {
            FloatVector v = FloatVector.fromMemorySegment(F32, panels, from + k * (3 * VECTOR), LE);
            long q = (long) k * Float.BYTES;
            a0 = v.fma(FloatVector.broadcast(F32, x.get(Scalars.F32, x0 + q)), a0);
            a1 = v.fma(FloatVector.broadcast(F32, x.get(Scalars.F32, x1 + q)), a1);
            a2 = v.fma(FloatVector.broadcast(F32, x.get(Scalars.F32, x2 + q)), a2);
            a3 = v.fma(FloatVector.broadcast(F32, x.get(Scalars.F32, x3 + q)), a3);
            a4 = v.fma(FloatVector.broadcast(F32, x.get(Scalars.F32, x4 + q)), a4);
            a5 = v.fma(FloatVector.broadcast(F32, x.get(Scalars.F32, x5 + q)), a5);
            a6 = v.fma(FloatVector.broadcast(F32, x.get(Scalars.F32, x6 + q)), a6);
            a7 = v.fma(FloatVector.broadcast(F32, x.get(Scalars.F32, x7 + q)), a7);
        }
        FloatVector s0 = a0.mul(a0);
        FloatVector s1 = a1.mul(a1);
        s0 = a2.fma(a2, s0);
        s1 = a3.fma(a3, s1);
        s0 = a4.fma(a4, s0);
        s1 = a5.fma(a5, s1);
        s0 = a6.fma(a6, s0);
        s1 = a7.fma(a7, s1);
        s0.add(s1).intoArray(squares, 0);
    }

    private static void tile1(
            MemorySegment x, long x0, int n, MemorySegment panels, long from, float[] squares) {
        if (n == 0) {
            return;
        }
        FloatVector a00 = FloatVector.zero(F32);
        FloatVector a01 = FloatVector.zero(F32);
        FloatVector a02 = FloatVector.zero(F32);
        for (int k = 0; k < n; k++) {
            long p = from + k * (3 * VECTOR);
            long q = (long) k * Float.BYTES;
            FloatVector v0 = FloatVector.fromMemorySegment(F32, panels, p, LE);
            FloatVector v1 = FloatVector.fromMemorySegment(F32, panels, p + VECTOR, LE);
            FloatVector v2 = FloatVector.fromMemorySegment(F32, panels, p + 2 * VECTOR, LE);
            FloatVector b0 = FloatVector.broadcast(F32, x.get(Scalars.F32, x0 + q));
            a00 = v0.fma(b0, a00);
            a01 = v1.fma(b0, a01);
            a02 = v2.fma(b0, a02);
        }
        FloatVector s0 = a00.mul(a00);
        FloatVector s1 = a01.mul(a01);
        FloatVector s2 = a02.mul(a02);
        s0.intoArray(squares, 0);
        s1.intoArray(squares, LANES);
        s2.intoArray(squares, 2 * LANES);
    }

    /** Adds a tile's squares to the sums of the panel from a place on. */
    private static void add(float[] squares, int count, int n, double[] sums, int at) {
        if (n == 0) {
            return;
        }
        for (int i = 0; i < count; i += F64.length()) {
            DoubleVector.fromArray(F64, sums, at + i)
                    .add(FloatVector.fromArray(F32_HALF, squares, i).convertShape(VectorOperators.F2D, F64, 0))
                    .intoArray(sums, at + i);
        }
    }
}
