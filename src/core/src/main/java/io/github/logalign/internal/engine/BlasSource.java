package io.github.logalign.internal.engine;

import io.github.logalign.internal.blas.Blas;
import io.github.logalign.internal.blas.BlasException;

/**
 * Where a computation has BLAS from. It is asked for only where a routine is needed: what the kernels do alone runs where
 * there is no BLAS.
 */
public interface BlasSource {

    /**
     * The library, which may be loaded now.
     *
     * @throws BlasException if no library is found
     */
    Blas get();

    /** Whether there is one; each question may be a search. */
    boolean isThere();
}
