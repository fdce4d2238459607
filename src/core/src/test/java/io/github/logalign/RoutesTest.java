package io.github.logalign;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.Samples.Kind;
import io.github.logalign.internal.engine.Planner;
import io.github.logalign.matrix.Computation;
import io.github.logalign.matrix.Matrix;
import io.github.logalign.matrix.Method;
import io.github.logalign.matrix.Precision;
import io.github.logalign.matrix.NormRoute;
import io.github.logalign.matrix.SvdRoute;
import io.github.logalign.matrix.Products;
import io.github.logalign.matrix.Routine;
import io.github.logalign.score.ScoreMethod;
import io.github.logalign.score.ScoreOptions;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every route, by kernels and by BLAS, gives the same numbers; the planner takes the cheap one, and the result says which. */
@Tag("widths")
class RoutesTest {

    record Case(int m, int n, int tokens, Kind kind) {}

    static Stream<Case> cases() {
        List<Case> cases = new ArrayList<>();
        for (Kind kind : new Kind[]{Kind.NORMAL, Kind.LOW_RANK, Kind.OUTLIER, Kind.HUGE, Kind.SUBNORMAL}) {
            cases.add(new Case(1, 2, 1, kind));
            cases.add(new Case(37, 37, 9, kind));
            cases.add(new Case(101, 53, 61, kind));
            cases.add(new Case(53, 101, 61, kind));
            cases.add(new Case(700, 31, 67, kind));
        }
        return cases.stream();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void allRoutesAgree(Case c) {
        Random random = new Random(c.m * 31L + c.n);
        double[][] w = Samples.make(c.kind, c.m, c.n, random);
        double[][] x = Samples.normal(c.tokens, c.n, random);
        double exact = Reference.overlap(w, x);
        Matrix mw = Samples.matrix(w);
        Matrix mx = Samples.matrix(x);
        for (Precision precision : Precision.values()) {
            double tolerance = precision == Precision.DOUBLE ? 2e-14 : 2e-5;
            for (Products products : Products.values()) {
                SpectrumOptions svd = new SpectrumOptions(Method.SVD, precision, true, 1).withProducts(products);
                for (SpectrumOptions options : List.of(
                        svd, svd.withRoute(SvdRoute.DIRECT), svd.withRoute(SvdRoute.TRIANGLE),
                        svd.withMethod(Method.GRAM),
                        svd.withMethod(Method.AUTO))) {
                    try (Arena arena = Arena.ofConfined()) {
                        WeightSpectrum spectrum = WeightSpectrum.of(mw, options, arena);
                        ActivationSpectrum q = spectrum.project(mx);
                        assertEquals(exact, spectrum.alignment(q).overlap(), tolerance, options::toString);
                        assertProducts(products, q.computation());
                    }
                }
                for (NormRoute route : NormRoute.values()) {
                    AlignmentSums packed = AlignmentSums.of(mw, AlignmentOptions.DEFAULT.withPrecision(precision)
                            .withRoute(route).withProducts(products).withPackedWeights());
                    packed.add(mx, null);
                    assertEquals(exact, packed.alignment().overlap(), tolerance, () -> route + " " + products);
                    AlignmentSums sums = AlignmentSums.of(mw,
                            AlignmentOptions.DEFAULT.withPrecision(precision).withRoute(route).withProducts(products));
                    sums.add(mx, null);
                    assertEquals(exact, sums.alignment().overlap(), tolerance, () -> route + " " + products);
                    assertProducts(products, sums.computation());
                }
            }
        }
    }

    private static void assertProducts(Products products, Computation computation) {
        Computation.Step step = computation.steps().getLast();
        Routine ofBlas = step.kind() == Computation.Kind.INNER ? Routine.SYRK : Routine.GEMM;
        switch (products) {
            case KERNEL -> assertEquals(Set.of(Routine.KERNEL), step.products());
            case BLAS -> assertEquals(Set.of(ofBlas), step.products());
            case AUTO -> assertFalse(step.products().isEmpty());
        }
    }

    private static Computation.Kind onlyKind(Computation computation) {
        List<Computation.Kind> kinds = computation.steps().stream().map(Computation.Step::kind).distinct().toList();
        assertEquals(1, kinds.size(), computation::toString);
        return kinds.getFirst();
    }

    @Test
    void thePlannerTakesTheCheapRoute() {
        assertEquals(SvdRoute.TRIANGLE, Planner.svd(50_257, 768, SvdRoute.AUTO));
        assertEquals(SvdRoute.DIRECT, Planner.svd(768, 768, SvdRoute.AUTO));
        assertEquals(SvdRoute.TRIANGLE, Planner.svd(768, 3072, SvdRoute.AUTO));
        assertEquals(SvdRoute.DIRECT, Planner.svd(50_257, 768, SvdRoute.DIRECT));
        assertEquals(NormRoute.INNER, Planner.normForm(50_257, 768, 4096, NormRoute.AUTO));
        assertEquals(NormRoute.OUTPUTS, Planner.normForm(50_257, 768, 8, NormRoute.AUTO));
        assertEquals(NormRoute.OUTPUTS, Planner.normForm(16, 4096, 4096, NormRoute.AUTO));
        // Two Gram matrices of 32,000 x 32,000 are not kept in memory.
        assertEquals(NormRoute.OUTPUTS, Planner.normForm(1_000_000, 32_000, 1_000_000, NormRoute.AUTO));
    }

    @Test
    void whatRanIsSaid() {
        Random random = new Random(5);
        Matrix w = Samples.matrix(Samples.normal(400, 20, random));
        Matrix x = Samples.matrix(Samples.normal(100, 20, random));
        try (Arena arena = Arena.ofConfined()) {
            SpectrumOptions svd = SpectrumOptions.DEFAULT;
            assertEquals("dtpqrt+dgesdd", WeightSpectrum.of(w, svd, arena).computation().toString());
            assertEquals("dgesdd",
                    WeightSpectrum.of(w, svd.withRoute(SvdRoute.DIRECT), arena).computation().toString());
            SpectrumOptions gram = svd.withMethod(Method.GRAM);
            assertEquals("dsyrk+dsytrd+dstedc",
                    WeightSpectrum.of(w, gram.withProducts(Products.BLAS), arena).computation().toString());
            assertEquals("kernel+dsytrd+dstedc",
                    WeightSpectrum.of(w, gram.withProducts(Products.KERNEL), arena).computation().toString());
            AlignmentSums norm = AlignmentSums.of(w,
                    AlignmentOptions.DEFAULT.withRoute(NormRoute.OUTPUTS).withProducts(Products.KERNEL));
            norm.add(x);
            assertEquals("outputs by kernel", norm.computation().toString());
        }
    }

    @Test
    void routesOfOtherMethodsAreRefused() {
        SpectrumOptions svd = SpectrumOptions.DEFAULT;
        SpectrumOptions gram = svd.withMethod(Method.GRAM);
        assertThrows(IllegalArgumentException.class, () -> gram.withRoute(SvdRoute.TRIANGLE));
        SpectrumOptions auto = svd.withMethod(Method.AUTO);
        assertThrows(IllegalArgumentException.class, () -> auto.withRoute(SvdRoute.TRIANGLE));
        assertRefused("triangle is no route of the norm form", ScoreMethod.NORM, SvdRoute.TRIANGLE, NormRoute.AUTO);
        assertRefused("inner is no route of an SVD", ScoreMethod.SVD, SvdRoute.AUTO, NormRoute.INNER);
        assertRefused("outputs is no route of an SVD", ScoreMethod.GRAM, SvdRoute.AUTO, NormRoute.OUTPUTS);
        assertRefused("direct is a route of the method svd only", ScoreMethod.AUTO, SvdRoute.DIRECT, NormRoute.AUTO);
    }

    private static void assertRefused(String message, ScoreMethod method, SvdRoute svd, NormRoute norm) {
        assertEquals(message,
                assertThrows(IllegalArgumentException.class,
                        () -> new ScoreOptions(method, Precision.DOUBLE, svd, norm, Products.AUTO)).getMessage());
    }

    @Test
    void anInnerProductThatIsTooInaccurateGivesWayToTheOutputs() {
        // All inputs lie along a direction with many coordinates that W all but ignores: an overlap of about 1e-20, which the
        // products of the entries of the Gram matrices cancel to.
        int n = 16;
        Random random = new Random(7);
        double[][] w = Samples.normal(200, n, random);
        double[][] x = Samples.normal(60, n, random);
        for (double[] row : w) {
            row[n - 1] *= 1e-10;
        }
        for (double[] token : x) {
            for (int c = 0; c < n - 1; c++) {
                token[c] = 0;
            }
        }
        double[][] rotation = Samples.orthogonal(n, random);
        w = Samples.multiply(w, rotation);
        x = Samples.multiply(x, rotation);
        double exact = Reference.overlap(w, x);
        assertTrue(exact < 1e-19);
        AlignmentSums sums = AlignmentSums.of(Samples.matrix(w));
        sums.add(Samples.matrix(x), null);
        assertEquals(Computation.Kind.OUTPUTS, onlyKind(sums.computation()));
        assertEquals(exact, sums.alignment().overlap(), 1e-5 * exact);
    }

    @Test
    void batchesReuseTheGramMatrixOfTheWeights() {
        Random random = new Random(9);
        double[][] w = Samples.normal(300, 24, random);
        double[][] x = Samples.normal(90, 24, random);
        double exact = Reference.overlap(w, x);
        for (int threads : new int[]{1, 2}) {
            AlignmentSums sums = AlignmentSums.of(
                    Samples.matrix(w), AlignmentOptions.DEFAULT.withThreads(threads));
            for (int batch = 0; batch < 3; batch++) {
                sums.add(Samples.matrix(x).rows(30L * batch, 30), null);
            }
            assertEquals(Computation.Kind.INNER, onlyKind(sums.computation()));
            assertEquals(exact, sums.alignment().overlap(), 2e-14);
            sums.reset();
            assertEquals(0, sums.tokens());
            sums.add(Samples.matrix(x), null);
            assertEquals(exact, sums.alignment().overlap(), 2e-14);
        }
    }

    @Test
    void sumsAreReusedForOtherTokens() {
        Random random = new Random(10);
        Matrix w = Samples.matrix(Samples.normal(60, 24, random));
        Matrix first = Samples.matrix(Samples.scaled(Samples.normal(30, 24, random), 1e200));
        Matrix second = Samples.matrix(Samples.normal(20, 24, random));
        try (Arena arena = Arena.ofConfined()) {
            WeightSpectrum spectrum = WeightSpectrum.of(w, arena);
            ActivationSums sums = spectrum.accumulator();
            sums.add(first);
            sums.reset();
            sums.add(second);
            assertEquals(spectrum.alignment(spectrum.project(second)), spectrum.alignment(sums.spectrum()));
            assertEquals(20, sums.spectrum().tokens());
        }
    }

    @Test
    void onlyTheFirstBlocksOfLargeWeightsAreOrdinary() {
        // The magnitude that needs scaling comes last: what was read before it must not count.
        double[][] w = Samples.normal(3000, 12, new Random(11));
        double[][] x = Samples.normal(20, 12, new Random(12));
        for (double factor : new double[]{1e250, 1e-250}) {
            double[][] mixed = Samples.scaled(w, factor < 1 ? factor : 1);
            mixed[2999] = Samples.scaled(new double[][]{w[2999]}, factor)[0];
            double exact = Reference.overlap(mixed, x);
            for (Method method : Method.values()) {
                for (Precision precision : Precision.values()) {
                    try (Arena arena = Arena.ofConfined()) {
                        WeightSpectrum spectrum = WeightSpectrum.of(
                                Samples.matrix(mixed), new SpectrumOptions(method, precision, true, 1), arena);
                        double overlap = spectrum.alignment(spectrum.project(Samples.matrix(x))).overlap();
                        assertEquals(exact, overlap, precision == Precision.DOUBLE ? 2e-14 : 2e-5);
                    }
                }
            }
        }
    }
}
