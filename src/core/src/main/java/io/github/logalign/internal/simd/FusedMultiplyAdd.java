package io.github.logalign.internal.simd;

/**
 * Whether the CPU multiplies and adds in one instruction. Where it does not, as on x86 CPUs before 2013, Java computes each
 * {@code fma} with decimal numbers, a thousand times slower: the vector kernels would seem to hang.
 *
 * <p>The JVM does not say it without the management module, so the time of a few calls decides: 20 of them take about 1 us,
 * interpreted, and more than 40 us without the instruction. The best of several rounds counts, since the thread may be
 * interrupted in any of them.
 */
final class FusedMultiplyAdd {

    private static final int ROUNDS = 20;
    private static final int CALLS = 20;
    private static final long SLOW_NANOS = 10_000;

    private FusedMultiplyAdd() {}

    static boolean isAnInstruction() {
        double sum = 0;
        for (int round = 0; round < ROUNDS; round++) {
            long before = System.nanoTime();
            for (int call = 0; call < CALLS; call++) {
                sum = Math.fma(0.9, sum, 0.1);
            }
            if (System.nanoTime() - before < SLOW_NANOS) {
                return true;
            }
        }
        // Never true: the sum must be computed.
        return Double.isNaN(sum);
    }
}
