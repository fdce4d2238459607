package io.github.logalign.bench;

import io.github.logalign.simd.Element;
import io.github.logalign.simd.Kernels;
import io.github.logalign.simd.Panels;
import io.github.logalign.simd.Simd;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Squared projections of 512 tokens on n directions of length n: 2 * 512 * n^2 floating-point operations each. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(value = 1, jvmArgsAppend = {"--add-modules", "jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class ProjectionBenchmark {

    private static final int TOKENS = 512;

    /** The working type. */
    @Param({"F64", "F32"})
    public Element working;

    /** Input dimension and number of directions; one is prime. */
    @Param({"256", "769", "2048"})
    public int n;

    /** Which twin. */
    @Param({"selected", "scalar"})
    public String implementation;

    private Arena arena;
    private Kernels kernels;
    private MemorySegment x;
    private MemorySegment panels;
    private MemorySegment sums;
    private int panelCount;

    /** Makes the data and checks that the result is right. */
    @Setup(Level.Trial)
    public void setUp() {
        kernels = implementation.equals("scalar") ? Simd.scalar() : Simd.kernels();
        System.out.println("# implementation: " + kernels.bits() + " bits");
        arena = Arena.ofConfined();
        x = normal(TOKENS, 1);
        MemorySegment v = normal(n, 2);
        int width = kernels.panelWidth(working);
        panelCount = Panels.count(n, width);
        panels = arena.allocate(Panels.byteSize(panelCount, width, n, working), 64);
        Panels.pack(working, v, 0, n, 1, n, n, width, panels);
        sums = arena.allocate(8L * panelCount * width, 64);
        project();
        for (int direction : new int[]{0, n / 2, n - 1}) {
            double expected = 0;
            for (int token = 0; token < TOKENS; token++) {
                double dot = 0;
                for (int c = 0; c < n; c++) {
                    dot += at(x, token, c) * at(v, direction, c);
                }
                expected += dot * dot;
            }
            double got = sums.getAtIndex(ValueLayout.JAVA_DOUBLE, direction);
            if (!(Math.abs(got - expected) <= 1e-4 * expected)) {
                throw new IllegalStateException("wrong result: " + got + " for " + expected);
            }
        }
    }

    private MemorySegment normal(int rows, long seed) {
        Random random = new Random(seed);
        MemorySegment values = arena.allocate((long) rows * n * working.bytes(), 64);
        for (long i = 0; i < (long) rows * n; i++) {
            if (working == Element.F64) {
                values.setAtIndex(ValueLayout.JAVA_DOUBLE, i, random.nextGaussian());
            } else {
                values.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) random.nextGaussian());
            }
        }
        return values;
    }

    private double at(MemorySegment values, int row, int column) {
        long index = (long) row * n + column;
        return working == Element.F64
                ? values.getAtIndex(ValueLayout.JAVA_DOUBLE, index)
                : values.getAtIndex(ValueLayout.JAVA_FLOAT, index);
    }

    /** Frees the data. */
    @TearDown(Level.Trial)
    public void tearDown() {
        arena.close();
    }

    /** One pass over all tokens. */
    @Benchmark
    public MemorySegment project() {
        sums.fill((byte) 0);
        kernels.addSquaredProjections(
                working, x, 0, (long) n * working.bytes(), TOKENS, n, panels, panelCount, sums);
        return sums;
    }
}
