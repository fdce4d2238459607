package io.github.logalign.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Scalar at first, vectors as soon as they are compiled, the same result all the time. */
@Tag("widths")
class StagedKernelsTest {

    private static final long PATIENCE_NANOS = 20_000_000_000L;

    private static final double LARGE = 1e10;

    /** The property is for the process; here it only matters which vectors there are. */
    private static StagedKernels staged() {
        return new StagedKernels(Simd.bits(), Simd.vector());
    }

    private static boolean becomesReady(Kernels kernels, Loop loop, Element element, Element working)
            throws InterruptedException {
        long start = System.nanoTime();
        while (!kernels.isReady(loop, element, working)) {
            if (System.nanoTime() - start > PATIENCE_NANOS) {
                return false;
            }
            Thread.sleep(10);
        }
        return true;
    }

    @Test
    void smallWorkNeverStartsTheCompilation() throws InterruptedException {
        if (Simd.bits() == 0) {
            return;
        }
        StagedKernels kernels = staged();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment values = arena.allocate(8L * 4096, 64);
            for (int i = 0; i < 1000; i++) {
                kernels.maxMagnitude(values, 0, Element.F64, 4096);
            }
        }
        Thread.sleep(500);
        assertFalse(kernels.isReady(Loop.SCAN, Element.F64, Element.F64));
        assertEquals(Simd.bits(), kernels.bits());
    }

    @Test
    void everyLoopBecomesReadyWhenItIsWorthIt() throws IOException, InterruptedException {
        // No other width runs in stages but the widest: one that is asked for runs from the first call on.
        if ("widest".equals(System.getProperty(Simd.PROPERTY))) {
            OwnJvm.mustSay(StagedKernelsTest.class, "all loops are ready");
        }
    }

    private static boolean isNeverReady(Loop loop, Element element) {
        boolean blasIsFaster = Simd.bits() < 512 && loop == Loop.GRAM;
        // Sums of squares of F16 are taken after widening.
        return blasIsFaster || (loop == Loop.SQUARES && element == Element.F16);
    }

    /**
     * Announces much work for every loop, and fails if one is not ready in time; but for the scan, which C2 leaves boxing in
     * one of a few JVMs, whatever is done about it: its scalar twin then goes on.
     *
     * @param args none
     */
    public static void main(String[] args) throws InterruptedException {
        StagedKernels kernels = staged();
        for (boolean expected : new boolean[]{false, true}) {
            for (Loop loop : Loop.values()) {
                for (Element element : Element.values()) {
                    for (Element working : new Element[]{Element.F64, Element.F32}) {
                        if (isNeverReady(loop, element)) {
                            continue;
                        }
                        if (!expected) {
                            kernels.expect(loop, element, working, LARGE);
                        } else if (loop != Loop.SCAN && !becomesReady(kernels, loop, element, working)) {
                            throw new AssertionError(loop + " " + element + " " + working + " is not ready");
                        }
                    }
                }
            }
        }
        System.out.println("all loops are ready");
    }

    @Test
    void theResultIsTheSameBeforeAndAfter() throws InterruptedException {
        if (Simd.bits() == 0) {
            return;
        }
        StagedKernels kernels = staged();
        int n = 50;
        int tokens = 11;
        int width = kernels.panelWidth(Element.F64);
        assertEquals(Simd.vector().panelWidth(Element.F64), width);
        assertEquals(Simd.vector().panelWidth(Element.F32), kernels.panelWidth(Element.F32));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment x = arena.allocate(8L * n * tokens, 64);
            MemorySegment panels = arena.allocate(Panels.byteSize(2, width, n, Element.F64), 64);
            for (int i = 0; i < n * tokens; i++) {
                x.setAtIndex(ValueLayout.JAVA_DOUBLE, i, Math.sin(i));
            }
            for (int i = 0; i < 2 * width * n; i++) {
                panels.setAtIndex(ValueLayout.JAVA_DOUBLE, i, Math.cos(i));
            }
            double[] before = project(kernels, arena, x, tokens, n, panels, width);
            kernels.expect(Loop.PROJECT, Element.F64, Element.F64, LARGE);
            becomesReady(kernels, Loop.PROJECT, Element.F64, Element.F64);
            double[] after = project(kernels, arena, x, tokens, n, panels, width);
            for (int i = 0; i < before.length; i++) {
                assertEquals(before[i], after[i], 1e-13 * before[i]);
            }
        }
    }

    private static double[] project(
            Kernels kernels, Arena arena, MemorySegment x, int tokens, int n, MemorySegment panels, int width) {
        MemorySegment sums = arena.allocate(8L * 2 * width, 64);
        kernels.addSquaredProjections(Element.F64, x, 0, 8L * n, tokens, n, panels, 2 * width, sums);
        return sums.toArray(ValueLayout.JAVA_DOUBLE);
    }
}
