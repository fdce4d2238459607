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
 * The Gram matrix in F32, as outer products: for each row of W the lanes run along the columns of a panel, and the coordinates of
 * other columns are broadcast from the same packed rows. A tile is 8 x 3 vectors, for the 32 registers of 512-bit vectors;
 * its sums over the rows of a block are added to the matrix in F64 at the end, by way of an array: stores to a segment are
 * so large when inlined that C2 would stop inlining, and box.
 *
 * <p>Of the symmetric matrix the tiles on and below the diagonal are computed.
 */
final class F32Gram {

    private static final int LANES = F32.length();
    private static final long VECTOR = F32.vectorByteSize();
    private static final int WIDTH = 3 * LANES;
    private static final int TILE = GramLayout.TILE;

    /** Packed rows of so many columns stay in the cache while the panels pass by. */
    private static final long COLUMNS_BYTES = 512L << 10;

    private F32Gram() {}

    static void pack(MemorySegment rows, int first, int count, int depth, int n, MemorySegment packed) {
        for (int row = 0; row < count; row++) {
            packRow(rows, (long) row * n * Float.BYTES, n, packed, (long) (first + row) * WIDTH * Float.BYTES,
                    (long) depth * WIDTH * Float.BYTES);
        }
    }

    private static void packRow(MemorySegment rows, long from, int n, MemorySegment packed, long to, long step) {
        if (n == 0) {
            return;
        }
        int column = 0;
        long at = to;
        for (; column <= n - WIDTH; column += WIDTH) {
            long source = from + (long) column * Float.BYTES;
            FloatVector.fromMemorySegment(F32, rows, source, LE).intoMemorySegment(packed, at, LE);
            FloatVector.fromMemorySegment(F32, rows, source + VECTOR, LE).intoMemorySegment(packed, at + VECTOR, LE);
            FloatVector.fromMemorySegment(F32, rows, source + 2 * VECTOR, LE)
                    .intoMemorySegment(packed, at + 2 * VECTOR, LE);
            at += step;
        }
        for (int lane = 0; column < n && lane < WIDTH; lane++) {
            float value = column + lane < n ? rows.get(Scalars.F32, from + (long) (column + lane) * Float.BYTES) : 0;
            packed.set(Scalars.F32, at + (long) lane * Float.BYTES, value);
        }
    }

    static void add(MemorySegment packed, int depth, int n, MemorySegment gram) {
        float[] products = new float[TILE * WIDTH];
        int panels = GramLayout.panels(n, WIDTH);
        long stride = (long) panels * WIDTH * Double.BYTES;
        int columns = (int) Math.max(TILE, COLUMNS_BYTES / (Math.max(1L, depth) * Float.BYTES) / TILE * TILE);
        for (int start = 0; start < n; start += columns) {
            int end = Math.min(n, start + columns);
            for (int panel = 0; panel < panels && panel * WIDTH < end; panel++) {
                int diagonal = panel * WIDTH / TILE * TILE;
                for (int column = Math.max(start, diagonal); column < end; column += TILE) {
                    long others = ((long) (column / WIDTH) * depth * WIDTH + column % WIDTH) * Float.BYTES;
                    tile(packed, (long) panel * depth * WIDTH * Float.BYTES, others, depth, products);
                    addTile(products, depth, gram, column * stride + (long) panel * WIDTH * Double.BYTES, stride);
                }
            }
        }
    }

    private static void tile(MemorySegment packed, long panel, long others, int depth, float[] products) {
        if (depth == 0) {
            return;
        }
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
        for (int k = 0; k < depth; k++) {
            long row = (long) k * (3 * VECTOR);
            long p = panel + row;
            long q = others + row;
            FloatVector v0 = FloatVector.fromMemorySegment(F32, packed, p, LE);
            FloatVector v1 = FloatVector.fromMemorySegment(F32, packed, p + VECTOR, LE);
            FloatVector v2 = FloatVector.fromMemorySegment(F32, packed, p + 2 * VECTOR, LE);
            FloatVector b0 = FloatVector.broadcast(F32, packed.get(Scalars.F32, q));
            a00 = v0.fma(b0, a00);
            a01 = v1.fma(b0, a01);
            a02 = v2.fma(b0, a02);
            FloatVector b1 = FloatVector.broadcast(F32, packed.get(Scalars.F32, q + Float.BYTES));
            a10 = v0.fma(b1, a10);
            a11 = v1.fma(b1, a11);
            a12 = v2.fma(b1, a12);
            FloatVector b2 = FloatVector.broadcast(F32, packed.get(Scalars.F32, q + 2 * Float.BYTES));
            a20 = v0.fma(b2, a20);
            a21 = v1.fma(b2, a21);
            a22 = v2.fma(b2, a22);
            FloatVector b3 = FloatVector.broadcast(F32, packed.get(Scalars.F32, q + 3 * Float.BYTES));
            a30 = v0.fma(b3, a30);
            a31 = v1.fma(b3, a31);
            a32 = v2.fma(b3, a32);
            FloatVector b4 = FloatVector.broadcast(F32, packed.get(Scalars.F32, q + 4 * Float.BYTES));
            a40 = v0.fma(b4, a40);
            a41 = v1.fma(b4, a41);
            a42 = v2.fma(b4, a42);
            FloatVector b5 = FloatVector.broadcast(F32, packed.get(Scalars.F32, q + 5 * Float.BYTES));
            a50 = v0.fma(b5, a50);
            a51 = v1.fma(b5, a51);
            a52 = v2.fma(b5, a52);
            FloatVector b6 = FloatVector.broadcast(F32, packed.get(Scalars.F32, q + 6 * Float.BYTES));
            a60 = v0.fma(b6, a60);
            a61 = v1.fma(b6, a61);
            a62 = v2.fma(b6, a62);
            FloatVector b7 = FloatVector.broadcast(F32, packed.get(Scalars.F32, q + 7 * Float.BYTES));
            a70 = v0.fma(b7, a70);
            a71 = v1.fma(b7, a71);
            a72 = v2.fma(b7, a72);
        }
        a00.intoArray(products, 0);
        a01.intoArray(products, LANES);
        a02.intoArray(products, 2 * LANES);
        a10.intoArray(products, 3 * LANES);
        a11.intoArray(products, 4 * LANES);
        a12.intoArray(products, 5 * LANES);
        a20.intoArray(products, 6 * LANES);
        a21.intoArray(products, 7 * LANES);
        a22.intoArray(products, 8 * LANES);
        a30.intoArray(products, 9 * LANES);
        a31.intoArray(products, 10 * LANES);
        a32.intoArray(products, 11 * LANES);
        a40.intoArray(products, 12 * LANES);
        a41.intoArray(products, 13 * LANES);
        a42.intoArray(products, 14 * LANES);
        a50.intoArray(products, 15 * LANES);
        a51.intoArray(products, 16 * LANES);
        a52.intoArray(products, 17 * LANES);
        a60.intoArray(products, 18 * LANES);
        a61.intoArray(products, 19 * LANES);
        a62.intoArray(products, 20 * LANES);
        a70.intoArray(products, 21 * LANES);
        a71.intoArray(products, 22 * LANES);
        a72.intoArray(products, 23 * LANES);
    }

    private static void addTile(float[] products, int depth, MemorySegment gram, long to, long stride) {
        if (depth == 0) {
            return;
        }
        int half = F64.length();
        for (int vector = 0; vector < 6 * TILE; vector++) {
            long at = to + vector / 6 * stride + vector % 6 * VECTOR;
            DoubleVector.fromMemorySegment(F64, gram, at, LE)
                    .add(FloatVector.fromArray(F32_HALF, products, vector * half)
                            .convertShape(VectorOperators.F2D, F64, 0))
                    .intoMemorySegment(gram, at, LE);
        }
    }
}
