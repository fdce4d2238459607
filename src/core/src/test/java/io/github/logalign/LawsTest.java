package io.github.logalign;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.Samples.Kind;
import io.github.logalign.matrix.Matrix;
import io.github.logalign.matrix.Method;
import io.github.logalign.matrix.Precision;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The laws of the quantity, by every method, against a reference that shares no code with the kernels. */
@Tag("widths")
class LawsTest {

    private static final double TIGHT = 1e-12;

    record Case(Kind kind, int m, int n, int tokens, long seed) {
        @Override
        public String toString() {
            return kind + " " + m + " x " + n + ", " + tokens + " tokens, seed " + seed;
        }

        double[][] w() {
            return Samples.make(kind, m, n, new Random(seed));
        }

        double[][] x() {
            return Samples.normal(tokens, n, new Random(seed + 1000));
        }
    }

    static Stream<Case> cases() {
        List<Case> cases = new ArrayList<>();
        int[][] shapes = {
            {1, 2}, {1, 17}, {2, 2}, {17, 2}, {3, 5}, {5, 3}, {7, 8}, {8, 7}, {9, 8}, {8, 9}, {15, 16}, {16, 17},
            {23, 25},
            {31, 13}, {13, 31}, {37, 41}, {41, 37}, {53, 24}, {24, 53}, {29, 29}, {64, 33}
        };
        Random seeds = new Random(20261);
        for (Kind kind : Kind.values()) {
            for (int[] shape : shapes) {
                cases.add(new Case(kind, shape[0], shape[1], 1 + seeds.nextInt(40), seeds.nextInt(1_000_000)));
            }
        }
        return cases.stream();
    }

    private static double overlap(Method method, Precision precision, Matrix w, Matrix x) {
        try (Arena arena = Arena.ofConfined()) {
            SpectrumOptions options = SpectrumOptions.DEFAULT.withMethod(method).withPrecision(precision);
            WeightSpectrum spectrum = WeightSpectrum.of(w, options, arena);
            return spectrum.alignment(spectrum.project(x)).overlap();
        }
    }

    private static double normForm(Matrix w, Matrix x) {
        AlignmentSums sums = AlignmentSums.of(w);
        sums.add(x, null);
        return sums.alignment().overlap();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void everyRouteGivesTheExactOverlap(Case c) {
        double[][] w = c.w();
        double[][] x = c.x();
        double exact = Reference.overlap(w, x);
        Matrix mw = Samples.matrix(w);
        Matrix mx = Samples.matrix(x);
        for (Method method : Method.values()) {
            assertEquals(exact, overlap(method, Precision.DOUBLE, mw, mx), 2e-14, method::name);
            assertEquals(exact, overlap(method, Precision.SINGLE, mw, mx), 2e-5, () -> method + " in single precision");
        }
        assertEquals(exact, normForm(mw, mx), 1e-13 * exact + 1e-300);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theErrorEstimateCoversTheError(Case c) {
        double[][] w = c.w();
        double[][] x = c.x();
        double exact = Reference.lar(c.n, Reference.overlap(w, x));
        for (Method method : new Method[]{Method.SVD, Method.GRAM}) {
            for (Precision precision : Precision.values()) {
                try (Arena arena = Arena.ofConfined()) {
                    WeightSpectrum spectrum = WeightSpectrum.of(
                            Samples.matrix(w), new SpectrumOptions(method, precision, true, 1), arena);
                    Alignment alignment = spectrum.alignment(spectrum.project(Samples.matrix(x)));
                    double error = Math.abs(alignment.lar() - exact);
                    double estimate = ((Alignment.Defined) alignment).larErrorEstimate();
                    assertTrue(
                            error <= estimate, () -> method + " " + precision + ": error " + error + " > " + estimate);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void spectraMatchTheReference(Case c) {
        if (c.kind == Kind.SUBNORMAL || c.kind == Kind.HUGE || c.kind == Kind.TINY) {
            // The reference squares without scaling; the exact norm form covers these.
            assertTrue(normForm(Samples.matrix(c.w()), Samples.matrix(c.x())) > 0);
            return;
        }
        Reference.Svd reference = Reference.svd(c.w());
        double[] p = reference.p();
        double[] q = reference.q(c.x());
        for (Method method : Method.values()) {
            try (Arena arena = Arena.ofConfined()) {
                WeightSpectrum spectrum = WeightSpectrum.of(Samples.matrix(c.w()),
                        SpectrumOptions.DEFAULT.withMethod(method), arena);
                assertArrayEquals(p, spectrum.p(), TIGHT, method::name);
                assertEquals(1, Arrays.stream(spectrum.p()).sum(), 1e-13);
                double[] got = spectrum.project(Samples.matrix(c.x())).q();
                assertTrue(Arrays.stream(got).sum() <= 1 + 1e-13);
                for (int[] group : groups(reference.sigma())) {
                    // Directions of nearly 0 mix with the null space, which a wide W's q does not hold.
                    if (c.m >= c.n || reference.sigma()[group[1] - 1] > 1e-3 * reference.sigma()[0]) {
                        assertEquals(sum(q, group), sum(got, group), 1e-8, () -> method + " group " + group[0]);
                    }
                }
            }
        }
    }

    /** Runs of singular values that are closer than the vectors can tell apart. */
    private static List<int[]> groups(double[] sigma) {
        List<int[]> groups = new ArrayList<>();
        int start = 0;
        for (int i = 1; i <= sigma.length; i++) {
            if (i == sigma.length || sigma[i - 1] - sigma[i] > 1e-4 * sigma[0]) {
                groups.add(new int[]{start, i});
                start = i;
            }
        }
        return groups;
    }

    private static double sum(double[] values, int[] group) {
        return Arrays.stream(values, group[0], group[1]).sum();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void rightSingularVectorsAreOrthonormal(Case c) {
        for (Method method : Method.values()) {
            try (Arena arena = Arena.ofConfined()) {
                WeightSpectrum spectrum = WeightSpectrum.of(Samples.matrix(c.w()),
                        SpectrumOptions.DEFAULT.withMethod(method), arena);
                Matrix v = spectrum.rightSingularVectors(arena);
                assertEquals(Math.min(c.m, c.n), v.rows());
                for (int i = 0; i < v.rows(); i++) {
                    for (int j = 0; j <= i; j++) {
                        double dot = 0;
                        for (int k = 0; k < c.n; k++) {
                            dot += v.get(i, k) * v.get(j, k);
                        }
                        assertEquals(i == j ? 1 : 0, dot, 1e-13, method::name);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void symmetriesChangeNothing(Case c) {
        Random random = new Random(c.seed + 5);
        double[][] w = c.w();
        double[][] x = c.x();
        Matrix mw = Samples.matrix(w);
        Matrix mx = Samples.matrix(x);
        double[][] permuted = x.clone();
        Collections.shuffle(Arrays.asList(permuted), random);
        double[][] repeated = new double[3 * x.length][];
        for (int t = 0; t < repeated.length; t++) {
            repeated[t] = x[t % x.length];
        }
        for (Method method : Method.values()) {
            double plain = overlap(method, Precision.DOUBLE, mw, mx);
            assertEquals(plain, overlap(method, Precision.DOUBLE, mw, Samples.matrix(permuted)), 2e-15);
            assertEquals(plain, overlap(method, Precision.DOUBLE, mw, Samples.matrix(repeated)), 2e-15);
            for (double factor : new double[]{0x1p100, 0x1p-100}) {
                if (c.kind != Kind.HUGE && c.kind != Kind.TINY && c.kind != Kind.SUBNORMAL) {
                    double again = overlap(method, Precision.DOUBLE, Samples.matrix(Samples.scaled(w, factor)), mx);
                    assertEquals(plain, again, 2e-14);
                }
                assertEquals(plain, overlap(method, Precision.DOUBLE, mw, Samples.matrix(Samples.scaled(x, factor))),
                        2e-14);
            }
            if (c.kind != Kind.HUGE && c.kind != Kind.TINY && c.kind != Kind.SUBNORMAL) {
                double[][] left = Samples.multiply(Samples.orthogonal(c.m, random), w);
                assertEquals(plain, overlap(method, Precision.DOUBLE, Samples.matrix(left), mx), 1e-13);
                double[][] basis = Samples.orthogonal(c.n, random);
                assertEquals(
                        plain,
                        overlap(method, Precision.DOUBLE, Samples.matrix(Samples.multiply(w, basis)),
                                Samples.matrix(Samples.multiply(x, basis))),
                        1e-13);
            }
        }
    }

    @Test
    void isotropicInputsGiveOneHalf() {
        int n = 19;
        double[][] identity = new double[n][n];
        for (int i = 0; i < n; i++) {
            identity[i][i] = 3;
        }
        double[][] w = Samples.normal(40, n, new Random(3));
        for (Method method : Method.values()) {
            double overlap = overlap(method, Precision.DOUBLE, Samples.matrix(w), Samples.matrix(identity));
            assertEquals(1.0 / n, overlap, 1e-16);
            assertEquals(0.5, Reference.lar(n, overlap), 1e-14);
        }
    }

    @Test
    void tokensArePooledAndLarsAreNotAveraged() {
        Random random = new Random(11);
        double[][] w = Samples.make(Kind.LOW_RANK, 30, 20, random);
        double[][] x = Samples.normal(60, 20, random);
        for (int t = 0; t < 30; t++) {
            x[t] = Samples.scaled(new double[][]{w[t % 5]}, 1e3)[0];
        }
        try (Arena arena = Arena.ofConfined()) {
            WeightSpectrum spectrum = WeightSpectrum.of(Samples.matrix(w), arena);
            ActivationSums first = spectrum.accumulator();
            first.add(Samples.matrix(Arrays.copyOfRange(x, 0, 30)));
            ActivationSums second = spectrum.accumulator();
            second.add(Samples.matrix(Arrays.copyOfRange(x, 30, 60)));
            double larOfFirst = spectrum.alignment(first.spectrum()).lar();
            double larOfSecond = spectrum.alignment(second.spectrum()).lar();
            first.merge(second);
            double pooled = spectrum.alignment(first.spectrum()).lar();
            double whole = spectrum.alignment(spectrum.project(Samples.matrix(x))).lar();
            assertEquals(whole, pooled, 1e-14);
            assertNotEquals(pooled, (larOfFirst + larOfSecond) / 2, 0.01);
            assertEquals(60, first.spectrum().tokens());
        }
    }

    @Test
    void sumsOfDifferentMagnitudesMerge() {
        Random random = new Random(12);
        double[][] w = Samples.normal(30, 20, random);
        double[][] small = Samples.scaled(Samples.normal(9, 20, random), 1e-250);
        double[][] large = Samples.scaled(Samples.normal(9, 20, random), 1e250);
        try (Arena arena = Arena.ofConfined()) {
            WeightSpectrum spectrum = WeightSpectrum.of(Samples.matrix(w), arena);
            ActivationSums sums = spectrum.accumulator();
            sums.add(Samples.matrix(small));
            double ofSmall = spectrum.alignment(sums.spectrum()).overlap();
            assertEquals(Reference.overlap(w, small), ofSmall, 1e-15);
            sums.add(Samples.matrix(large));
            sums.add(Samples.matrix(small));
            assertEquals(Reference.overlap(w, large), spectrum.alignment(sums.spectrum()).overlap(), 1e-15);
            AlignmentSums norm = AlignmentSums.of(Samples.matrix(w));
            norm.add(Samples.matrix(small), null);
            norm.add(Samples.matrix(large), null);
            assertEquals(Reference.overlap(w, large), norm.alignment().overlap(), 1e-15);
        }
    }
}
