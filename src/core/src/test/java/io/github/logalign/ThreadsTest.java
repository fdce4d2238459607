package io.github.logalign;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.matrix.ElementType;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.matrix.Matrix;
import io.github.logalign.matrix.Method;
import io.github.logalign.matrix.Precision;
import io.github.logalign.matrix.TokenMask;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Several threads for one layer give the result of one thread, for any division into parts. */
class ThreadsTest {

    private static final int ROWS = 4099;
    private static final int COLUMNS = 61;
    private static final int TOKENS = 1801;

    private static double[][] w() {
        return Samples.normal(ROWS, COLUMNS, new Random(1));
    }

    private static double[][] x() {
        return Samples.normal(TOKENS, COLUMNS, new Random(2));
    }

    private static TokenMask mask() {
        boolean[] counting = new boolean[TOKENS];
        for (int token = 0; token < TOKENS; token++) {
            counting[token] = token % 7 != 3 && (token < 500 || token > 900);
        }
        return TokenMask.of(counting);
    }

    static Stream<Arguments> cases() {
        return Stream.of(2, 3, 5)
                .flatMap(threads -> Stream.of(Precision.values()).map(precision -> Arguments.of(threads, precision)));
    }

    @ParameterizedTest(name = "{0} threads, {1}")
    @MethodSource("cases")
    void manyGiveWhatOneGives(int threads, Precision precision) {
        double tolerance = precision == Precision.DOUBLE ? 1e-14 : 1e-6;
        Matrix w = Samples.matrix(w());
        Matrix x = Samples.matrix(x());
        for (TokenMask mask : new TokenMask[]{null, mask()}) {
            try (Arena arena = Arena.ofShared()) {
                for (Method method : Method.values()) {
                    SpectrumOptions one = new SpectrumOptions(method, precision, true, 1);
                    WeightSpectrum expected = WeightSpectrum.of(w, one, arena);
                    WeightSpectrum got = WeightSpectrum.of(w, one.withThreads(threads), arena);
                    assertEquals(expected.computation(), got.computation());
                    assertArrayEquals(expected.p(), got.p(), tolerance);
                    ActivationSpectrum q = got.project(x, mask);
                    ActivationSpectrum wanted = expected.project(x, mask);
                    assertEquals(wanted.tokens(), q.tokens());
                    assertEquals(wanted.maskedTokens(), q.maskedTokens());
                    assertEquals(expected.alignment(wanted).lar(), got.alignment(q).lar(), tolerance);
                }
                AlignmentSums one = AlignmentSums.of(w, AlignmentOptions.DEFAULT.withPrecision(precision));
                one.add(x, mask);
                AlignmentSums several = AlignmentSums.of(
                        w, AlignmentOptions.DEFAULT.withPrecision(precision).withThreads(threads));
                several.add(x, mask);
                assertEquals(one.tokens(), several.tokens());
                assertEquals(one.maskedTokens(), several.maskedTokens());
                assertEquals(one.alignment().lar(), several.alignment().lar(), tolerance);
                several.merge(one);
                assertEquals(one.alignment().lar(), several.alignment().lar(), tolerance);
            }
        }
    }

    @Test
    void memoryOfOneThreadIsReadByThatThread() {
        double[][] weights = w();
        try (Arena confined = Arena.ofConfined()) {
            MemorySegment memory = confined.allocate(8L * ROWS * COLUMNS, 8);
            for (int i = 0; i < ROWS; i++) {
                MemorySegment.copy(weights[i], 0, memory, ValueLayout.JAVA_DOUBLE, 8L * i * COLUMNS, COLUMNS);
            }
            Matrix w = Matrix.of(memory, ElementType.F64, ROWS, COLUMNS);
            AlignmentSums sums = AlignmentSums.of(w, AlignmentOptions.DEFAULT.withThreads(4));
            sums.add(Samples.matrix(x()), null);
            AlignmentSums one = AlignmentSums.of(Samples.matrix(weights));
            one.add(Samples.matrix(x()), null);
            double expected = one.alignment().lar();
            assertEquals(expected, sums.alignment().lar(), 1e-13);
            for (Method method : Method.values()) {
                SpectrumOptions options = new SpectrumOptions(method, Precision.DOUBLE, true, 4);
                WeightSpectrum spectrum = WeightSpectrum.of(w, options, confined);
                assertEquals(expected, spectrum.alignment(spectrum.project(Samples.matrix(x()))).lar(), 1e-13);
            }
        }
    }

    @Test
    void theFirstBadElementIsNamed() {
        double[][] w = w();
        w[4000][60] = Double.NaN;
        w[1200][7] = Double.POSITIVE_INFINITY;
        SpectrumOptions options = SpectrumOptions.DEFAULT.withThreads(3);
        try (Arena arena = Arena.ofShared()) {
            LogalignException bad = assertThrows(
                    LogalignException.class, () -> WeightSpectrum.of(Samples.matrix(w), options, arena));
            assertTrue(bad.getMessage().contains("row 1200, column 7"), bad.getMessage());
            WeightSpectrum spectrum = WeightSpectrum.of(Samples.matrix(w()), options, arena);
            double[][] x = x();
            x[1700][1] = Double.NaN;
            ActivationSums sums = spectrum.accumulator();
            sums.add(Samples.matrix(x()));
            double before = spectrum.alignment(sums.spectrum()).lar();
            LogalignException badTokens = assertThrows(
                    LogalignException.class, () -> sums.add(Samples.matrix(x)));
            assertTrue(badTokens.getMessage().contains("row 1700, column 1"), badTokens.getMessage());
            assertEquals(before, spectrum.alignment(sums.spectrum()).lar(), "the sums are as they were");
        }
        assertThrows(IllegalArgumentException.class, () -> SpectrumOptions.DEFAULT.withThreads(0));
        assertThrows(
                IllegalArgumentException.class,
                () -> AlignmentOptions.DEFAULT.withThreads(0));
    }
}
