package io.github.logalign;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.matrix.Computation.Kind;
import io.github.logalign.matrix.ElementType;
import io.github.logalign.matrix.Matrix;
import io.github.logalign.matrix.NormRoute;
import io.github.logalign.matrix.Precision;
import io.github.logalign.matrix.Products;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The inner product of Gram matrices in single precision is no further off than it says, also where all entries are rounded
 * the same way, and is taken where it is cheaper than the outputs.
 */
@Tag("widths")
class InnerProductErrorTest {

    /** What the numbers of W and X are like. */
    enum Numbers {
        NORMAL, POSITIVE, SHIFTED, HEAVY_TAILED, TENTHS, THIRDS, SIGNS;

        private double next(Random random) {
            return switch (this) {
                case NORMAL -> random.nextGaussian();
                case POSITIVE -> Math.abs(random.nextGaussian());
                case SHIFTED -> 10 + random.nextGaussian();
                case HEAVY_TAILED -> Math.pow(random.nextDouble(), -0.7) * random.nextGaussian();
                case TENTHS -> 0.1;
                case THIRDS -> 1.0 / 3;
                case SIGNS -> random.nextBoolean() ? 0.7 : -0.7;
            };
        }

        Matrix matrix(int rows, int columns, Random random) {
            float[] elements = new float[rows * columns];
            for (int i = 0; i < elements.length; i++) {
                elements[i] = (float) next(random);
            }
            return Matrix.of(MemorySegment.ofArray(elements), ElementType.F32, rows, columns);
        }
    }

    @ParameterizedTest
    @EnumSource
    void theErrorIsAtMostTheEstimate(Numbers weights) {
        Random random = new Random(11);
        int n = 70;
        for (Numbers inputs : Numbers.values()) {
            Matrix w = weights.matrix(2100, n, random);
            Matrix x = inputs.matrix(1500, n, random);
            double exact = alignment(w, x, Precision.DOUBLE, NormRoute.OUTPUTS, Products.AUTO).lar();
            for (Products products : Products.values()) {
                Alignment.Defined found = alignment(w, x, Precision.SINGLE, NormRoute.INNER, products);
                double error = Math.abs(found.lar() - exact);
                assertTrue(error <= found.larErrorEstimate(), () -> weights + " " + inputs + " " + products + ": error "
                        + error + " > " + found.larErrorEstimate());
            }
        }
    }

    private static Alignment.Defined alignment(
            Matrix w, Matrix x, Precision precision, NormRoute route, Products products) {
        AlignmentSums sums = AlignmentSums.of(w,
                AlignmentOptions.DEFAULT.withPrecision(precision).withRoute(route).withProducts(products));
        sums.add(x);
        return (Alignment.Defined) sums.alignment();
    }

    @ParameterizedTest
    @CsvSource({"NORMAL, NORMAL", "NORMAL, SHIFTED", "SHIFTED, NORMAL", "HEAVY_TAILED, POSITIVE"})
    void theCheaperRouteIsTakenInBothPrecisions(Numbers weights, Numbers inputs) {
        Random random = new Random(12);
        Matrix w = weights.matrix(1200, 128, random);
        Matrix x = inputs.matrix(900, 128, random);
        for (Precision precision : Precision.values()) {
            AlignmentSums sums = AlignmentSums.of(w, AlignmentOptions.DEFAULT.withPrecision(precision));
            sums.add(x);
            assertEquals(Kind.INNER, sums.computation().steps().getFirst().kind(), () -> weights + " " + inputs);
        }
    }
}
