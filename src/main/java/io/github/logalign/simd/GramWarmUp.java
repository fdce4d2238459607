package io.github.logalign.simd;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Runs the Gram kernel on small data, in a thread of its own, until C2 has compiled it: what runs before that boxes every
 * vector, and is a hundred times slower than BLAS. Whether it is fast is measured, so where the JVM does not compile it, it is
 * never used.
 *
 * <p>Process-wide, as compiled code is.
 */
final class GramWarmUp {

    private static final int ORDER = 96;
    private static final int DEPTH = 256;
    private static final long GIVE_UP_NANOS = 10_000_000_000L;

    /** Boxed code stays below 1, compiled code of any CPU with vectors this wide is far above. */
    private static final double FAST_GFLOPS = 10;

    private static final AtomicBoolean STARTED = new AtomicBoolean();
    private static volatile Set<Element> fast = Set.of();

    private GramWarmUp() {}

    static boolean isFast(Element working) {
        return fast.contains(working);
    }

    /** Begins, unless that has happened. */
    static void start(Kernels kernels) {
        if (STARTED.compareAndSet(false, true)) {
            Thread.ofPlatform().name("logalign-warm-up").daemon().start(() -> run(kernels));
        }
    }

    private static void run(Kernels kernels) {
        long start = System.nanoTime();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment packed = arena.allocate(
                    GramLayout.packedSize(ORDER, kernels.panelWidth(Element.F32), DEPTH) * Double.BYTES, 64);
            MemorySegment rows = arena.allocate((long) DEPTH * ORDER * Double.BYTES, 64);
            MemorySegment gram = arena.allocate(
                    GramLayout.size(ORDER, kernels.panelWidth(Element.F32)) * Double.BYTES, 64);
            Set<Element> warm = EnumSet.noneOf(Element.class);
            while (warm.size() < 2 && System.nanoTime() - start < GIVE_UP_NANOS) {
                for (Element working : new Element[]{Element.F64, Element.F32}) {
                    kernels.packGram(working, rows, 0, DEPTH, DEPTH, ORDER, packed);
                    long before = System.nanoTime();
                    kernels.addGram(working, packed, DEPTH, ORDER, gram);
                    double gflops = (double) ORDER * ORDER * DEPTH / (System.nanoTime() - before);
                    if (gflops > FAST_GFLOPS && warm.add(working)) {
                        fast = Set.copyOf(warm);
                    }
                }
            }
        }
    }
}
