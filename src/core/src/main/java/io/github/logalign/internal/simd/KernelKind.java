package io.github.logalign.internal.simd;

/** The kernels that exist twice, scalar and with vectors, and that C2 compiles one by one. */
public enum KernelKind {
    /** {@link Kernels#maxMagnitude}, by element type. */
    SCAN,
    /** {@link Kernels#convert}, by element and working type. */
    CONVERT,
    /** {@link Kernels#sumOfSquares}, by element type. */
    SQUARES,
    /** {@link Kernels#addSquaredProjections}, by working type. */
    PROJECT,
    /** {@link Kernels#addSquaresOfColumns}, by working type. */
    COLUMNS,
    /** {@link Kernels#packGram} and {@link Kernels#addGram}, by working type. */
    GRAM;

    /** Whether the vector kernel is faster than a matrix product by BLAS, or has no counterpart there. */
    boolean beatsBlas(Tile tile) {
        return switch (this) {
            case GRAM -> tile.hasGramMatrix();
            case PROJECT, SCAN, CONVERT, SQUARES, COLUMNS -> true;
        };
    }

    /** All kernels on all types fit into an int: what does not depend on a type uses the first bit of its kind only. */
    int bit(Element element, Element working) {
        int wide = working == Element.F64 ? 1 : 0;
        int type = switch (element) {
            case F64 -> 0;
            case F32 -> 1;
            case F16 -> 2;
            case BF16 -> 3;
        };
        int place = switch (this) {
            case SCAN -> type;
            case SQUARES -> 4 + type;
            case CONVERT -> 8 + 2 * type + wide;
            case PROJECT -> 16 + wide;
            case COLUMNS -> 18 + wide;
            case GRAM -> 20 + wide;
        };
        return 1 << place;
    }
}
