package io.github.logalign.bench;

import io.github.logalign.ActivationSpectrum;
import io.github.logalign.SpectrumOptions;
import io.github.logalign.WeightSpectrum;
import io.github.logalign.internal.simd.Element;
import io.github.logalign.matrix.Method;
import io.github.logalign.matrix.Precision;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;

/** A whole score: the spectrum of an m x n layer, the projection of 1,024 tokens, the overlap. */
@OutputTimeUnit(TimeUnit.MILLISECONDS)
public class ScoreBenchmark extends CheckedBenchmark {

    private static final int TOKENS = 1024;

    /** m x n; some are prime, one is wide. 4096x4096 is not among them: it takes 40 minutes. */
    @Param({"509x61", "2003x769", "8192x768", "768x3072"})
    public String shape;

    /** What W and X are stored as. */
    @Param("F32")
    public Element input;

    /** How the spectrum is computed. */
    @Param({"SVD", "GRAM"})
    public Method method;

    /** In what precision. */
    @Param({"DOUBLE", "SINGLE"})
    public Precision precision;

    /** How many threads work; C has one. */
    @Param("1")
    public int threads;

    /** Who computes. */
    @Param({"java", "c", "scalar"})
    public String implementation;

    private Yardstick yardstick;
    private int m;
    private int n;
    private MemorySegment w;
    private MemorySegment x;
    private Result expected;

    /** What is compared. */
    private record Result(double[] p, double overlap) {}

    @Override
    protected void prepare() {
        Implementation found = Implementation.ofLibrary(implementation);
        yardstick = found.yardstick();
        if (yardstick != null && threads > 1) {
            throw new IllegalArgumentException("C has one thread");
        }
        String[] sides = shape.split("x");
        m = Integer.parseInt(sides[0]);
        n = Integer.parseInt(sides[1]);
        w = Numbers.normal(arena, input, m, n, 1);
        x = Numbers.normal(arena, input, TOKENS, n, 2);
        expected = yardstick == null ? inC(Yardstick.open()) : inJava();
    }

    /** Java against C. */
    @Override
    protected void check() {
        Result got = yardstick == null ? inJava() : inC(yardstick);
        double tolerance = precision == Precision.DOUBLE ? 1e-10 : 1e-5;
        mustBe(expected.overlap, got.overlap, tolerance * expected.overlap);
        for (int i = 0; i < Math.min(m, n); i++) {
            mustBe(expected.p[i], got.p[i], tolerance);
        }
    }

    /** One score. */
    @Benchmark
    public Object score() {
        return yardstick == null ? inJava() : inC(yardstick);
    }

    private Result inJava() {
        SpectrumOptions options = SpectrumOptions.DEFAULT.withMethod(method).withPrecision(precision)
                .withThreads(threads);
        try (Arena vectors = Arena.ofShared()) {
            WeightSpectrum spectrum = WeightSpectrum.of(Numbers.matrix(w, input, m, n), options, vectors);
            ActivationSpectrum q = spectrum.project(Numbers.matrix(x, input, TOKENS, n));
            return new Result(spectrum.p(), spectrum.alignment(q).overlap());
        }
    }

    private Result inC(Yardstick c) {
        try (Arena results = Arena.ofConfined()) {
            MemorySegment p = results.allocate(8L * Math.min(m, n), 64);
            MemorySegment q = results.allocate(8L * Math.min(m, n), 64);
            double overlap = c.score(
                    Yardstick.code(input), w, m, n, x, TOKENS,
                    method == Method.SVD ? Yardstick.SVD : Yardstick.GRAM,
                    precision == Precision.DOUBLE ? Yardstick.DOUBLE : Yardstick.SINGLE, p, q);
            return new Result(p.toArray(ValueLayout.JAVA_DOUBLE), overlap);
        }
    }
}
