package io.github.logalign.internal.simd;

import static io.github.logalign.internal.simd.Species.F32_HALF;
import static io.github.logalign.internal.simd.Species.F64;
import static io.github.logalign.internal.simd.Species.LE;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Adds up in F64 what tiles of either working type computed: the one thing that the kernels in F64 and their twins in F32 do
 * differently. A tile's own sums are few enough for F32; the sum over all tiles is not.
 *
 * <p>Tiles leave what they computed in an array, and other methods add it to memory: stores to a segment and conversions are
 * so large when inlined that C2 would stop inlining within the tile, and box.
 */
final class TileSums {

    private static final int ROWS = Tile.selected().rows();
    private static final int VECTORS = Tile.selected().vectors();
    private static final int LANES = F64.length();
    private static final long VECTOR = F64.vectorByteSize();

    private TileSums() {}

    /** Before the first tile of a panel: in F64 the tiles add to the sums themselves. */
    static void begin(double[] squares, MemorySegment sums, long first) {
        MemorySegment.copy(sums, Scalars.F64, first * Double.BYTES, squares, 0, squares.length);
    }

    /** In F32 each tile begins with zeros. */
    static void begin(float[] squares, MemorySegment sums, long first) {
        // Zeros they are: new, or since the last tile was added.
    }

    /**
     * After a tile.
     *
     * @param squares those of the panel's directions
     * @param from the first direction that the tile was about
     * @param count how many
     * @param n the length of a direction; with 0, nothing was computed
     * @param sums F64
     * @param first where the panel's are in them
     */
    static void addSquares(double[] squares, int from, int count, int n, MemorySegment sums, long first) {
        // They are in the panel's sums already.
    }

    /** The same in F32; leaves zeros for the next tile. */
    static void addSquares(float[] squares, int from, int count, int n, MemorySegment sums, long first) {
        if (n == 0) {
            return;
        }
        for (int i = from; i < from + count; i += LANES) {
            long at = (first + i) * Double.BYTES;
            DoubleVector.fromMemorySegment(F64, sums, at, LE)
                    .add(FloatVector.fromArray(F32_HALF, squares, i).convertShape(VectorOperators.F2D, F64, 0))
                    .intoMemorySegment(sums, at, LE);
            FloatVector.zero(F32_HALF).intoArray(squares, i);
        }
    }

    /** After the last tile of a panel. */
    static void end(double[] squares, MemorySegment sums, long first) {
        MemorySegment.copy(squares, 0, sums, Scalars.F64, first * Double.BYTES, squares.length);
    }

    /** The same in F32. */
    static void end(float[] squares, MemorySegment sums, long first) {
        // Each tile was added when it was done.
    }

    /**
     * Adds a tile of products to the Gram matrix.
     *
     * @param products row by row
     * @param depth how many products each is the sum of; with 0, nothing was computed
     * @param gram see {@link GramLayout}
     * @param first the element of it that the tile's first one belongs to
     * @param stride from row to row of it, in elements
     */
    static void addProducts(double[] products, int depth, MemorySegment gram, long first, long stride) {
        if (depth == 0) {
            return;
        }
        for (int vector = 0; vector < ROWS * VECTORS; vector++) {
            long at = (first + vector / VECTORS * stride) * Double.BYTES + vector % VECTORS * VECTOR;
            DoubleVector.fromMemorySegment(F64, gram, at, LE)
                    .add(DoubleVector.fromArray(F64, products, vector * LANES))
                    .intoMemorySegment(gram, at, LE);
        }
    }

    /** The same in F32, where a row of the tile has twice as many elements. */
    static void addProducts(float[] products, int depth, MemorySegment gram, long first, long stride) {
        if (depth == 0) {
            return;
        }
        for (int vector = 0; vector < ROWS * 2 * VECTORS; vector++) {
            long at = (first + vector / (2 * VECTORS) * stride) * Double.BYTES + vector % (2 * VECTORS) * VECTOR;
            DoubleVector.fromMemorySegment(F64, gram, at, LE)
                    .add(FloatVector.fromArray(F32_HALF, products, vector * LANES)
                            .convertShape(VectorOperators.F2D, F64, 0))
                    .intoMemorySegment(gram, at, LE);
        }
    }
}
