package io.github.logalign.bench;

import io.github.logalign.Environment;
import io.github.logalign.simd.Element;
import io.github.logalign.simd.Kernels;
import io.github.logalign.simd.Panels;
import io.github.logalign.simd.Simd;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Objects;
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

/**
 * Squared projections of 4,096 tokens on n directions of length n, summed over the tokens: 2 * 4096 * n^2 floating-point
 * operations. The fused kernel reads F64 and F32 where they are and BF16 after widening blocks of tokens; C multiplies
 * blocks of tokens by OpenBLAS, and squares.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(value = 1, jvmArgsAppend = {"--add-modules", "jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 7, time = 1)
public class ProjectionBenchmark {

    private static final int TOKENS = 4096;
    private static final int BLOCK = 256;

    /** What the activations are stored as; F64 is computed in F64, the others in F32. */
    @Param({"F64", "F32", "BF16"})
    public Element input;

    /** Input dimension and number of directions; one is prime. */
    @Param({"256", "768", "769", "2048"})
    public int n;

    /** Who computes. */
    @Param({"vector", "c", "scalar"})
    public String implementation;

    private Arena arena;
    private Kernels kernels;
    private Yardstick yardstick;
    private Element working;
    private MemorySegment x;
    private MemorySegment v;
    private MemorySegment block;
    private MemorySegment panels;
    private MemorySegment sums;
    private int panelCount;

    /** Makes the data and checks that the result is right. */
    @Setup(Level.Trial)
    public void setUp() {
        kernels = implementation.equals("scalar") ? Simd.scalar() : Simd.kernels();
        Environment here = Environment.current();
        if (implementation.equals("c")) {
            yardstick = Yardstick.open(Path.of(Objects.requireNonNull(here.blas()).path()));
            System.out.println("# implementation: C over " + here.blas().config() + " " + here.blas().coreName());
        } else {
            System.out.println("# implementation: " + kernels.bits() + " bits");
        }
        arena = Arena.ofConfined();
        working = input == Element.F64 ? Element.F64 : Element.F32;
        x = normal(TOKENS, input, 1);
        v = normal(n, working, 2);
        block = arena.allocate((long) BLOCK * n * working.bytes(), 64);
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
                    dot += at(x, input, token, c) * at(v, working, direction, c);
                }
                expected += dot * dot;
            }
            double got = sums.getAtIndex(ValueLayout.JAVA_DOUBLE, direction);
            double tolerance = working == Element.F64 ? 1e-12 : 1e-5;
            if (!(Math.abs(got - expected) <= tolerance * expected)) {
                throw new IllegalStateException("wrong result: " + got + " for " + expected);
            }
        }
    }

    private MemorySegment normal(int rows, Element element, long seed) {
        Random random = new Random(seed);
        MemorySegment values = arena.allocate((long) rows * n * element.bytes(), 64);
        for (long i = 0; i < (long) rows * n; i++) {
            double value = random.nextGaussian();
            switch (element) {
                case F64 -> values.setAtIndex(ValueLayout.JAVA_DOUBLE, i, value);
                case F32 -> values.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) value);
                default ->
                    values.setAtIndex(ValueLayout.JAVA_SHORT, i,
                            (short) (Float.floatToRawIntBits((float) value) >>> 16));
            }
        }
        return values;
    }

    private double at(MemorySegment values, Element element, int row, int column) {
        long index = (long) row * n + column;
        return switch (element) {
            case F64 -> values.getAtIndex(ValueLayout.JAVA_DOUBLE, index);
            case F32 -> values.getAtIndex(ValueLayout.JAVA_FLOAT, index);
            default -> Float.intBitsToFloat(values.getAtIndex(ValueLayout.JAVA_SHORT, index) << 16);
        };
    }

    /** Frees the data. */
    @TearDown(Level.Trial)
    public void tearDown() {
        arena.close();
    }

    /** One pass over all tokens. */
    @Benchmark
    public MemorySegment project() {
        if (yardstick != null) {
            yardstick.project(code(), x, TOKENS, n, working == Element.F64 ? Yardstick.DOUBLE : Yardstick.SINGLE, v, n,
                    sums);
            return sums;
        }
        sums.fill((byte) 0);
        if (input == working) {
            kernels.addSquaredProjections(
                    working, x, 0, (long) n * working.bytes(), TOKENS, n, panels, panelCount, sums);
            return sums;
        }
        for (int token = 0; token < TOKENS; token += BLOCK) {
            kernels.convert(x, (long) token * n * input.bytes(), input, BLOCK * n, block, 0, working, 0);
            kernels.addSquaredProjections(
                    working, block, 0, (long) n * working.bytes(), BLOCK, n, panels, panelCount, sums);
        }
        return sums;
    }

    private int code() {
        return switch (input) {
            case F64 -> Yardstick.F64;
            case F32 -> Yardstick.F32;
            default -> Yardstick.BF16;
        };
    }
}
