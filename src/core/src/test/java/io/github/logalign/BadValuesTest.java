package io.github.logalign;

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
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** NaN and infinity are refused with their index, wherever they stand, and never reach LAPACK, which would hang. */
@Tag("widths")
class BadValuesTest {

    private static final int ROWS = 37;
    private static final int COLUMNS = 29;

    record Case(ElementType type, double value, int row, int column) {}

    static List<Case> cases() {
        List<Case> cases = new ArrayList<>();
        for (ElementType type : ElementType.values()) {
            for (double value : new double[]{Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
                cases.add(new Case(type, value, 0, 0));
                cases.add(new Case(type, value, ROWS / 2, COLUMNS / 2));
                cases.add(new Case(type, value, ROWS - 1, COLUMNS - 1));
            }
        }
        return cases;
    }

    private static Matrix ones(Arena arena, ElementType type) {
        MemorySegment segment = arena.allocate((long) ROWS * COLUMNS * type.bytes());
        Matrix matrix = Matrix.of(segment, type, ROWS, COLUMNS);
        for (int row = 0; row < ROWS; row++) {
            for (int column = 0; column < COLUMNS; column++) {
                put(matrix, row, column, 1 + (row * 7 + column * 3) % 5);
            }
        }
        return matrix;
    }

    private static void put(Matrix matrix, int row, int column, double value) {
        long index = row * matrix.stride() + column;
        MemorySegment segment = matrix.segment();
        switch (matrix.elementType()) {
            case F64 -> segment.setAtIndex(ValueLayout.JAVA_DOUBLE, index, value);
            case F32 -> segment.setAtIndex(ValueLayout.JAVA_FLOAT, index, (float) value);
            case F16 -> segment.setAtIndex(ValueLayout.JAVA_SHORT, index, Float.floatToFloat16((float) value));
            case BF16 -> {
                int bits = Float.floatToRawIntBits((float) value);
                segment.setAtIndex(ValueLayout.JAVA_SHORT, index, (short) (bits >>> 16));
            }
        }
    }

    private static void assertNames(Case c, LogalignException failure) {
        String message = failure.getMessage();
        assertTrue(message.contains("row " + c.row + ", column " + c.column), message);
        assertTrue(message.contains(String.valueOf(c.value)), message);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void inWeights(Case c) {
        try (Arena arena = Arena.ofConfined()) {
            Matrix w = ones(arena, c.type);
            put(w, c.row, c.column, c.value);
            // LAPACK would loop for ever over an infinity.
            for (Method method : Method.values()) {
                for (Precision precision : Precision.values()) {
                    SpectrumOptions options = new SpectrumOptions(method, precision, true, 1);
                    assertNames(c,
                            assertThrows(LogalignException.class, () -> WeightSpectrum.of(w, options, arena)));
                    assertNames(
                            new Case(c.type, c.value, /* row= */ c.column, /* column= */ c.row),
                            assertThrows(
                                    LogalignException.class,
                                    () -> WeightSpectrum.of(w.transposed(), options, arena)));
                    assertNames(c, assertThrows(LogalignException.class,
                            () -> AlignmentSums.of(w, AlignmentOptions.DEFAULT.withPrecision(precision))));
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void inActivations(Case c) {
        try (Arena arena = Arena.ofConfined()) {
            Matrix w = ones(arena, ElementType.F32);
            Matrix x = ones(arena, c.type);
            put(x, c.row, c.column, c.value);
            WeightSpectrum spectrum = WeightSpectrum.of(w, arena);
            assertNames(c, assertThrows(LogalignException.class, () -> spectrum.project(x)));
            AlignmentSums sums = AlignmentSums.of(w);
            assertNames(c, assertThrows(LogalignException.class, () -> sums.add(x, null)));
            assertEquals(0, sums.tokens());
            Matrix good = ones(arena, ElementType.F64);
            ActivationSums pooled = spectrum.accumulator();
            pooled.add(good);
            double before = spectrum.alignment(pooled.spectrum()).overlap();
            assertThrows(LogalignException.class, () -> pooled.add(x));
            assertEquals(before, spectrum.alignment(pooled.spectrum()).overlap());
            // What a mask leaves out is not read.
            boolean[] counting = new boolean[ROWS];
            for (int row = 0; row < ROWS; row++) {
                counting[row] = row != c.row;
            }
            ActivationSpectrum q = spectrum.project(x, TokenMask.of(counting));
            assertEquals(ROWS - 1, q.tokens());
            assertEquals(1, q.maskedTokens());
            assertTrue(Double.isFinite(spectrum.alignment(q).lar()));
            sums.add(x, TokenMask.of(counting));
            assertEquals(spectrum.alignment(q).lar(), sums.alignment().lar(), 1e-13);
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void inOutputs(Case c) {
        try (Arena arena = Arena.ofConfined()) {
            Matrix w = ones(arena, ElementType.F32);
            Matrix square = w.rows(0, COLUMNS);
            Matrix x = ones(arena, ElementType.F32);
            Matrix z = ones(arena, c.type);
            put(z, c.row, c.column, c.value);
            AlignmentSums sums = AlignmentSums.of(square);
            LogalignException failure = assertThrows(LogalignException.class, () -> sums.add(x, z, null));
            assertNames(c, failure);
            assertTrue(failure.getMessage().contains("outputs"), failure.getMessage());
            assertEquals(0, sums.tokens());
        }
    }

    @Test
    void nonFiniteValuesOfAFileInBigEndianOrColumns() {
        double[] values = new double[12];
        values[7] = Double.NaN;
        Matrix columns = new Matrix(
                MemorySegment.ofArray(values),
                ElementType.F64,
                4,
                3,
                4,
                Matrix.Orientation.COLUMN_MAJOR,
                java.nio.ByteOrder.nativeOrder());
        try (Arena arena = Arena.ofConfined()) {
            LogalignException failure = assertThrows(LogalignException.class, () -> WeightSpectrum.of(columns, arena));
            assertTrue(failure.getMessage().contains("row 3, column 1"), failure.getMessage());
        }
    }
}
