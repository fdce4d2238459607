package io.github.logalign.internal.simd;

import static io.github.logalign.internal.simd.Species.F64;
import static io.github.logalign.internal.simd.Species.LE;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.DoubleVector;

/**
 * Squared projections in F64, as outer products: the lanes run along the directions of a panel, each token's coordinate
 * is broadcast, and the squares are taken lane by lane when a tile is done, so no sum across lanes is ever needed.
 *
 * <p>A tile is as large as the registers allow: 8 tokens x 3 vectors with the 32 registers of 512-bit vectors, 4 x 3 with
 * the 16 of the others. One call computes one tile: accumulators that live through a nest of loops get boxed when C2
 * compiles the nest from its middle. It adds its squares to those in an array, and {@link TileSums} adds these to the sums.
 *
 * <p>The accumulators are written out, and the file is long for that: C2 keeps vectors in registers only if each is a local
 * variable.
 */
final class F64Projection {

    private static final long VECTOR = F64.vectorByteSize();
    private static final int LANES = F64.length();
    private static final boolean LARGE = F64.vectorBitSize() == 512;
    private static final int TOKENS = LARGE ? 8 : 4;

    /** The last panel, if it is filled to two vectors or less, is projected upon vector by vector. */
    private static final int NARROW_TOKENS = 8;

    /** Tokens that stay in the cache (measured at n = 256 to 2,048: half of it is slower at 2,048, more gains nothing). */
    private static final long BLOCK_BYTES = 4L << 20;

    private static final int MAX_BLOCK = 256;

    /** The directions of one panel. */
    static final int WIDTH = 3 * LANES;

    private F64Projection() {}

    static void addSquares(
            MemorySegment x,
            long xOffset,
            long xStride,
            int tokens,
            int n,
            MemorySegment panels,
            int directions,
            MemorySegment sums) {
        double[] squares = new double[WIDTH];
        // Each panel is read from memory once a block, and the block stays in the cache meanwhile.
        int block = Math.clamp(BLOCK_BYTES / (Math.max(1L, n) * Double.BYTES) / TOKENS * TOKENS, TOKENS, MAX_BLOCK);
        for (int first = 0; first < tokens; first += block) {
            addBlock(x, xOffset + first * xStride, xStride, Math.min(block, tokens - first), n, panels, directions,
                    sums, squares);
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
            double[] squares) {
        for (int first = 0; first < directions; first += WIDTH) {
            long from = (long) first * n * Double.BYTES;
            TileSums.begin(squares, sums, first);
            int token = 0;
            if (directions - first > 2 * LANES) {
                for (; token <= tokens - TOKENS; token += TOKENS) {
                    long row = xOffset + token * xStride;
                    if (LARGE) {
                        tile8(x, row, xStride, n, panels, from, squares);
                    } else {
                        tile4(x, row, xStride, n, panels, from, squares);
                    }
                    TileSums.addSquares(squares, 0, WIDTH, n, sums, first);
                }
            } else {
                for (; token <= tokens - NARROW_TOKENS; token += NARROW_TOKENS) {
                    long row = xOffset + token * xStride;
                    narrow8(x, row, xStride, n, panels, from, squares, 0);
                    TileSums.addSquares(squares, 0, LANES, n, sums, first);
                    if (directions - first > LANES) {
                        narrow8(x, row, xStride, n, panels, from + VECTOR, squares, LANES);
                        TileSums.addSquares(squares, LANES, LANES, n, sums, first);
                    }
                }
            }
            for (; token < tokens; token++) {
                tile1(x, xOffset + token * xStride, n, panels, from, squares);
                TileSums.addSquares(squares, 0, WIDTH, n, sums, first);
            }
            TileSums.end(squares, sums, first);
        }
    }

    private static void tile8(
            MemorySegment x, long x0, long xStride, int n, MemorySegment panels, long from, double[] squares) {
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
        DoubleVector a00 = DoubleVector.zero(F64);
        DoubleVector a01 = DoubleVector.zero(F64);
        DoubleVector a02 = DoubleVector.zero(F64);
        DoubleVector a10 = DoubleVector.zero(F64);
        DoubleVector a11 = DoubleVector.zero(F64);
        DoubleVector a12 = DoubleVector.zero(F64);
        DoubleVector a20 = DoubleVector.zero(F64);
        DoubleVector a21 = DoubleVector.zero(F64);
        DoubleVector a22 = DoubleVector.zero(F64);
        DoubleVector a30 = DoubleVector.zero(F64);
        DoubleVector a31 = DoubleVector.zero(F64);
        DoubleVector a32 = DoubleVector.zero(F64);
        DoubleVector a40 = DoubleVector.zero(F64);
        DoubleVector a41 = DoubleVector.zero(F64);
        DoubleVector a42 = DoubleVector.zero(F64);
        DoubleVector a50 = DoubleVector.zero(F64);
        DoubleVector a51 = DoubleVector.zero(F64);
        DoubleVector a52 = DoubleVector.zero(F64);
        DoubleVector a60 = DoubleVector.zero(F64);
        DoubleVector a61 = DoubleVector.zero(F64);
        DoubleVector a62 = DoubleVector.zero(F64);
        DoubleVector a70 = DoubleVector.zero(F64);
        DoubleVector a71 = DoubleVector.zero(F64);
        DoubleVector a72 = DoubleVector.zero(F64);
        for (int k = 0; k < n; k++) {
            long p = from + k * (3 * VECTOR);
            long q = (long) k * Double.BYTES;
            DoubleVector v0 = DoubleVector.fromMemorySegment(F64, panels, p, LE);
            DoubleVector v1 = DoubleVector.fromMemorySegment(F64, panels, p + VECTOR, LE);
            DoubleVector v2 = DoubleVector.fromMemorySegment(F64, panels, p + 2 * VECTOR, LE);
            DoubleVector b0 = DoubleVector.broadcast(F64, x.get(Scalars.F64, x0 + q));
            a00 = v0.fma(b0, a00);
            a01 = v1.fma(b0, a01);
            a02 = v2.fma(b0, a02);
            DoubleVector b1 = DoubleVector.broadcast(F64, x.get(Scalars.F64, x1 + q));
            a10 = v0.fma(b1, a10);
            a11 = v1.fma(b1, a11);
            a12 = v2.fma(b1, a12);
            DoubleVector b2 = DoubleVector.broadcast(F64, x.get(Scalars.F64, x2 + q));
            a20 = v0.fma(b2, a20);
            a21 = v1.fma(b2, a21);
            a22 = v2.fma(b2, a22);
            DoubleVector b3 = DoubleVector.broadcast(F64, x.get(Scalars.F64, x3 + q));
            a30 = v0.fma(b3, a30);
            a31 = v1.fma(b3, a31);
            a32 = v2.fma(b3, a32);
            DoubleVector b4 = DoubleVector.broadcast(F64, x.get(Scalars.F64, x4 + q));
            a40 = v0.fma(b4, a40);
            a41 = v1.fma(b4, a41);
            a42 = v2.fma(b4, a42);
            DoubleVector b5 = DoubleVector.broadcast(F64, x.get(Scalars.F64, x5 + q));
            a50 = v0.fma(b5, a50);
            a51 = v1.fma(b5, a51);
            a52 = v2.fma(b5, a52);
            DoubleVector b6 = DoubleVector.broadcast(F64, x.get(Scalars.F64, x6 + q));
            a60 = v0.fma(b6, a60);
            a61 = v1.fma(b6, a61);
            a62 = v2.fma(b6, a62);
            DoubleVector b7 = DoubleVector.broadcast(F64, x.get(Scalars.F64, x7 + q));
            a70 = v0.fma(b7, a70);
            a71 = v1.fma(b7, a71);
            a72 = v2.fma(b7, a72);
        }
        DoubleVector s0 = DoubleVector.fromArray(F64, squares, 0);
        DoubleVector s1 = DoubleVector.fromArray(F64, squares, LANES);
        DoubleVector s2 = DoubleVector.fromArray(F64, squares, 2 * LANES);
        s0 = a00.fma(a00, s0);
        s1 = a01.fma(a01, s1);
        s2 = a02.fma(a02, s2);
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
            MemorySegment x, long x0, long xStride, int n, MemorySegment panels, long from, double[] squares) {
        if (n == 0) {
            return;
        }
        long x1 = x0 + xStride;
        long x2 = x1 + xStride;
        long x3 = x2 + xStride;
        DoubleVector a00 = DoubleVector.zero(F64);
        DoubleVector a01 = DoubleVector.zero(F64);
        DoubleVector a02 = DoubleVector.zero(F64);
        DoubleVector a10 = DoubleVector.zero(F64);
        DoubleVector a11 = DoubleVector.zero(F64);
        DoubleVector a12 = DoubleVector.zero(F64);
        DoubleVector a20 = DoubleVector.zero(F64);
        DoubleVector a21 = DoubleVector.zero(F64);
        DoubleVector a22 = DoubleVector.zero(F64);
        DoubleVector a30 = DoubleVector.zero(F64);
        DoubleVector a31 = DoubleVector.zero(F64);
        DoubleVector a32 = DoubleVector.zero(F64);
        for (int k = 0; k < n; k++) {
            long p = from + k * (3 * VECTOR);
            long q = (long) k * Double.BYTES;
            DoubleVector v0 = DoubleVector.fromMemorySegment(F64, panels, p, LE);
            DoubleVector v1 = DoubleVector.fromMemorySegment(F64, panels, p + VECTOR, LE);
            DoubleVector v2 = DoubleVector.fromMemorySegment(F64, panels, p + 2 * VECTOR, LE);
            DoubleVector b0 = DoubleVector.broadcast(F64, x.get(Scalars.F64, x0 + q));
            a00 = v0.fma(b0, a00);
            a01 = v1.fma(b0, a01);
            a02 = v2.fma(b0, a02);
            DoubleVector b1 = DoubleVector.broadcast(F64, x.get(Scalars.F64, x1 + q));
            a10 = v0.fma(b1, a10);
            a11 = v1.fma(b1, a11);
            a12 = v2.fma(b1, a12);
            DoubleVector b2 = DoubleVector.broadcast(F64, x.get(Scalars.F64, x2 + q));
            a20 = v0.fma(b2, a20);
            a21 = v1.fma(b2, a21);
            a22 = v2.fma(b2, a22);
            DoubleVector b3 = DoubleVector.broadcast(F64, x.get(Scalars.F64, x3 + q));
            a30 = v0.fma(b3, a30);
            a31 = v1.fma(b3, a31);
            a32 = v2.fma(b3, a32);
        }
        DoubleVector s0 = DoubleVector.fromArray(F64, squares, 0);
        DoubleVector s1 = DoubleVector.fromArray(F64, squares, LANES);
        DoubleVector s2 = DoubleVector.fromArray(F64, squares, 2 * LANES);
        s0 = a00.fma(a00, s0);
        s1 = a01.fma(a01, s1);
        s2 = a02.fma(a02, s2);
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
            MemorySegment x, long x0, long xStride, int n, MemorySegment panels, long from, double[] squares,
            int to) {
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
        DoubleVector a0 = DoubleVector.zero(F64);
        DoubleVector a1 = DoubleVector.zero(F64);
        DoubleVector a2 = DoubleVector.zero(F64);
        DoubleVector a3 = DoubleVector.zero(F64);
        DoubleVector a4 = DoubleVector.zero(F64);
        DoubleVector a5 = DoubleVector.zero(F64);
        DoubleVector a6 = DoubleVector.zero(F64);
        DoubleVector a7 = DoubleVector.zero(F64);
        for (int k = 0; k < n; k++) {
            DoubleVector v = DoubleVector.fromMemorySegment(F64, panels, from + k * (3 * VECTOR), LE);
            long q = (long) k * Double.BYTES;
            a0 = v.fma(DoubleVector.broadcast(F64, x.get(Scalars.F64, x0 + q)), a0);
            a1 = v.fma(DoubleVector.broadcast(F64, x.get(Scalars.F64, x1 + q)), a1);
            a2 = v.fma(DoubleVector.broadcast(F64, x.get(Scalars.F64, x2 + q)), a2);
            a3 = v.fma(DoubleVector.broadcast(F64, x.get(Scalars.F64, x3 + q)), a3);
            a4 = v.fma(DoubleVector.broadcast(F64, x.get(Scalars.F64, x4 + q)), a4);
            a5 = v.fma(DoubleVector.broadcast(F64, x.get(Scalars.F64, x5 + q)), a5);
            a6 = v.fma(DoubleVector.broadcast(F64, x.get(Scalars.F64, x6 + q)), a6);
            a7 = v.fma(DoubleVector.broadcast(F64, x.get(Scalars.F64, x7 + q)), a7);
        }
        DoubleVector s0 = a0.mul(a0);
        DoubleVector s1 = a1.mul(a1);
        s0 = a2.fma(a2, s0);
        s1 = a3.fma(a3, s1);
        s0 = a4.fma(a4, s0);
        s1 = a5.fma(a5, s1);
        s0 = a6.fma(a6, s0);
        s1 = a7.fma(a7, s1);
        DoubleVector.fromArray(F64, squares, to).add(s0.add(s1)).intoArray(squares, to);
    }

    private static void tile1(
            MemorySegment x, long x0, int n, MemorySegment panels, long from, double[] squares) {
        if (n == 0) {
            return;
        }
        DoubleVector a00 = DoubleVector.zero(F64);
        DoubleVector a01 = DoubleVector.zero(F64);
        DoubleVector a02 = DoubleVector.zero(F64);
        for (int k = 0; k < n; k++) {
            long p = from + k * (3 * VECTOR);
            long q = (long) k * Double.BYTES;
            DoubleVector v0 = DoubleVector.fromMemorySegment(F64, panels, p, LE);
            DoubleVector v1 = DoubleVector.fromMemorySegment(F64, panels, p + VECTOR, LE);
            DoubleVector v2 = DoubleVector.fromMemorySegment(F64, panels, p + 2 * VECTOR, LE);
            DoubleVector b0 = DoubleVector.broadcast(F64, x.get(Scalars.F64, x0 + q));
            a00 = v0.fma(b0, a00);
            a01 = v1.fma(b0, a01);
            a02 = v2.fma(b0, a02);
        }
        DoubleVector s0 = DoubleVector.fromArray(F64, squares, 0);
        DoubleVector s1 = DoubleVector.fromArray(F64, squares, LANES);
        DoubleVector s2 = DoubleVector.fromArray(F64, squares, 2 * LANES);
        s0 = a00.fma(a00, s0);
        s1 = a01.fma(a01, s1);
        s2 = a02.fma(a02, s2);
        s0.intoArray(squares, 0);
        s1.intoArray(squares, LANES);
        s2.intoArray(squares, 2 * LANES);
    }

}
