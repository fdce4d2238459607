package io.github.logalign.bench;

import io.github.logalign.internal.simd.Element;
import io.github.logalign.internal.simd.Kernels;
import java.lang.foreign.MemorySegment;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/** Conversion to the type that is computed in. F32 to F32 is a copy: as fast as memory allows. */
public class ConversionBenchmark extends CheckedBenchmark {

    /** What is read. */
    @Param({"F32", "F16", "BF16"})
    public Element input;

    /** What is written. */
    @Param({"F64", "F32"})
    public Element working;

    /** How many: about what the library converts at a time, and more than the caches hold of F64; both are prime. */
    @Param({"16381", "4194301"})
    public int count;

    /** Who computes. */
    @Param({"vector", "scalar"})
    public String implementation;

    private Kernels kernels;
    private MemorySegment values;
    private MemorySegment converted;

    @Override
    protected void prepare() {
        kernels = Implementation.of(implementation).kernels();
        values = Numbers.normal(arena, input, 1, count, 1);
        converted = arena.allocate((long) count * working.bytes(), 64);
    }

    @Override
    protected void check() {
        converted.fill((byte) -1);
        convert();
        for (int i = 0; i < count; i++) {
            mustBe(Numbers.get(values, input, i), Numbers.get(converted, working, i), 0);
        }
    }

    /** One pass. */
    @Benchmark
    public MemorySegment convert() {
        kernels.convert(values, 0, input, count, converted, 0, working, 0);
        return converted;
    }
}
