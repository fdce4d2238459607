package io.github.logalign.internal.simd;

/**
 * What the matrix products compute at once: so many rows of one operand times a panel of the other one. The registers hold
 * all sums of a tile. CPUs with vectors of 512 bits have 32 registers, of which 8 x 3 sums leave 8 for operands; those with
 * 256 bits have 16, of which 6 x 2 sums leave 4.
 *
 * @param rows the rows
 * @param vectors the vectors of a panel
 * @param bits the width of a vector; 0 for panels of four elements, which are read without vectors
 */
record Tile(int rows, int vectors, int bits) {

    private static final int SCALAR_WIDTH = 4;

    /** The tile without vectors. */
    static final Tile SCALAR = new Tile(1, 0, 0);

    /** The tile for vectors of so many bits. */
    static Tile of(int bits) {
        return switch (bits) {
            case 0 -> SCALAR;
            case 512 -> new Tile(8, 3, bits);
            case 256 -> new Tile(6, 2, bits);
            default -> new Tile(4, 3, bits);
        };
    }

    /** The tile of this process. */
    static Tile selected() {
        return of(VectorWidth.selected().bits());
    }

    /** Whether the tokens of a projection are packed, so that a tile reads neighbouring elements of all its tokens. */
    boolean packsTokens() {
        return bits == 256;
    }

    /** Whether there are tiles for the Gram matrix. */
    boolean hasGramMatrix() {
        return bits >= 256;
    }

    /** Which products run on the vector kernels, once they are compiled, and which are left to BLAS. */
    String products() {
        if (bits == 0) {
            return "projections and Gram matrices by BLAS";
        }
        String ofTile = " by kernel, in tiles of " + rows + " x " + vectors + " vectors";
        return KernelKind.GRAM.beatsBlas(this)
                ? "projections and Gram matrices" + ofTile
                : "projections" + ofTile + "; Gram matrices by BLAS";
    }

    /** The columns of a panel. */
    int panelWidth(Element working) {
        return bits == 0 ? SCALAR_WIDTH : vectors * bits / (Byte.SIZE * working.bytes());
    }
}
