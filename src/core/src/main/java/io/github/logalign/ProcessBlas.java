package io.github.logalign;

import io.github.logalign.internal.blas.Blas;
import io.github.logalign.internal.engine.BlasSource;

/** The BLAS of this process, which is loaded when a computation first needs it. */
enum ProcessBlas implements BlasSource {
    INSTANCE;

    @Override
    public Blas get() {
        return Blas.get();
    }

    @Override
    public boolean isThere() {
        return Blas.isThere();
    }
}
