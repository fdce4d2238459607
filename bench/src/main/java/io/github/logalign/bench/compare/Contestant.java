package io.github.logalign.bench.compare;

import java.util.function.Supplier;

/** A library that can compute spectra. */
interface Contestant {

    /** Name and version of what computes. */
    String version();

    /**
     * Brings the input into the library's own form, which is not timed.
     *
     * @return what is timed: from W (and X) in memory to p with right singular vectors (to p, q and LAR)
     */
    Supplier<Answer> prepare(Input input);
}
