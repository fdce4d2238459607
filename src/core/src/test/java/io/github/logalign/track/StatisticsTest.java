package io.github.logalign.track;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.internal.stats.StudentT;
import org.junit.jupiter.api.Test;

/** Slopes, correlations and Student's t against values from formulas and tables. */
class StatisticsTest {

    @Test
    void theSlopeOfALineIsExactAtAnyOffset() {
        Slope slope = Slope.fit(new long[]{4_000_000_000L, 4_000_000_100L, 4_000_000_350L},
                new double[]{0.7, 0.69, 0.665});
        assertEquals(-0.1, slope.perThousandSteps(), 1e-9);
        assertEquals(0, slope.standardError(), 1e-9);
    }

    @Test
    void theStandardErrorComesFromTheResiduals() {
        // By hand: x = 0..3, y = 0, 1, 1, 3: slope 0.9, residual sum of squares 0.7, error sqrt(0.35 / 5).
        Slope slope = Slope.fit(new long[]{0, 1000, 2000, 3000}, new double[]{0, 1, 1, 3});
        assertEquals(0.9, slope.perThousandSteps(), 1e-12);
        assertEquals(Math.sqrt(0.35 / 5), slope.standardError(), 1e-12);
    }

    @Test
    void invalidWindowsAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> Slope.fit(new long[]{1, 2}, new double[]{1, 2}));
        assertThrows(IllegalArgumentException.class, () -> Slope.fit(new long[]{1, 1, 2}, new double[]{1, 2, 3}));
        assertThrows(
                IllegalArgumentException.class, () -> Slope.fit(new long[]{1, 2, 3}, new double[]{1, Double.NaN, 3}));
    }

    @Test
    void studentsTailsMatchTheTables() {
        assertEquals(0.05, StudentT.upperTail(6.313752, 1), 1e-6);
        assertEquals(0.025, StudentT.upperTail(2.228139, 10), 1e-6);
        assertEquals(0.001, StudentT.upperTail(3.787394, 14), 1e-6);
        assertEquals(0.5, StudentT.upperTail(0, 7), 1e-12);
        assertEquals(1, StudentT.upperTail(-2.228139, 10) + StudentT.upperTail(2.228139, 10), 1e-12);
    }

    @Test
    void tiesShareTheirMeanRank() {
        assertArrayEquals(new double[]{1, 2.5, 2.5, 4}, Correlation.ranks(new double[]{-1, 3, 3, 8}));
        assertArrayEquals(new double[]{1.5, 1.5, 3}, Correlation.ranks(new double[]{-0.0, 0.0, 1}));
        // Ranks 1, 2.5, 2.5, 4 against 1, 2, 3, 4: 4.5 / sqrt(4.5 * 5).
        assertEquals(
                4.5 / Math.sqrt(22.5),
                Correlation.spearman(new double[]{-1, 3, 3, 8}, new double[]{1, 2, 3, 4}).orElseThrow(), 1e-12);
    }

    @Test
    void correlationsOfDegenerateInputAreEmptyOrRefused() {
        double[] x = {1e300, 2e300, 4e300};
        assertEquals(1, Correlation.pearson(x, new double[]{1e-300, 2e-300, 4e-300}).orElseThrow(), 1e-12);
        assertEquals(-1, Correlation.spearman(x, new double[]{9, 3, -2}).orElseThrow(), 1e-12);
        assertTrue(Correlation.pearson(x, new double[]{3, 3, 3}).isEmpty(), "a constant correlates with nothing");
        assertTrue(Correlation.pearson(new double[]{1}, new double[]{1}).isEmpty());
        assertThrows(IllegalArgumentException.class, () -> Correlation.pearson(x, new double[]{1, 2}));
        assertThrows(
                IllegalArgumentException.class, () -> Correlation.spearman(x, new double[]{1, Double.NaN, 2}));
    }
}
