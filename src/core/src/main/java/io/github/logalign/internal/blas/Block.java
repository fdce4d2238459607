package io.github.logalign.internal.blas;

import java.lang.foreign.MemorySegment;

/**
 * A column-major matrix in native memory as BLAS sees it: a view, checked when it is made, since the library would print to
 * stdout or crash.
 *
 * @param real the type of its elements
 * @param segment its elements; the first one begins the segment
 * @param rows how many rows are stored
 * @param columns how many columns are stored
 * @param ld the leading dimension: how many elements lie between the beginnings of two columns
 * @param isTransposed whether a product reads it transposed
 */
public record Block(Real real, MemorySegment segment, int rows, int columns, int ld, boolean isTransposed) {

    /** Checks that the segment is native and holds the elements. */
    public Block {
        if (rows < 1 || columns < 1 || ld < rows) {
            throw new IllegalArgumentException(
                    "a block cannot be " + rows + " x " + columns + " with leading dimension " + ld);
        }
        check(segment, ((long) ld * (columns - 1) + rows) * real.bytes(), "a " + rows + " x " + columns + " block");
    }

    /** Columns with other elements between them. */
    public static Block of(Real real, MemorySegment segment, int rows, int columns, int ld) {
        return new Block(real, segment, rows, columns, ld, false);
    }

    /** Columns that follow each other. */
    public static Block of(Real real, MemorySegment segment, int rows, int columns) {
        return new Block(real, segment, rows, columns, rows, false);
    }

    /** The same memory, read the other way round. */
    public Block transposed() {
        return new Block(real, segment, rows, columns, ld, !isTransposed);
    }

    /** The rows of the matrix that a product reads. */
    int readRows() {
        return isTransposed ? columns : rows;
    }

    /** The columns of the matrix that a product reads. */
    int readColumns() {
        return isTransposed ? rows : columns;
    }

    /** How the matrix is read, in BLAS's letters. */
    char trans() {
        return isTransposed ? 'T' : 'N';
    }

    /** The smaller side. */
    int small() {
        return Math.min(rows, columns);
    }

    /** Makes sure that a routine which has no letter for it is given no transposed matrix. */
    void requireAsStored(String name) {
        if (isTransposed) {
            throw new IllegalArgumentException(name + " cannot be transposed");
        }
    }

    /** Makes sure that a vector has its elements. */
    static void checkVector(Real real, String name, MemorySegment vector, int elements) {
        check(vector, Math.max(1L, elements) * real.bytes(), name);
    }

    private static void check(MemorySegment segment, long needed, String what) {
        if (segment.byteSize() < needed || !segment.isNative()) {
            throw new IllegalArgumentException(what + " needs " + needed + " native bytes, its segment is " + segment);
        }
    }
}
