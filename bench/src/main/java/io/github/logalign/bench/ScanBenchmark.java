package io.github.logalign.bench;

import io.github.logalign.internal.simd.Element;
import io.github.logalign.internal.simd.Kernels;
import java.lang.foreign.MemorySegment;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/** The largest magnitude of some numbers: what W and X are scanned for before anything else. */
public class ScanBenchmark extends CheckedBenchmark {

    /** What is scanned. */
    @Param({"F64", "F32", "F16", "BF16"})
    public Element input;

    /** How many: about what the library scans at a time, and more than the caches hold of F64; both are prime. */
    @Param({"16381", "4194301"})
    public int count;

    /** Who computes. */
    @Param({"vector", "scalar"})
    public String implementation;

    private Kernels kernels;
    private MemorySegment values;

    @Override
    protected void prepare() {
        kernels = Implementation.of(implementation).kernels();
        values = Numbers.normal(arena, input, 1, count, 1);
    }

    @Override
    protected void check() {
        double expected = 0;
        for (int i = 0; i < count; i++) {
            expected = Math.max(expected, Math.abs(Numbers.get(values, input, i)));
        }
        mustBe(expected, scan(), 0);
    }

    /** One pass. */
    @Benchmark
    public double scan() {
        return kernels.maxMagnitude(values, 0, input, count);
    }
}
