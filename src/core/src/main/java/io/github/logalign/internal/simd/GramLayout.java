package io.github.logalign.internal.simd;

/**
 * How the Gram matrix of n columns lies in memory while it is summed up, in F64: row-major, with rows and columns to spare so
 * that every tile is whole. The entries on and left of the diagonal are valid; seen column-major, the upper triangle. And how
 * a block of rows of W is packed for it: panels of columns, within a panel row after row.
 */
public final class GramLayout {

    /** Rows of W that are packed together: enough that loading and storing the matrix is forgotten. */
    public static final int DEPTH = 512;

    /** The rows of the matrix that a tile has. */
    static final int TILE = 8;

    private GramLayout() {}

    /** The panels that n columns fill. */
    static int panels(int n, int width) {
        return Math.ceilDiv(n, width);
    }

    /** From row to row of the matrix, in elements. */
    public static int stride(int n, int width) {
        return panels(n, width) * width;
    }

    /** The elements of the matrix. */
    public static long size(int n, int width) {
        return (long) Math.ceilDiv(n, TILE) * TILE * stride(n, width);
    }

    /** The elements of a packed block of rows. */
    public static long packedSize(int n, int width, int rows) {
        return (long) rows * stride(n, width);
    }
}
