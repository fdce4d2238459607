package io.github.logalign.bench;

import io.github.logalign.AlignmentOptions;
import io.github.logalign.AlignmentSums;
import io.github.logalign.internal.simd.Element;
import io.github.logalign.matrix.Matrix;
import java.lang.foreign.MemorySegment;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/**
 * The overlap from W, from the 1,024 tokens of X and from the outputs Z, all in memory: one pass over each. Z is of any
 * numbers: no more is asked of it than to be read.
 */
public class NormFormBenchmark extends CheckedBenchmark {

    private static final int TOKENS = 1024;

    /** m x n; some are prime. */
    @Param({"509x61", "2003x769", "8192x768"})
    public String shape;

    /** What the matrices are stored as. */
    @Param({"F32", "BF16"})
    public Element input;

    /** How many threads work; C has one. */
    @Param("1")
    public int threads;

    /** Who computes. */
    @Param({"java", "c", "scalar"})
    public String implementation;

    private Yardstick yardstick;
    private Matrix w;
    private Matrix x;
    private Matrix z;

    @Override
    protected void prepare() {
        yardstick = Implementation.ofLibrary(implementation).yardstick();
        if (yardstick != null && threads > 1) {
            throw new IllegalArgumentException("C has one thread");
        }
        String[] sides = shape.split("x");
        int m = Integer.parseInt(sides[0]);
        int n = Integer.parseInt(sides[1]);
        w = Numbers.matrix(Numbers.normal(arena, input, m, n, 1), input, m, n);
        x = Numbers.matrix(Numbers.normal(arena, input, TOKENS, n, 2), input, TOKENS, n);
        z = Numbers.matrix(Numbers.normal(arena, input, TOKENS, m, 3), input, TOKENS, m);
    }

    @Override
    protected void check() {
        double weights = Numbers.squares(w.segment(), input);
        double inputs = Numbers.squares(x.segment(), input);
        double outputs = Numbers.squares(z.segment(), input);
        double expected = outputs / (weights * inputs);
        mustBe(expected, overlap(), 1e-11 * expected);
    }

    /** One overlap. */
    @Benchmark
    public double overlap() {
        if (yardstick != null) {
            return squares(z) / (squares(w) * squares(x));
        }
        AlignmentSums sums = AlignmentSums.of(w, AlignmentOptions.DEFAULT.withThreads(threads));
        sums.add(x, z, null);
        return sums.alignment().overlap();
    }

    private double squares(Matrix matrix) {
        MemorySegment values = matrix.segment();
        return yardstick.squares(Yardstick.code(input), values, matrix.rows() * matrix.columns());
    }
}
