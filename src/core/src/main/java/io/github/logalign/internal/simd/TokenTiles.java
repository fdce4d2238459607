package io.github.logalign.internal.simd;

import java.lang.foreign.MemorySegment;

/**
 * Packs tokens for the tiles of 16 registers: the tokens of a tile side by side, coordinate by coordinate. The last tile is
 * filled up with zeros.
 */
final class TokenTiles {

    private static final long LOW = 0xffffffffL;

    /** Tokens that stay in the cache while the panels of directions are read. */
    private static final long BLOCK_BYTES = 4L << 20;

    private static final int MAX_BLOCK = 256;

    /** The tokens of a tile, where tokens are packed: an even number. A constant, so that C2 knows the strides. */
    private static final int ROWS = Tile.selected().rows();

    private TokenTiles() {}

    /** The tokens that are projected on one panel after the other before the next ones are read. */
    static int block(Tile tile, int n, Element working) {
        long fitting = BLOCK_BYTES / Math.max(1L, (long) n * working.bytes());
        return Math.clamp(fitting, tile.rows(), MAX_BLOCK) / tile.rows() * tile.rows();
    }

    /** The bytes that the tokens of a block need, where they are packed. */
    static long scratch(Tile tile, Element working, int tokens, int n) {
        if (!tile.packsTokens()) {
            return 0;
        }
        int tiles = Math.ceilDiv(Math.min(tokens, block(tile, n, working)), tile.rows());
        return tiles * bytesOfTile(tile.rows(), n, working);
    }

    private static long bytesOfTile(int rows, int n, Element working) {
        return (long) rows * n * working.bytes();
    }

    /** Packs tokens for the tile of this process. */
    static void pack(
            Element working, MemorySegment x, long offset, long stride, int tokens, int n, MemorySegment packed) {
        if (n == 0) {
            return;
        }
        long tileBytes = bytesOfTile(ROWS, n, working);
        int token = 0;
        for (; token < tokens; token++) {
            int row = token % ROWS;
            long at = offset + token * stride;
            long to = token / ROWS * tileBytes + (long) row * working.bytes();
            if (working == Element.F64) {
                single64(x, at, n, packed, to);
            } else if (row % 2 == 0 && token + 1 < tokens) {
                pair32(x, at, stride, n, packed, to);
                token++;
            } else {
                single32(x, at, n, packed, to);
            }
        }
        for (; token % ROWS != 0; token++) {
            fillRow(packed, token / ROWS * tileBytes + (long) (token % ROWS) * working.bytes(), n, working);
        }
    }

    private static void fillRow(MemorySegment packed, long to, int n, Element working) {
        long line = (long) ROWS * working.bytes();
        for (int k = 0; k < n; k++) {
            Scalars.put(packed, to + k * line, working, 0);
        }
    }

    private static void single64(MemorySegment x, long at, int n, MemorySegment packed, long to) {
        long line = (long) ROWS * Double.BYTES;
        for (int k = 0; k < n; k++) {
            packed.set(Scalars.I64, to + k * line, x.get(Scalars.I64, at + (long) k * Double.BYTES));
        }
    }

    private static void single32(MemorySegment x, long at, int n, MemorySegment packed, long to) {
        long line = (long) ROWS * Float.BYTES;
        for (int k = 0; k < n; k++) {
            packed.set(Scalars.I32, to + k * line, x.get(Scalars.I32, at + (long) k * Float.BYTES));
        }
    }

    /** Two tokens at once: half as many loads and stores. */
    private static void pair32(
            MemorySegment x, long at, long stride, int n, MemorySegment packed, long to) {
        long line = (long) ROWS * Float.BYTES;
        for (int pair = 0; pair < n / 2; pair++) {
            long a = x.get(Scalars.I64, at + (long) pair * Long.BYTES);
            long b = x.get(Scalars.I64, at + stride + (long) pair * Long.BYTES);
            packed.set(Scalars.I64, to + 2L * pair * line, (a & LOW) | (b << Integer.SIZE));
            packed.set(Scalars.I64, to + (2L * pair + 1) * line, (a >>> Integer.SIZE) | (b & ~LOW));
        }
        if (n % 2 != 0) {
            long last = (n - 1L) * Float.BYTES;
            single32(x, at + last, 1, packed, to + (n - 1) * line);
            single32(x, at + stride + last, 1, packed, to + (n - 1) * line + Float.BYTES);
        }
    }
}
