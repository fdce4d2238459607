package io.github.logalign;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.logalign.matrix.Matrix;
import io.github.logalign.matrix.Method;
import io.github.logalign.matrix.Precision;
import io.github.logalign.matrix.Routine;
import java.lang.foreign.Arena;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The Gram matrix of a wide W: its outputs are rotated where singular values are close enough to each other, and the right
 * singular vectors computed elsewhere. Both ways project as the SVD does.
 */
@Tag("widths")
class WideTest {

    private static final int M = 45;
    private static final int N = 131;
    private static final int TOKENS = 70;

    @ParameterizedTest
    @CsvSource({
        "DOUBLE, 1.5, true", "DOUBLE, 3, true", "DOUBLE, 100, true", "DOUBLE, 250, true", "DOUBLE, 260, false",
        "DOUBLE, 1e5, false", "DOUBLE, 1e12, false", "SINGLE, 1.5, true", "SINGLE, 3, true", "SINGLE, 60, true",
        "SINGLE, 70, false", "SINGLE, 1e4, false"
    })
    void projectsAsTheSvdDoes(Precision precision, double ratio, boolean rotated) {
        Random random = new Random(3);
        double[] sigma = singularValues(ratio);
        double[][] u = Samples.orthogonal(M, random);
        double[][] v = Samples.orthogonal(N, random);
        double[][] product = new double[M][N];
        for (int i = 0; i < M; i++) {
            for (int j = 0; j < N; j++) {
                for (int k = 0; k < M; k++) {
                    product[i][j] += u[i][k] * sigma[k] * v[k][j];
                }
            }
        }
        Matrix w = Samples.matrix(product);
        Matrix x = Samples.matrix(Samples.normal(TOKENS, N, random));
        try (Arena arena = Arena.ofConfined()) {
            WeightSpectrum bySvd = WeightSpectrum.of(w, SpectrumOptions.DEFAULT, arena);
            WeightSpectrum byGram = WeightSpectrum.of(
                    w, SpectrumOptions.DEFAULT.withMethod(Method.GRAM).withPrecision(precision), arena);
            boolean vectors = byGram.computation().steps().getFirst().factorisation().contains(Routine.GEQRF);
            assertEquals(rotated, !vectors);
            double[] expected = bySvd.project(x).q();
            ActivationSpectrum found = byGram.project(x);
            double[] q = found.q();
            double unit = precision.unitRoundoff();
            for (int i = 0; i < M; i++) {
                // Singular values differ by a factor, so that vectors mix little; the Gram matrix squares the ratio.
                double square = Math.min(1, unit * Math.pow(sigma[0] / sigma[i], 2) * M);
                int index = i;
                assertEquals(expected[i], q[i], 64 * unit + 8 * square * expected[i],
                        () -> "q of direction " + index);
            }
            assertEquals(bySvd.alignment(bySvd.project(x)).overlap(), byGram.alignment(found).overlap(), 16 * unit);
        }
    }

    /** From 1 down to 1 / ratio, each smaller than the one before by the same factor. */
    private static double[] singularValues(double ratio) {
        double[] sigma = new double[M];
        for (int i = 0; i < M; i++) {
            sigma[i] = Math.pow(ratio, -(double) i / (M - 1));
        }
        return sigma;
    }
}
