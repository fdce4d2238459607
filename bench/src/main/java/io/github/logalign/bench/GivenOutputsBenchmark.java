package io.github.logalign.bench;

import io.github.logalign.AlignmentOptions;
import io.github.logalign.AlignmentSums;
import io.github.logalign.internal.simd.Element;
import io.github.logalign.matrix.Matrix;
import io.github.logalign.probe.LayerProbe;
import io.github.logalign.probe.OutputsProbe;
import io.github.logalign.probe.ProbeOptions;
import io.github.logalign.probe.ProbeWindow;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/** What a service pays at each request whose inputs and outputs are there: for sums, and for a probe of every token. */
public class GivenOutputsBenchmark extends CheckedBenchmark {

    private static final int SIDE = 4096;

    /** Of one request. */
    @Param({"1", "64"})
    public int tokens;

    /** What the matrices are stored as. */
    @Param({"F32", "BF16"})
    public Element input;

    /** Who computes. */
    @Param({"java", "scalar"})
    public String implementation;

    private Matrix x;
    private Matrix z;
    private AlignmentSums sums;
    private OutputsProbe probe;

    @Override
    protected void prepare() {
        Implementation.ofLibrary(implementation);
        x = Numbers.matrix(Numbers.normal(arena, input, tokens, SIDE, 2), input, tokens, SIDE);
        z = Numbers.matrix(Numbers.normal(arena, input, tokens, SIDE, 3), input, tokens, SIDE);
        sums = AlignmentSums.of(SIDE, SIDE, (double) SIDE * SIDE, AlignmentOptions.DEFAULT);
        probe = LayerProbe.ofOutputs("layer", sums,
                ProbeOptions.DEFAULT.withSampling(1).withWindow(ProbeWindow.EVERYTHING));
    }

    @Override
    protected void check() {
        double expected = Numbers.squares(z.segment(), input)
                / (Numbers.squares(x.segment(), input) * SIDE * SIDE);
        sums.reset();
        sums.add(x, z, null);
        mustBe(expected, sums.alignment().overlap(), 1e-11 * expected);
        probe.record(x, z, null);
        mustBe(expected, probe.snapshot().alignment().overlap(), 1e-9 * expected);
    }

    /** One batch, added to sums. */
    @Benchmark
    public long add() {
        sums.add(x, z, null);
        return sums.tokens();
    }

    /** One batch, recorded by a probe. */
    @Benchmark
    public boolean record() {
        return probe.record(x, z, null);
    }
}
