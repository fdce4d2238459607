package io.github.logalign.bench;

import io.github.logalign.internal.simd.Element;
import io.github.logalign.internal.simd.Kernels;
import io.github.logalign.internal.simd.Panels;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;

/**
 * Squared projections of 4,096 tokens on n directions of length n, summed over the tokens: 2 * 4096 * n^2 floating-point
 * operations. The fused kernel reads F64 and F32 where they are and BF16 after widening blocks of tokens; C multiplies
 * blocks of tokens by OpenBLAS, and squares.
 */
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class ProjectionBenchmark extends CheckedBenchmark {

    private static final int TOKENS = 4096;
    private static final int BLOCK = 256;

    /** What the activations are stored as; F64 is computed in F64, the others in F32. */
    @Param({"F64", "F32", "BF16"})
    public Element input;

    /** Input dimension and number of directions; one is prime. */
    @Param({"256", "768", "769", "2048", "4096"})
    public int n;

    /** Who computes. */
    @Param({"vector", "c", "scalar"})
    public String implementation;

    private Kernels kernels;
    private Yardstick yardstick;
    private Element working;
    private MemorySegment x;
    private MemorySegment v;
    private MemorySegment block;
    private MemorySegment panels;
    private MemorySegment scratch;
    private MemorySegment sums;

    @Override
    protected void prepare() {
        Implementation found = Implementation.of(implementation);
        kernels = found.kernels();
        yardstick = found.yardstick();
        working = input == Element.F64 ? Element.F64 : Element.F32;
        x = Numbers.normal(arena, input, TOKENS, n, 1);
        v = Numbers.normal(arena, working, n, n, 2);
        block = arena.allocate((long) BLOCK * n * working.bytes(), 64);
        int width = kernels.panelWidth(working);
        int panelCount = Panels.count(n, width);
        panels = arena.allocate(Panels.byteSize(panelCount, width, n, working), 64);
        Panels.pack(working, v, 0, n, 1, n, n, width, panels);
        scratch = arena.allocate(kernels.projectionScratch(working, TOKENS, n), 64);
        sums = arena.allocate(8L * panelCount * width, 64);
    }

    @Override
    protected void check() {
        project();
        for (int direction : new int[]{0, n / 2, n - 1}) {
            double expected = 0;
            for (long token = 0; token < TOKENS; token++) {
                double dot = 0;
                for (int c = 0; c < n; c++) {
                    dot += Numbers.get(x, input, token * n + c) * Numbers.get(v, working, (long) direction * n + c);
                }
                expected += dot * dot;
            }
            mustBe(expected, sums.getAtIndex(ValueLayout.JAVA_DOUBLE, direction),
                    (working == Element.F64 ? 1e-12 : 1e-5) * expected);
        }
    }

    /** One pass over all tokens. */
    @Benchmark
    public MemorySegment project() {
        if (yardstick != null) {
            yardstick.project(Yardstick.code(input), x, TOKENS, n,
                    working == Element.F64 ? Yardstick.DOUBLE : Yardstick.SINGLE, v, n, sums);
            return sums;
        }
        sums.fill((byte) 0);
        if (input == working) {
            kernels.addSquaredProjections(
                    working, x, 0, (long) n * working.bytes(), TOKENS, n, panels, n, scratch, sums);
            return sums;
        }
        for (int token = 0; token < TOKENS; token += BLOCK) {
            kernels.convert(x, (long) token * n * input.bytes(), input, BLOCK * n, block, 0, working, 0);
            kernels.addSquaredProjections(
                    working, block, 0, (long) n * working.bytes(), BLOCK, n, panels, n, scratch, sums);
        }
        return sums;
    }
}
