package io.github.logalign;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.Samples.Kind;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What errors are measured against is right to 35 digits. */
class PreciseReferenceTest {

    private static final BigDecimal TOLERANCE = new BigDecimal("1e-35");

    @ParameterizedTest
    @CsvSource({
        "NORMAL, 9, 5", "NORMAL, 6, 6", "NORMAL, 5, 9", "LOW_RANK, 9, 5", "LOW_RANK, 6, 6", "LOW_RANK, 5, 9",
        "RANK_ONE, 6, 6", "HILBERT, 9, 5", "HILBERT, 5, 9", "EQUAL_SINGULAR_VALUES, 9, 5"
    })
    void itIsASingularValueDecomposition(Kind kind, int m, int n) {
        Random random = new Random(7);
        double[][] w = Samples.make(kind, m, n, random);
        double[][] x = Samples.normal(11, n, random);
        PreciseReference reference = PreciseReference.of(w);
        BigDecimal[][] rows = Arrays.stream(w)
                .map(row -> Arrays.stream(row).mapToObj(BigDecimal::new).toArray(BigDecimal[]::new))
                .toArray(BigDecimal[][]::new);
        BigDecimal[][] images = Arrays.stream(reference.vectors())
                .map(v -> Arrays.stream(rows).map(row -> PreciseReference.dot(row, v)).toArray(BigDecimal[]::new))
                .toArray(BigDecimal[][]::new);
        for (int i = 0; i < n; i++) {
            for (int j = 0; j <= i; j++) {
                BigDecimal[][] v = reference.vectors();
                near(i == j ? BigDecimal.ONE : BigDecimal.ZERO, PreciseReference.dot(v[i], v[j]), BigDecimal.ONE);
                near(
                        i == j && i < m ? reference.squares()[i] : BigDecimal.ZERO,
                        PreciseReference.dot(images[i], images[j]), reference.squares()[0]);
            }
        }
        double overlap = PreciseReference.dot(reference.p(), reference.q(x)).doubleValue();
        assertEquals(Reference.overlap(w, x), overlap, Math.ulp(overlap));
    }

    @Test
    void logarithmsHaveAllDigits() {
        near(new BigDecimal("0.5"), PreciseReference.lar(2, new BigDecimal("0.5")), BigDecimal.ONE);
        near(new BigDecimal("-19"), PreciseReference.lar(10, new BigDecimal("1e-40")), BigDecimal.ONE);
    }

    private static void near(BigDecimal wanted, BigDecimal found, BigDecimal scale) {
        BigDecimal error = wanted.subtract(found).abs();
        assertTrue(error.compareTo(scale.multiply(TOLERANCE)) <= 0, () -> found + " is not " + wanted);
    }
}
