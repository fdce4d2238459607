package io.github.logalign.internal.simd;

/**
 * The layout of the Gram matrix of n columns while it is summed, and of the blocks of rows of W that are added to it.
 *
 * <p>The matrix is row-major in F64, with enough rows and columns beyond n that every tile is complete. The entries on and
 * left of the diagonal are valid; seen column-major, the upper triangle.
 *
 * <p>A block of rows is packed as the two operands of the tiles: in panels of columns, and in groups of as many columns as a
 * tile has rows; within a panel or group, row after row. Where the panels' width is a multiple of the groups', the groups are
 * read from the panels.
 *
 * @param n the columns of W
 * @param width the columns of a panel
 * @param tileRows the rows of a tile
 */
public record GramLayout(int n, int width, int tileRows) {

    /** Rows of W that are packed together: enough to amortise loading and storing the matrix. */
    public static final int DEPTH = 512;

    /** Elements behind each group, since its last row is written by whole vectors. */
    private static final int GROUP_GAP = 16;

    /** The layout that some kernels use for a working type. */
    public static GramLayout of(Kernels kernels, Element working, int n) {
        return new GramLayout(n, kernels.panelWidth(working), kernels.tileRows());
    }

    /** Whether a group is a part of a panel, and so need not be packed again. */
    boolean groupsAreInPanels() {
        return width % tileRows == 0;
    }

    /** The number of panels. */
    int panels() {
        return Math.ceilDiv(n, width);
    }

    /** The number of groups. */
    int groups() {
        return Math.ceilDiv(n, tileRows);
    }

    /** The distance of two rows of the matrix, in elements. */
    public int stride() {
        return panels() * width;
    }

    /** The elements of the matrix. */
    public long size() {
        return (long) groups() * tileRows * stride();
    }

    /** The elements of a packed block of rows. */
    public long packedSize(int depth) {
        return groupsAreInPanels() ? panel(panels(), depth) : group(groups(), depth);
    }

    /** The index of a panel's first element in a packed block. */
    long panel(int panel, int depth) {
        return (long) panel * depth * width;
    }

    /** The index of a group's first element in a packed block. */
    long group(int group, int depth) {
        return groupsAreInPanels()
                ? panel(group * tileRows / width, depth) + group * tileRows % width
                : panel(panels(), depth) + group * ((long) depth * tileRows + GROUP_GAP);
    }
}
