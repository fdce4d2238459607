package io.github.logalign;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.Accuracy.Errors;
import io.github.logalign.Accuracy.LayerKind;
import io.github.logalign.Accuracy.Shape;
import io.github.logalign.Accuracy.Truth;
import io.github.logalign.Accuracy.Way;
import io.github.logalign.matrix.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The errors of every way of computing, in both precisions, against a reference in 40 digits. Limits are about twice the
 * worst of what several vector widths and BLAS kernels were measured to give. The figures are left in target/accuracy.md.
 */
class AccuracyTest {

    private static final Path FIGURES = Path.of("target", "accuracy.md");
    private static final Map<LayerKind, List<String>> ROWS = new EnumMap<>(LayerKind.class);

    /** Limits in unit roundoffs; that of the overlap is multiplied by what the way's error grows with. */
    private record Limits(double p, double q, double overlap) {

        static Limits of(Way way, Precision precision) {
            boolean single = precision == Precision.SINGLE;
            return switch (way) {
                case SVD -> single ? new Limits(12, 24, 4) : new Limits(12, 24, 16);
                case GRAM -> single ? new Limits(6, 40, 1) : new Limits(12, 40, 2);
                case OUTPUTS -> single ? new Limits(0, 0, 4) : new Limits(0, 0, 48);
                case INNER -> single ? new Limits(0, 0, 0.5) : new Limits(0, 0, 2);
            };
        }

        /** Projections are off by a share of the token's length, the Gram matrix by a share of its largest entry. */
        double overlap(Way way, double overlap) {
            return this.overlap * switch (way) {
                case SVD -> Math.sqrt(overlap);
                case GRAM, INNER -> 1;
                case OUTPUTS -> overlap;
            };
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyWayIsAsAccurateAsItCanBe(LayerKind kind) {
        List<Truth> truths = Shape.ALL.stream().map(kind::layer).map(Truth::new).toList();
        List<String> rows = new ArrayList<>();
        List<Executable> checks = new ArrayList<>();
        for (Truth truth : truths) {
            double exact = Reference.overlap(truth.layer().w(), truth.layer().x());
            checks.add(() -> assertEquals(exact, truth.overlap(), Math.ulp(exact)));
        }
        for (Way way : Way.values()) {
            for (Precision precision : Precision.values()) {
                Errors worst = Errors.NONE;
                for (Truth truth : truths) {
                    Errors errors = truth.errors(way, precision);
                    worst = worst.max(errors);
                    checks.add(() -> check(truth, way, precision, errors));
                }
                rows.add(row(kind, way, precision, worst));
            }
        }
        ROWS.put(kind, rows);
        assertAll(checks);
    }

    private static void check(Truth truth, Way way, Precision precision, Errors errors) {
        double u = precision.unitRoundoff();
        int n = truth.layer().w()[0].length;
        Limits limits = Limits.of(way, precision);
        double overlap = u * limits.overlap(way, truth.overlap());
        double ofLogarithm = overlap < truth.overlap()
                ? -Math.log1p(-overlap / truth.overlap())
                : Double.POSITIVE_INFINITY;
        String name = way + " " + precision + " " + truth.layer().w().length + " x " + n + ": ";
        assertAll(
                () -> atMost(u * limits.p, errors.p(), name + "p"),
                () -> atMost(u * limits.q, errors.q(), name + "q"),
                () -> atMost(overlap, errors.overlap(), name + "overlap"),
                () -> atMost(ofLogarithm / (2 * Math.log(n)) + Math.ulp(1.0), errors.lar(), name + "LAR"),
                () -> atMost(errors.larEstimate(), errors.lar(), name + "LAR and its estimate"));
    }

    private static void atMost(double limit, double value, String what) {
        assertTrue(value <= limit, () -> what + " is off by " + value + ", more than " + limit);
    }

    private static String row(LayerKind kind, Way way, Precision precision, Errors errors) {
        return "| " + String.join(
                " | ", name(kind), name(way), name(precision),
                way.hasSpectra() ? figure(errors.p()) : "", way.hasSpectra() ? figure(errors.q()) : "",
                figure(errors.overlap()), figure(errors.relative()), figure(errors.lar()),
                figure(errors.larEstimate())) + " |";
    }

    private static String name(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private static String figure(double value) {
        return Double.isInfinite(value) ? "infinite" : String.format(Locale.ROOT, "%.1e", value);
    }

    @AfterAll
    static void leaveTheFigures() throws IOException {
        StringBuilder page = new StringBuilder(
                """
                        # Accuracy: what was measured

                        Written by `docs/refresh-accuracy`; the digits differ between CPUs, the limits that they must keep are in
                        AccuracyTest. Each row is the largest error over W of 24 x 12, 16 x 16, 12 x 24 and 40 x 20 with 30 tokens in
                        float64, against singular values and vectors by one-sided Jacobi in 40 decimal digits; the overlap of those
                        is also compared with the norm form in 60 digits. Errors are absolute but for the one named relative, q is
                        summed over groups of singular values whose squares lie within a thousandth of the largest one's, and "LAR
                        says" is the result's own `larErrorEstimate`. Single precision includes rounding W and X to float32.

                        The singular values of "decaying" go from 1 to 1e-12. "Outlier" has one column a million times the others;
                        in "avoided" the inputs are 0 there, so that the overlap is about 1e-12.

                        What follows from it:

                        - In float64 every method gives p, q, the overlap and LAR to 14 digits or more, also where W has a low rank
                          or singular values over many magnitudes.
                        - The error of `gram` in the overlap is absolute, about 1e-16. It matters where the overlap is tiny: in
                          "avoided" `gram` keeps five digits of LAR, `svd` eleven, `norm` all. Where LAR is to be right to 1e-9, use
                          one of the others below an overlap of about 3e-8; `larErrorEstimate` tells. The inner product of Gram
                          matrices, one of the two routes of `norm`, is as accurate as the outputs unless its terms cancel: all
                          entries of both matrices are large, and their product is tiny. `norm` then takes the outputs.
                        - Single precision gives the overlap to six digits and LAR to 1e-7. In "avoided" `svd` keeps two digits of
                          LAR, `gram` none, and `norm` eight.

                        | W | method | precision | p | q | overlap | overlap, relative | LAR | LAR says |
                        | --- | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |
                        """);
        ROWS.values().forEach(rows -> page.append(String.join("\n", rows)).append('\n'));
        Files.writeString(FIGURES, page);
    }
}
