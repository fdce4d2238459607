package io.github.logalign.internal.stats;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Residuals of curves, and the bound on the correlation of noise. */
class AutocorrelationTest {

    private static final double[] X = IntStream.range(0, 200).mapToDouble(i -> 1e6 + i * i + 100.0 * i).toArray();

    private static double[] noise(double factor, Random random) {
        double[] noise = new double[X.length];
        noise[0] = random.nextGaussian();
        for (int i = 1; i < noise.length; i++) {
            noise[i] = factor * noise[i - 1] + Math.sqrt(1 - factor * factor) * random.nextGaussian();
        }
        return noise;
    }

    @Test
    void straightPiecesLeaveNothingOfStraightPieces() {
        double[] y = new double[X.length];
        for (int i = 0; i < y.length; i++) {
            double part = (X[i] - X[0]) / (X[X.length - 1] - X[0]);
            y[i] = 0.6 + part - 2 * Math.max(0, part - 0.5) + 3 * Math.max(0, part - 0.0625);
        }
        for (double left : Autocorrelation.residuals(X, y, 4)) {
            assertEquals(0, left, 1e-11);
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.5, 0.9})
    void theBoundIsRarelyTooLow(double factor) {
        int low = 0;
        double sum = 0;
        for (int seed = 0; seed < 500; seed++) {
            double[] left = Autocorrelation.residuals(X, noise(factor, new Random(seed)), 4);
            double bound = Autocorrelation.bound(left, 6, 2.5);
            low += bound < factor ? 1 : 0;
            sum += bound / 500;
        }
        assertTrue(low <= 50, low + " of 500 bounds are too low");
        assertTrue(sum < 0.6 * factor + 0.45, "on average it is " + sum);
    }

    @Test
    void withFewRowsKnotsMayAddNothing() {
        for (double left : Autocorrelation.residuals(new double[]{0, 1, 2}, new double[]{3, -1, 7}, 4)) {
            assertEquals(0, left, 1e-12);
        }
    }

    @Test
    void withoutEnoughOrAnyNoiseNothingIsExcluded() {
        assertEquals(1, Autocorrelation.bound(new double[]{1, -1, 1, -1, 1, -1}, 4, 0));
        assertEquals(1, Autocorrelation.bound(new double[100], 4, 0));
    }
}
