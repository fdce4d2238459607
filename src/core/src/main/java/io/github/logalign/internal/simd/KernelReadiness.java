package io.github.logalign.internal.simd;

/** Which vector kernels are compiled by now, and so fast. */
interface KernelReadiness {

    /** Whether a kernel is fast by now. */
    boolean isReady(KernelKind kind, Element element, Element working);

    /** Announces work, and has the kernel compiled that it needs if there is enough to gain. */
    void expect(KernelKind kind, Element element, Element working, double work);

    /** Reports how long a kernel took that was ready: one that has become slow is so no more. */
    void ran(KernelKind kind, Element element, Element working, double work, long nanos);
}
