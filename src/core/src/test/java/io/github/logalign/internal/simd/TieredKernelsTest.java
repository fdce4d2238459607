package io.github.logalign.internal.simd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.github.logalign.testing.Limits;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.DoubleSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Scalar at first, vectors as soon as they are compiled, the same result all the time. */
class TieredKernelsTest {

    private static final double LARGE = 1e10;

    /** Kernels that write down which of them was called, and compute as others do. */
    private static Kernels recorded(String name, Kernels kernels, List<String> calls) {
        return (Kernels) Proxy.newProxyInstance(
                Kernels.class.getClassLoader(), new Class<?>[]{Kernels.class}, (proxy, method, arguments) -> {
                    if (!method.getReturnType().equals(int.class) && !method.getName().equals("projectionScratch")) {
                        calls.add(name);
                    }
                    return method.invoke(kernels, arguments);
                });
    }

    /** Ready as a test says. */
    private static final class Said implements KernelReadiness {

        private final List<KernelKind> measured = new ArrayList<>();
        private boolean ready;

        @Override
        public boolean isReady(KernelKind kind, Element element, Element working) {
            return ready;
        }

        @Override
        public void expect(KernelKind kind, Element element, Element working, double work) {
            // It is the test that decides.
        }

        @Override
        public void ran(KernelKind kind, Element element, Element working, double work, long nanos) {
            measured.add(kind);
        }
    }

    static Stream<Arguments> kinds() {
        List<Arguments> kinds = new ArrayList<>();
        for (KernelKind kind : KernelKind.values()) {
            for (Element element : Element.values()) {
                for (Element working : new Element[]{Element.F64, Element.F32}) {
                    // Sums of squares of F16 are taken after widening.
                    if (kind != KernelKind.SQUARES || element != Element.F16) {
                        kinds.add(Arguments.of(kind, element, working));
                    }
                }
            }
        }
        return kinds.stream();
    }

    /** What a kernel makes of small numbers, bit for bit. */
    private static double[] run(Kernels kernels, KernelKind kind, Element element, Element working) {
        int n = 50;
        int rows = 11;
        int width = kernels.panelWidth(working);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment source = arena.allocate(8L * n * rows, 64);
            for (int i = 0; i < n * rows; i++) {
                KernelsTest.put(source, (long) i * element.bytes(), element, Math.sin(i));
            }
            MemorySegment x = arena.allocate(8L * n * rows, 64);
            MemorySegment panels = arena.allocate(Panels.byteSize(2, width, n, working), 64);
            for (int i = 0; i < n * rows; i++) {
                Scalars.put(x, (long) i * working.bytes(), working, Math.sin(i));
            }
            for (int i = 0; i < 2 * width * n; i++) {
                Scalars.put(panels, (long) i * working.bytes(), working, Math.cos(i));
            }
            GramLayout layout = GramLayout.of(kernels, working, n);
            MemorySegment result = arena.allocate(8L * Math.max(2L * width, layout.size()), 64);
            switch (kind) {
                case SCAN -> {
                    return new double[]{kernels.maxMagnitude(source, 0, element, (long) n * rows)};
                }
                case SQUARES -> {
                    return new double[]{kernels.sumOfSquares(source, 0, element, n * rows)};
                }
                case CONVERT -> kernels.convert(source, 0, element, n * rows, result, 0, working, 1);
                case COLUMNS -> kernels.addSquaresOfColumns(working, x, rows, n, result);
                case PROJECT ->
                    kernels.addSquaredProjections(
                            working, x, 0, (long) n * working.bytes(), rows, n, panels, 2 * width,
                            arena.allocate(kernels.projectionScratch(working, rows, n), 64), result);
                case GRAM -> {
                    MemorySegment packed = arena.allocate(layout.packedSize(rows) * working.bytes(), 64);
                    kernels.packGram(working, x, 0, rows, rows, layout, packed);
                    kernels.addGram(working, packed, rows, layout, result);
                    return lowerTriangle(result, n, layout.stride());
                }
            }
            return result.toArray(ValueLayout.JAVA_DOUBLE);
        }
    }

    /** What is above the diagonal is computed by tiles, or not at all. */
    private static double[] lowerTriangle(MemorySegment gram, int n, long stride) {
        double[] lower = new double[n * (n + 1) / 2];
        int at = 0;
        for (int i = 0; i < n; i++) {
            for (int j = 0; j <= i; j++) {
                lower[at++] = gram.getAtIndex(ValueLayout.JAVA_DOUBLE, i * stride + j);
            }
        }
        return lower;
    }

    @ParameterizedTest(name = "{0} {1} {2}")
    @MethodSource("kinds")
    void theTwinThatIsReadyComputesAndTheResultIsTheSame(KernelKind kind, Element element, Element working) {
        int bits = Simd.bits();
        assertTrue(bits > 0, "there is nothing to compare without vectors: " + Simd.reason());
        List<String> calls = new ArrayList<>();
        Said said = new Said();
        Kernels kernels = new TieredKernels(Tile.selected(),
                recorded("scalar", new ScalarKernels(Tile.selected()), calls),
                recorded("vector", new VectorKernels(), calls), said);
        double[] before = run(kernels, kind, element, working);
        assertEquals(List.of("scalar"), calls.stream().distinct().toList());
        calls.clear();
        said.ready = true;
        double[] after = run(kernels, kind, element, working);
        assertEquals(List.of("vector"), calls.stream().distinct().toList());
        assertArrayEquals(before, after, working == Element.F64 ? 1e-12 : 1e-3);
    }

    /** C2 has thrown a kernel away, and what it made instead boxes. */
    @Test
    void aKernelThatHasBecomeSlowIsCompiledOnceMoreAndThenLeftAlone() throws InterruptedException {
        KernelKind kind = KernelKind.PROJECT;
        Element type = Element.F64;
        AtomicReference<Double> rate = new AtomicReference<>(10.0);
        WarmUp warmUp = new WarmUp(Simd.scalar(), measured -> rate.get() + 0 * measured.getAsDouble());
        warmUp.expect(kind, type, type, LARGE);
        Limits.awaitThat(() -> warmUp.isReady(kind, type, type));
        for (int call = 0; call < 10; call++) {
            // Some calls had to wait for a processor; one in three did not.
            warmUp.ran(kind, type, type, 1e6, call % 3 == 2 ? 100_000 : 100_000_000);
        }
        assertTrue(warmUp.isReady(kind, type, type));
        rate.set(0.0);
        runSlowly(warmUp, kind, type);
        assertFalse(warmUp.isReady(kind, type, type));
        rate.set(10.0);
        Limits.awaitThat(() -> warmUp.isReady(kind, type, type));
        runSlowly(warmUp, kind, type);
        assertFalse(warmUp.isReady(kind, type, type));
        Limits.awaitThat(warmUp::isIdle);
        warmUp.expect(kind, type, type, LARGE);
        assertTrue(warmUp.isIdle());
        assertFalse(warmUp.isReady(kind, type, type));
    }

    private static void runSlowly(WarmUp warmUp, KernelKind kind, Element type) {
        for (int call = 0; call < 3; call++) {
            warmUp.ran(kind, type, type, 1e6, 100_000_000);
        }
    }

    @Test
    void onlyVectorsAndLargeCallsAreWatched() {
        Said said = new Said();
        Kernels kernels = new TieredKernels(Tile.selected(), new ScalarKernels(Tile.selected()), Simd.vector(), said);
        projectMuch(kernels);
        assertEquals(List.of(), said.measured);
        said.ready = true;
        run(kernels, KernelKind.PROJECT, Element.F64, Element.F64);
        assertEquals(List.of(), said.measured);
        if (Simd.bits() > 0) {
            projectMuch(kernels);
            assertEquals(List.of(KernelKind.PROJECT), said.measured);
        }
    }

    private static void projectMuch(Kernels kernels) {
        int n = 128;
        int directions = 128;
        int tokens = 64;
        int width = kernels.panelWidth(Element.F64);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment panels = arena
                    .allocate(Panels.byteSize(Panels.count(directions, width), width, n, Element.F64));
            kernels.addSquaredProjections(Element.F64, arena.allocate(8L * n * tokens, 64), 0, 8L * n, tokens, n,
                    panels,
                    directions, arena.allocate(kernels.projectionScratch(Element.F64, tokens, n), 64),
                    arena.allocate(8L * Panels.count(directions, width) * width, 64));
        }
    }

    @Test
    void smallWorkNeverStartsTheCompilation() {
        Kernels vector = new VectorKernels();
        WarmUp warmUp = new WarmUp(vector);
        Kernels kernels = new TieredKernels(Tile.selected(), new ScalarKernels(Tile.selected()), vector, warmUp);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment values = arena.allocate(8L * 4096, 64);
            for (int i = 0; i < 1000; i++) {
                kernels.maxMagnitude(values, 0, Element.F64, 4096);
            }
        }
        assertTrue(warmUp.isIdle());
        assertFalse(warmUp.isRequested(KernelKind.SCAN, Element.F64, Element.F64));
        assertFalse(kernels.isReady(KernelKind.SCAN, Element.F64, Element.F64));
        kernels.expect(KernelKind.SCAN, Element.F64, Element.F64, LARGE);
        assertTrue(warmUp.isRequested(KernelKind.SCAN, Element.F64, Element.F64), "much work does");
    }

    /** A tile's sums are in an array or two, see AllocationTest; boxes are many more. */
    private static double fastIfItDoesNotBox(DoubleSupplier measured) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        double work = measured.getAsDouble();
        return threads.getCurrentThreadAllocatedBytes() - before <= 2048 ? work : 0;
    }

    static Stream<OwnJvm> jvms() {
        return OwnJvm.ofEveryNativeWidth();
    }

    @ParameterizedTest
    @MethodSource("jvms")
    void everyKernelBecomesReadyWhenItIsWorthIt(OwnJvm jvm) throws Exception {
        jvm.with("-Xbatch").mustSay(TieredKernelsTest.class, "all kernels are ready");
    }

    /**
     * A product whose limit is beyond what this width can do would always be left to BLAS, and no result would show it. Of the
     * other kernels the scalar twins are as fast at some widths.
     */
    @ParameterizedTest
    @MethodSource("jvms")
    void everyProductIsFastEnoughForItsLimit(OwnJvm jvm) throws Exception {
        jvm.with("-Xbatch", "-Dkernels.judge=clock").mustSay(TieredKernelsTest.class, "all kernels are ready");
    }

    /**
     * Announces much work for every kernel, waits until all that can be compiled is, and fails if a kernel is not fast then: no
     * longer boxes, since how long it takes depends on who else is at work. Judged by the clock, it has thousands of rounds to be
     * fast in one of them.
     *
     * @param args none
     */
    public static void main(String[] args) throws InterruptedException {
        Kernels vector = new VectorKernels();
        boolean byClock = "clock".equals(System.getProperty("kernels.judge"));
        WarmUp warmUp = byClock ? new WarmUp(vector) : new WarmUp(vector, TieredKernelsTest::fastIfItDoesNotBox);
        Kernels kernels = new TieredKernels(Tile.selected(), new ScalarKernels(Tile.selected()), vector, warmUp);
        List<Object[]> worthIt = kinds().map(Arguments::get)
                .filter(kind -> ((KernelKind) kind[0]).beatsBlas(Tile.selected()))
                .filter(kind -> !byClock || kind[0] == KernelKind.PROJECT || kind[0] == KernelKind.GRAM)
                .toList();
        worthIt.forEach(kind -> kernels.expect((KernelKind) kind[0], (Element) kind[1], (Element) kind[2], LARGE));
        Limits.awaitThat(warmUp::isIdle);
        List<String> slow = worthIt.stream()
                .filter(kind -> !kernels.isReady((KernelKind) kind[0], (Element) kind[1], (Element) kind[2]))
                .map(List::of)
                .map(Object::toString)
                .toList();
        if (!slow.isEmpty()) {
            throw new AssertionError("not ready: " + slow);
        }
        System.out.println("all kernels are ready");
    }
}
