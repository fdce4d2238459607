package io.github.logalign;

import io.github.logalign.Samples.Kind;
import io.github.logalign.matrix.Matrix;
import io.github.logalign.matrix.Method;
import io.github.logalign.matrix.Precision;
import io.github.logalign.matrix.NormRoute;
import java.lang.foreign.Arena;
import java.math.BigDecimal;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/** Measures how far each way of computing is from the reference in 40 digits. */
final class Accuracy {

    /** Squared singular values closer than this, relative to the largest, count as equal: q is compared over all of them. */
    private static final BigDecimal GAP = new BigDecimal("1e-3");

    private static final int TOKENS = 30;

    private Accuracy() {}

    /** Weights and inputs. */
    record Layer(double[][] w, double[][] x) {}

    /** What a layer is like. */
    enum LayerKind {
        NORMAL, RANK_ONE, LOW_RANK, HILBERT, DECAYING, OUTLIER, AVOIDED;

        /** The same for the same shape. */
        Layer layer(Shape shape) {
            return switch (this) {
                case NORMAL -> withNormalInputs(Kind.NORMAL, shape);
                case RANK_ONE -> withNormalInputs(Kind.RANK_ONE, shape);
                case LOW_RANK -> withNormalInputs(Kind.LOW_RANK, shape);
                case HILBERT -> withNormalInputs(Kind.HILBERT, shape);
                case DECAYING -> decaying(shape);
                case OUTLIER -> hugeColumn(shape, 1);
                case AVOIDED -> hugeColumn(shape, 0);
            };
        }
    }

    /** The size of W. */
    record Shape(int m, int n) {

        static final List<Shape> ALL = List.of(
                new Shape(24, 12), new Shape(16, 16), new Shape(12, 24), new Shape(40, 20));

        Random random() {
            return new Random(100L * m + n);
        }
    }

    private static Layer withNormalInputs(Kind kind, Shape shape) {
        Random random = shape.random();
        double[][] w = Samples.make(kind, shape.m, shape.n, random);
        return new Layer(w, Samples.normal(TOKENS, shape.n, random));
    }

    /** Singular values from 1 to 1e-12. */
    private static Layer decaying(Shape shape) {
        Random random = shape.random();
        int r = Math.min(shape.m, shape.n);
        double[][] sigma = new double[shape.m][shape.n];
        for (int i = 0; i < r; i++) {
            sigma[i][i] = Math.pow(10, -12.0 * i / (r - 1));
        }
        double[][] left = Samples.multiply(Samples.orthogonal(shape.m, random), sigma);
        return new Layer(
                Samples.multiply(left, Samples.orthogonal(shape.n, random)), Samples.normal(TOKENS, shape.n, random));
    }

    /** One column of W a million times the others; the input that meets it is multiplied by a factor. */
    private static Layer hugeColumn(Shape shape, double factor) {
        Layer layer = withNormalInputs(Kind.NORMAL, shape);
        int column = shape.n / 3;
        for (double[] row : layer.w) {
            row[column] *= 1e6;
        }
        for (double[] token : layer.x) {
            token[column] *= factor;
        }
        return layer;
    }

    /** The ways to an alignment. */
    enum Way {
        SVD, GRAM, OUTPUTS, INNER;

        boolean hasSpectra() {
            return this == SVD || this == GRAM;
        }

        Result compute(Layer layer, Precision precision) {
            Matrix w = Samples.matrix(layer.w);
            Matrix x = Samples.matrix(layer.x);
            return switch (this) {
                case SVD -> bySpectra(Method.SVD, w, x, precision);
                case GRAM -> bySpectra(Method.GRAM, w, x, precision);
                case OUTPUTS -> byNorms(NormRoute.OUTPUTS, w, x, precision);
                case INNER -> byNorms(NormRoute.INNER, w, x, precision);
            };
        }
    }

    /**
     * What a way gives.
     *
     * @param p empty if it gives no spectra
     * @param q the same
     */
    record Result(Alignment.Defined alignment, double[] p, double[] q) {}

    private static Result bySpectra(Method method, Matrix w, Matrix x, Precision precision) {
        try (Arena arena = Arena.ofConfined()) {
            WeightSpectrum spectrum = WeightSpectrum.of(
                    w, SpectrumOptions.DEFAULT.withMethod(method).withPrecision(precision), arena);
            ActivationSpectrum q = spectrum.project(x);
            return new Result((Alignment.Defined) spectrum.alignment(q), spectrum.p(), q.q());
        }
    }

    private static Result byNorms(NormRoute route, Matrix w, Matrix x, Precision precision) {
        AlignmentSums sums = AlignmentSums.of(w, AlignmentOptions.DEFAULT.withPrecision(precision).withRoute(route));
        sums.add(x, null);
        return new Result((Alignment.Defined) sums.alignment(), new double[0], new double[0]);
    }

    /**
     * Errors, absolute but for one.
     *
     * @param p the largest, 0 where there is no spectrum
     * @param q the largest of sums over groups of nearly equal singular values, 0 where there is no spectrum
     * @param overlap of the overlap
     * @param relative that, relative to the overlap
     * @param lar of LAR; infinity if LAR is
     * @param larEstimate what the result says of its error in LAR
     */
    record Errors(double p, double q, double overlap, double relative, double lar, double larEstimate) {

        static final Errors NONE = new Errors(0, 0, 0, 0, 0, 0);

        Errors max(Errors other) {
            return new Errors(
                    Math.max(p, other.p), Math.max(q, other.q), Math.max(overlap, other.overlap),
                    Math.max(relative, other.relative), Math.max(lar, other.lar),
                    Math.max(larEstimate, other.larEstimate));
        }
    }

    /** A layer with all there is to know of it. */
    static final class Truth {

        private final Layer layer;
        private final BigDecimal[] p;
        private final BigDecimal[] q;
        private final BigDecimal overlap;
        private final BigDecimal lar;
        private final List<int[]> groups;

        Truth(Layer layer) {
            int n = layer.w[0].length;
            PreciseReference reference = PreciseReference.of(layer.w);
            this.layer = layer;
            this.p = reference.p();
            this.q = reference.q(layer.x);
            this.overlap = PreciseReference.dot(p, q);
            this.lar = PreciseReference.lar(n, overlap);
            this.groups = groups(layer.w.length >= n);
        }

        Layer layer() {
            return layer;
        }

        double overlap() {
            return overlap.doubleValue();
        }

        /** Runs of nearly equal p; without the last one if W has a null space with which its directions may mix. */
        private List<int[]> groups(boolean spanning) {
            int[] ends = IntStream.rangeClosed(1, p.length)
                    .filter(i -> i == p.length || p[i - 1].subtract(p[i]).compareTo(p[0].multiply(GAP)) > 0)
                    .toArray();
            boolean mixes = !spanning && p[p.length - 1].compareTo(p[0].multiply(GAP)) <= 0;
            return IntStream.range(0, mixes ? ends.length - 1 : ends.length)
                    .mapToObj(i -> new int[]{i == 0 ? 0 : ends[i - 1], ends[i]})
                    .toList();
        }

        Errors errors(Way way, Precision precision) {
            Result result = way.compute(layer, precision);
            double ofOverlap = error(result.alignment.overlap(), overlap);
            double found = result.alignment.lar();
            return new Errors(
                    errorOfP(result.p), errorOfQ(result.q), ofOverlap, ofOverlap / overlap(),
                    Double.isInfinite(found) ? Double.POSITIVE_INFINITY : error(found, lar),
                    result.alignment.larErrorEstimate());
        }

        private double errorOfP(double[] found) {
            return IntStream.range(0, found.length).mapToDouble(i -> error(found[i], p[i])).max().orElse(0);
        }

        private double errorOfQ(double[] found) {
            double worst = 0;
            for (int[] group : found.length == 0 ? List.<int[]>of() : groups) {
                BigDecimal difference = BigDecimal.ZERO;
                for (int i = group[0]; i < group[1]; i++) {
                    difference = difference.add(new BigDecimal(found[i]).subtract(q[i]));
                }
                worst = Math.max(worst, difference.abs().doubleValue());
            }
            return worst;
        }

        private static double error(double found, BigDecimal wanted) {
            return new BigDecimal(found).subtract(wanted).abs().doubleValue();
        }
    }
}
