package io.github.logalign.bench;

import io.github.logalign.internal.simd.Element;
import io.github.logalign.internal.simd.Kernels;
import java.lang.foreign.MemorySegment;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/** The sum of squares, in F64. */
public class SquaresBenchmark extends CheckedBenchmark {

    /** What is summed. */
    @Param({"F64", "F32", "BF16"})
    public Element input;

    /** How many: about what the library sums at a time, and more than the caches hold of F64; both are prime. */
    @Param({"16381", "4194301"})
    public int count;

    /** Who computes. */
    @Param({"vector", "c", "scalar"})
    public String implementation;

    private Kernels kernels;
    private Yardstick yardstick;
    private MemorySegment values;

    @Override
    protected void prepare() {
        Implementation found = Implementation.of(implementation);
        kernels = found.kernels();
        yardstick = found.yardstick();
        values = Numbers.normal(arena, input, 1, count, 1);
    }

    @Override
    protected void check() {
        double expected = Numbers.squares(values, input);
        mustBe(expected, squares(), 1e-11 * expected);
    }

    /** One pass. */
    @Benchmark
    public double squares() {
        return yardstick == null
                ? kernels.sumOfSquares(values, 0, input, count)
                : yardstick.squares(Yardstick.code(input), values, count);
    }
}
