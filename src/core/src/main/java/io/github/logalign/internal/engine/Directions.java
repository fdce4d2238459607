package io.github.logalign.internal.engine;

import io.github.logalign.matrix.Matrix;
import io.github.logalign.matrix.Products;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * The directions on which tokens are projected: right singular vectors, in the form in which they are the cheapest to get
 * and to use.
 */
public sealed interface Directions permits PackedDirections, RotatedOutputs {

    /** How many directions there are. */
    int count();

    /** Memory that lives as long as the directions do, and that the same threads may read. */
    MemorySegment memory();

    /** How many sums a projector adds to: at least one for each direction. */
    long room();

    /** The same for a call of the current thread. */
    Directions readable();

    /** Orthonormal vectors, one a row. */
    Matrix unpacked(Arena arena);

    /**
     * Projects tokens on these directions, which the current thread may read.
     *
     * @param tokens the approximate number of tokens
     */
    TokenProjector projector(Products products, BlasSource blasSource, long tokens);
}
