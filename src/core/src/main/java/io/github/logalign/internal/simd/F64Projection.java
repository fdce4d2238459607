package io.github.logalign.internal.simd;

import static io.github.logalign.internal.simd.Species.F64;

import java.lang.foreign.MemorySegment;

/**
 * Squared projections in F64, as outer products: the lanes run along the directions of a panel, each token's coordinate
 * is broadcast, and the squares are taken lane by lane when a tile is done, so no sum across lanes is needed.
 *
 * <p>One call computes one tile: C2 boxes accumulators that live through a nest of loops when it compiles the nest from its
 * middle. A tile adds its squares to an array, and {@link TileSums} adds the array to the sums.
 */
final class F64Projection {

    private static final Tile TILE = Tile.selected();
    private static final int ROWS = TILE.rows();
    private static final int LANES = F64.length();
    private static final long VECTOR = F64.vectorByteSize();

    /** The tokens that are projected at once on a single vector of a panel. */
    private static final int NARROW_ROWS = 8;

    /** The directions of one panel. */
    private static final int WIDTH = TILE.panelWidth(Element.F64);

    private F64Projection() {}

    static void addSquares(
            MemorySegment x,
            long xOffset,
            long xStride,
            int tokens,
            int n,
            MemorySegment panels,
            int directions,
            MemorySegment scratch,
            MemorySegment sums) {
        double[] squares = new double[WIDTH];
        int block = TokenTiles.block(TILE, n, Element.F64);
        for (int first = 0; first < tokens; first += block) {
            int count = Math.min(block, tokens - first);
            long at = xOffset + first * xStride;
            if (TILE.packsTokens()) {
                TokenTiles.pack(Element.F64, x, at, xStride, count, n, scratch);
                addPacked(scratch, Math.ceilDiv(count, ROWS), n, panels, directions, sums, squares);
            } else {
                addInPlace(x, at, xStride, count, n, panels, directions, sums, squares);
            }
        }
    }

    private static void addPacked(
            MemorySegment tokens, int tiles, int n, MemorySegment panels, int directions, MemorySegment sums,
            double[] squares) {
        long tileBytes = (long) ROWS * n * Double.BYTES;
        for (int first = 0; first < directions; first += WIDTH) {
            long from = (long) first * n * Double.BYTES;
            TileSums.begin(squares, sums, first);
            for (int tile = 0; tile < tiles; tile++) {
                F64Tiles.squares6x2(tokens, tile * tileBytes, n, panels, from, squares);
                TileSums.addSquares(squares, 0, WIDTH, n, sums, first);
            }
            TileSums.end(squares, sums, first);
        }
    }

    private static void addInPlace(
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
                for (; token <= tokens - ROWS; token += ROWS) {
                    long row = xOffset + token * xStride;
                    if (ROWS == 8) {
                        F64Tiles.squares8x3(x, row, xStride, n, panels, from, squares);
                    } else {
                        F64Tiles.squares4x3(x, row, xStride, n, panels, from, squares);
                    }
                    TileSums.addSquares(squares, 0, WIDTH, n, sums, first);
                }
            } else {
                // The last panel, filled in part: vector by vector.
                for (; token <= tokens - NARROW_ROWS; token += NARROW_ROWS) {
                    long row = xOffset + token * xStride;
                    F64Tiles.squares8x1(x, row, xStride, n, panels, from, squares, 0);
                    TileSums.addSquares(squares, 0, LANES, n, sums, first);
                    if (directions - first > LANES) {
                        F64Tiles.squares8x1(x, row, xStride, n, panels, from + VECTOR, squares, LANES);
                        TileSums.addSquares(squares, LANES, LANES, n, sums, first);
                    }
                }
            }
            for (; token < tokens; token++) {
                F64Tiles.squares1x3(x, xOffset + token * xStride, xStride, n, panels, from, squares);
                TileSums.addSquares(squares, 0, WIDTH, n, sums, first);
            }
            TileSums.end(squares, sums, first);
        }
    }
}
