package io.github.logalign.internal.simd;

import static io.github.logalign.internal.simd.Species.F64;
import static io.github.logalign.internal.simd.Species.LE;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.DoubleVector;

/**
 * The Gram matrix in F64, as outer products: for each row of W the lanes run along the columns of a panel, and the
 * coordinates of a group of columns are broadcast, see {@link GramLayout}. {@link TileSums} adds the sums of a tile over the
 * rows of a block to the matrix.
 *
 * <p>The tiles on and below the diagonal are computed.
 */
final class F64Gram {

    private static final Tile TILE = Tile.selected();
    private static final int ROWS = TILE.rows();
    private static final int LANES = F64.length();
    private static final long VECTOR = F64.vectorByteSize();
    private static final int WIDTH = TILE.panelWidth(Element.F64);

    /** The vectors that cover a group's columns. */
    private static final int GROUP_VECTORS = Math.ceilDiv(ROWS, LANES);

    /** Groups of so many bytes stay in the cache while the panels are read. */
    private static final long GROUPS_BYTES = 512L << 10;

    private F64Gram() {}

    static void pack(MemorySegment rows, int first, int count, int depth, GramLayout layout, MemorySegment packed) {
        int n = layout.n();
        for (int row = first; row < first + count; row++) {
            long from = (long) (row - first) * n * Double.BYTES;
            packPanels(rows, from, n, packed, (long) row * WIDTH * Double.BYTES, (long) depth * WIDTH * Double.BYTES);
            if (!layout.groupsAreInPanels()) {
                long group = layout.group(0, depth);
                packGroups(rows, from, n, packed, (group + (long) row * ROWS) * Double.BYTES,
                        (layout.group(1, depth) - group) * Double.BYTES);
            }
        }
    }

    private static void packPanels(MemorySegment rows, long from, int n, MemorySegment packed, long to, long step) {
        if (n == 0) {
            return;
        }
        int column = 0;
        long at = to;
        for (; column <= n - WIDTH; column += WIDTH) {
            long source = from + (long) column * Double.BYTES;
            for (int vector = 0; vector < TILE.vectors(); vector++) {
                DoubleVector.fromMemorySegment(F64, rows, source + vector * VECTOR, LE)
                        .intoMemorySegment(packed, at + vector * VECTOR, LE);
            }
            at += step;
        }
        packRest(rows, from, column, n, packed, at, WIDTH);
    }

    /** Whole vectors are stored, so what they write beyond the group's row is written again by the next row. */
    private static void packGroups(MemorySegment rows, long from, int n, MemorySegment packed, long to, long step) {
        if (n == 0) {
            return;
        }
        int column = 0;
        long at = to;
        for (; column <= n - GROUP_VECTORS * LANES; column += ROWS) {
            long source = from + (long) column * Double.BYTES;
            for (int vector = 0; vector < GROUP_VECTORS; vector++) {
                DoubleVector.fromMemorySegment(F64, rows, source + vector * VECTOR, LE)
                        .intoMemorySegment(packed, at + vector * VECTOR, LE);
            }
            at += step;
        }
        for (; column < n; column += ROWS) {
            packRest(rows, from, column, n, packed, at, ROWS);
            at += step;
        }
    }

    /** The last columns of a row, and zeros beyond them. */
    private static void packRest(
            MemorySegment rows, long from, int column, int n, MemorySegment packed, long to, int width) {
        for (int lane = 0; column < n && lane < width; lane++) {
            double value = column + lane < n ? rows.get(Scalars.F64, from + (long) (column + lane) * Double.BYTES) : 0;
            packed.set(Scalars.F64, to + (long) lane * Double.BYTES, value);
        }
    }

    static void add(MemorySegment packed, int depth, GramLayout layout, MemorySegment gram) {
        double[] products = new double[ROWS * WIDTH];
        int stride = layout.stride();
        int groups = (int) Math.max(1, GROUPS_BYTES / (Math.max(1L, depth) * ROWS * Double.BYTES));
        for (int start = 0; start < layout.groups(); start += groups) {
            int end = Math.min(layout.groups(), start + groups);
            for (int panel = 0; panel < layout.panels() && panel * WIDTH < end * ROWS; panel++) {
                long from = layout.panel(panel, depth) * Double.BYTES;
                for (int group = Math.max(start, panel * WIDTH / ROWS); group < end; group++) {
                    long at = layout.group(group, depth) * Double.BYTES;
                    if (ROWS == 8) {
                        F64Tiles.products8x3(packed, at, depth, packed, from, products);
                    } else {
                        F64Tiles.products6x2(packed, at, depth, packed, from, products);
                    }
                    TileSums.addProducts(products, depth, gram, (long) group * ROWS * stride + (long) panel * WIDTH,
                            stride);
                }
            }
        }
    }
}
