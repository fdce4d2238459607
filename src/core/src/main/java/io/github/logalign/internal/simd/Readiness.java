package io.github.logalign.internal.simd;

/** Which vector loops are fast by now. */
interface Readiness {

    /** Whether a loop is fast by now. */
    boolean isReady(KernelKind loop, Element element, Element working);

    /** Announces work, and has the loop compiled that it needs if there is enough to gain. */
    void expect(KernelKind loop, Element element, Element working, double work);
}
