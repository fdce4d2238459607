package io.github.logalign.simd;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The kernels' loops allocate nothing. Measured in a JVM of their own: what the compilers inline depends on all that ran
 * before, and after thousands of tiny shapes a few vectors of a tile's end, never of its loop, may be boxed.
 */
@Tag("widths")
class AllocationTest {

    /** How long the compilers may take, on a busy machine. */
    private static final long SETTLING_NANOS = 30_000_000_000L;

    private static final int N = 256;
    private static final int TOKENS = 64;

    @Test
    void inAJvmOfTheirOwn() throws IOException, InterruptedException {
        OwnJvm.mustSay(AllocationTest.class, "at " + Simd.bits() + " bits nothing is allocated");
    }

    /**
     * Measures, and fails if any kernel goes on allocating.
     *
     * @param args none
     */
    public static void main(String[] args) {
        Kernels kernels = Simd.kernels();
        for (Element working : new Element[]{Element.F64, Element.F32}) {
            int width = kernels.panelWidth(working);
            int panelCount = Panels.count(N, width);
            int elements = TOKENS * N;
            long stride = (long) N * working.bytes();
            try (Arena arena = Arena.ofConfined()) {
                MemorySegment x = arena.allocate((long) elements * working.bytes(), 64);
                MemorySegment panels = arena.allocate(Panels.byteSize(panelCount, width, N, working), 64);
                MemorySegment sums = arena.allocate((long) panelCount * width * Double.BYTES, 64);
                MemorySegment target = arena.allocate((long) elements * Double.BYTES, 64);
                settle("projections", () -> kernels.addSquaredProjections(
                        working, x, 0, stride, TOKENS, N, panels, N, sums));
                settle("scan", () -> kernels.maxMagnitude(x, 0, working, elements));
                settle("squares", () -> kernels.sumOfSquares(x, 0, working, elements));
                settle("conversion", () -> kernels.convert(x, 0, working, elements, target, 0, Element.F64, 1));
            }
        }
        System.out.println("at " + kernels.bits() + " bits nothing is allocated");
    }

    private static void settle(String what, Runnable pass) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long thread = Thread.currentThread().threadId();
        long least = Long.MAX_VALUE;
        long deadline = System.nanoTime() + SETTLING_NANOS;
        while (least > 0) {
            long before = threads.getThreadAllocatedBytes(thread);
            pass.run();
            least = Math.min(least, threads.getThreadAllocatedBytes(thread) - before);
            if (System.nanoTime() > deadline) {
                throw new AssertionError("a pass of " + what + " still allocates " + least + " bytes");
            }
        }
    }
}
