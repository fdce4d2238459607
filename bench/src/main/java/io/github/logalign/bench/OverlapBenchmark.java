package io.github.logalign.bench;

import io.github.logalign.internal.simd.Element;
import io.github.logalign.internal.simd.Kernels;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/** The overlap of two spectra: a dot product in F64. */
public class OverlapBenchmark extends CheckedBenchmark {

    /** The length of the spectra; one is prime. */
    @Param({"769", "4096"})
    public int n;

    /** Who computes. */
    @Param({"vector", "c", "scalar"})
    public String implementation;

    private Kernels kernels;
    private Yardstick yardstick;
    private MemorySegment p;
    private MemorySegment q;
    private double[] pInJava;
    private double[] qInJava;

    @Override
    protected void prepare() {
        Implementation found = Implementation.of(implementation);
        kernels = found.kernels();
        yardstick = found.yardstick();
        p = spectrum(1);
        q = spectrum(2);
        pInJava = p.toArray(ValueLayout.JAVA_DOUBLE);
        qInJava = q.toArray(ValueLayout.JAVA_DOUBLE);
    }

    private MemorySegment spectrum(long seed) {
        MemorySegment values = Numbers.normal(arena, Element.F64, 1, n, seed);
        for (int i = 0; i < n; i++) {
            double value = Numbers.get(values, Element.F64, i);
            values.setAtIndex(ValueLayout.JAVA_DOUBLE, i, value * value);
        }
        return values;
    }

    @Override
    protected void check() {
        double expected = 0;
        for (int i = 0; i < n; i++) {
            expected += pInJava[i] * qInJava[i];
        }
        mustBe(expected, overlap(), 1e-13 * expected);
    }

    /** One product. */
    @Benchmark
    public double overlap() {
        return yardstick == null ? kernels.dot(pInJava, qInJava) : yardstick.overlap(p, q, n);
    }
}
