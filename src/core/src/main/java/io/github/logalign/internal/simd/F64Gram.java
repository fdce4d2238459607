package io.github.logalign.internal.simd;

import static io.github.logalign.internal.simd.Species.F64;
import static io.github.logalign.internal.simd.Species.LE;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.DoubleVector;

/**
 * The Gram matrix in F64, as outer products: for each row of W the lanes run along the columns of a panel, and the
 * coordinates of other columns are broadcast from the same packed rows. A tile is 8 x 3 vectors, for the 32 registers of
 * 512-bit vectors; {@link TileSums} adds its sums over the rows of a block to the matrix.
 *
 * <p>Of the symmetric matrix the tiles on and below the diagonal are computed.
 */
final class F64Gram {

    private static final int LANES = F64.length();
    private static final long VECTOR = F64.vectorByteSize();
    private static final int WIDTH = 3 * LANES;
    private static final int TILE = GramLayout.TILE;

    /** Packed rows of so many columns stay in the cache while the panels pass by. */
    private static final long COLUMNS_BYTES = 512L << 10;

    private F64Gram() {}

    static void pack(MemorySegment rows, int first, int count, int depth, int n, MemorySegment packed) {
        for (int row = 0; row < count; row++) {
            packRow(rows, (long) row * n * Double.BYTES, n, packed, (long) (first + row) * WIDTH * Double.BYTES,
                    (long) depth * WIDTH * Double.BYTES);
        }
    }

    private static void packRow(MemorySegment rows, long from, int n, MemorySegment packed, long to, long step) {
        if (n == 0) {
            return;
        }
        int column = 0;
        long at = to;
        for (; column <= n - WIDTH; column += WIDTH) {
            long source = from + (long) column * Double.BYTES;
            DoubleVector.fromMemorySegment(F64, rows, source, LE).intoMemorySegment(packed, at, LE);
            DoubleVector.fromMemorySegment(F64, rows, source + VECTOR, LE).intoMemorySegment(packed, at + VECTOR, LE);
            DoubleVector.fromMemorySegment(F64, rows, source + 2 * VECTOR, LE)
                    .intoMemorySegment(packed, at + 2 * VECTOR, LE);
            at += step;
        }
        for (int lane = 0; column < n && lane < WIDTH; lane++) {
            double value = column + lane < n ? rows.get(Scalars.F64, from + (long) (column + lane) * Double.BYTES) : 0;
            packed.set(Scalars.F64, at + (long) lane * Double.BYTES, value);
        }
    }

    static void add(MemorySegment packed, int depth, int n, MemorySegment gram) {
        double[] products = new double[TILE * WIDTH];
        int panels = GramLayout.panels(n, WIDTH);
        int stride = GramLayout.stride(n, WIDTH);
        int columns = (int) Math.max(TILE, COLUMNS_BYTES / (Math.max(1L, depth) * Double.BYTES) / TILE * TILE);
        for (int start = 0; start < n; start += columns) {
            int end = Math.min(n, start + columns);
            for (int panel = 0; panel < panels && panel * WIDTH < end; panel++) {
                int diagonal = panel * WIDTH / TILE * TILE;
                for (int column = Math.max(start, diagonal); column < end; column += TILE) {
                    long others = ((long) (column / WIDTH) * depth * WIDTH + column % WIDTH) * Double.BYTES;
                    tile(packed, (long) panel * depth * WIDTH * Double.BYTES, others, depth, products);
                    TileSums.addProducts(products, depth, gram, (long) column * stride + (long) panel * WIDTH, stride);
                }
            }
        }
    }

    private static void tile(MemorySegment packed, long panel, long others, int depth, double[] products) {
        if (depth == 0) {
            return;
        }
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
        for (int k = 0; k < depth; k++) {
            long row = (long) k * (3 * VECTOR);
            long p = panel + row;
            long q = others + row;
            DoubleVector v0 = DoubleVector.fromMemorySegment(F64, packed, p, LE);
            DoubleVector v1 = DoubleVector.fromMemorySegment(F64, packed, p + VECTOR, LE);
            DoubleVector v2 = DoubleVector.fromMemorySegment(F64, packed, p + 2 * VECTOR, LE);
            DoubleVector b0 = DoubleVector.broadcast(F64, packed.get(Scalars.F64, q));
            a00 = v0.fma(b0, a00);
            a01 = v1.fma(b0, a01);
            a02 = v2.fma(b0, a02);
            DoubleVector b1 = DoubleVector.broadcast(F64, packed.get(Scalars.F64, q + Double.BYTES));
            a10 = v0.fma(b1, a10);
            a11 = v1.fma(b1, a11);
            a12 = v2.fma(b1, a12);
            DoubleVector b2 = DoubleVector.broadcast(F64, packed.get(Scalars.F64, q + 2 * Double.BYTES));
            a20 = v0.fma(b2, a20);
            a21 = v1.fma(b2, a21);
            a22 = v2.fma(b2, a22);
            DoubleVector b3 = DoubleVector.broadcast(F64, packed.get(Scalars.F64, q + 3 * Double.BYTES));
            a30 = v0.fma(b3, a30);
            a31 = v1.fma(b3, a31);
            a32 = v2.fma(b3, a32);
            DoubleVector b4 = DoubleVector.broadcast(F64, packed.get(Scalars.F64, q + 4 * Double.BYTES));
            a40 = v0.fma(b4, a40);
            a41 = v1.fma(b4, a41);
            a42 = v2.fma(b4, a42);
            DoubleVector b5 = DoubleVector.broadcast(F64, packed.get(Scalars.F64, q + 5 * Double.BYTES));
            a50 = v0.fma(b5, a50);
            a51 = v1.fma(b5, a51);
            a52 = v2.fma(b5, a52);
            DoubleVector b6 = DoubleVector.broadcast(F64, packed.get(Scalars.F64, q + 6 * Double.BYTES));
            a60 = v0.fma(b6, a60);
            a61 = v1.fma(b6, a61);
            a62 = v2.fma(b6, a62);
            DoubleVector b7 = DoubleVector.broadcast(F64, packed.get(Scalars.F64, q + 7 * Double.BYTES));
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
}
