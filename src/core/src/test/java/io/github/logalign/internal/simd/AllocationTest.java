package io.github.logalign.internal.simd;

import com.sun.management.ThreadMXBean;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The kernels allocate nothing: a vector operation that C2 has no instructions for is called in Java, and makes an
 * object of every vector. Which ones those are depends on the CPU's vectors, so older CPUs are tried too, as far as a flag of
 * the JVM makes this one look like them.
 *
 * <p>Measured in JVMs of their own, since what the compilers inline depends on all that ran before, and with compilation in
 * the foreground, so that the number of passes decides when a loop is compiled and not the time that they take.
 */
class AllocationTest {

    /** Many more than C2 waits for. */
    private static final int MAX_PASSES = 20_000;

    /** So many passes in a row allocate nothing: one could miss what happens now and then. */
    private static final int CLEAN_PASSES = 200;

    private static final int N = 104;
    private static final int TOKENS = 29;

    /** The loops of each kind with a remainder of every size class: tiles, panels and vectors that are not full. */
    private static final int ELEMENTS = TOKENS * N + 5;

    static Stream<OwnJvm> jvms() {
        return OwnJvm.ofEveryNativeWidth();
    }

    @ParameterizedTest
    @MethodSource("jvms")
    void noKernelAllocates(OwnJvm jvm) throws Exception {
        jvm.with("-Xbatch").mustSay(AllocationTest.class, "nothing is allocated");
    }

    /** What is left is the header of an array. */
    private static final int HEADER = 16;

    /**
     * A kernel at work.
     *
     * @param arrays the bytes of arrays that a call allocates for the sums of a tile, independent of the size of the work
     */
    private record Pass(String name, long arrays, Runnable work) {

        Pass(String name, Runnable work) {
            this(name, 0, work);
        }
    }

    /**
     * Measures every kernel, and fails with the list of those that go on allocating.
     *
     * @param args none
     */
    public static void main(String[] args) {
        Kernels kernels = Simd.kernels();
        List<String> allocating = new ArrayList<>();
        try (Arena arena = Arena.ofConfined()) {
            for (Pass pass : passes(kernels, arena)) {
                long bytes = allocatedOnceCompiled(pass);
                if (bytes > 0) {
                    allocating.add(pass.name + " " + bytes);
                }
            }
        }
        if (!allocating.isEmpty()) {
            throw new AssertionError("at " + kernels.bits() + " bits still allocate, in bytes a pass: " + allocating);
        }
        System.out.println("at " + kernels.bits() + " bits nothing is allocated");
    }

    private static List<Pass> passes(Kernels kernels, Arena arena) {
        MemorySegment source = arena.allocate((long) ELEMENTS * Double.BYTES, 64);
        MemorySegment target = arena.allocate((long) ELEMENTS * Double.BYTES, 64);
        List<Pass> passes = new ArrayList<>();
        for (Element element : Element.values()) {
            passes.add(new Pass("scan " + element, () -> kernels.maxMagnitude(source, 0, element, ELEMENTS)));
            if (element != Element.F16) {
                passes.add(new Pass("squares " + element, () -> kernels.sumOfSquares(source, 0, element, ELEMENTS)));
            }
            for (Element working : new Element[]{Element.F64, Element.F32}) {
                for (int exponent : new int[]{0, 1}) {
                    passes.add(new Pass("convert " + element + " to " + working + " times 2^" + exponent,
                            () -> kernels.convert(source, 0, element, ELEMENTS, target, 0, working, exponent)));
                }
            }
        }
        double[] array = new double[ELEMENTS];
        passes.add(new Pass("dot", () -> kernels.dot(array, array)));
        for (Element working : new Element[]{Element.F64, Element.F32}) {
            addProducts(kernels, arena, working, passes);
        }
        return passes;
    }

    private static void addProducts(Kernels kernels, Arena arena, Element working, List<Pass> passes) {
        int width = kernels.panelWidth(working);
        long stride = (long) N * working.bytes();
        int panelCount = Panels.count(2 * width, width);
        MemorySegment x = arena.allocate(TOKENS * stride, 64);
        MemorySegment panels = arena.allocate(Panels.byteSize(panelCount, width, N, working), 64);
        MemorySegment sums = arena.allocate((long) Math.max(N, panelCount * width) * Double.BYTES, 64);
        MemorySegment scratch = arena.allocate(kernels.projectionScratch(working, TOKENS, N), 64);
        long squaresOfTile = HEADER + (long) width * working.bytes();
        long productsOfTile = HEADER + (long) kernels.tileRows() * width * working.bytes();
        // A last panel that is full, one with two vectors, one with a single one.
        for (int directions : new int[]{2 * width, width + 2 * width / 3, width + 1}) {
            passes.add(new Pass("project " + working + " on " + directions, squaresOfTile,
                    () -> kernels.addSquaredProjections(
                            working, x, 0, stride, TOKENS, N, panels, directions, scratch, sums)));
        }
        passes.add(new Pass("columns " + working, () -> kernels.addSquaresOfColumns(working, x, TOKENS, N, sums)));
        GramLayout layout = GramLayout.of(kernels, working, N);
        MemorySegment packed = arena.allocate(layout.packedSize(TOKENS) * working.bytes(), 64);
        MemorySegment gram = arena.allocate(layout.size() * Double.BYTES, 64);
        passes.add(new Pass("pack " + working, () -> kernels.packGram(working, x, 0, TOKENS, TOKENS, layout, packed)));
        passes.add(
                new Pass("gram " + working, productsOfTile,
                        () -> kernels.addGram(working, packed, TOKENS, layout, gram)));
    }

    /** The least that a pass allocates, 0 only if many passes in a row allocate nothing. */
    private static long allocatedOnceCompiled(Pass pass) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long thread = Thread.currentThread().threadId();
        long least = Long.MAX_VALUE;
        int clean = 0;
        for (int i = 0; i < MAX_PASSES && clean < CLEAN_PASSES; i++) {
            long before = threads.getThreadAllocatedBytes(thread);
            pass.work.run();
            long allocated = threads.getThreadAllocatedBytes(thread) - before - pass.arrays;
            clean = allocated <= 0 ? clean + 1 : 0;
            least = allocated <= 0 ? least : Math.min(least, allocated);
        }
        return clean < CLEAN_PASSES ? least : 0;
    }
}
