package io.github.logalign;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.matrix.Matrix;
import io.github.logalign.matrix.Method;
import io.github.logalign.matrix.NormRoute;
import io.github.logalign.matrix.Precision;
import io.github.logalign.matrix.Products;
import io.github.logalign.matrix.TokenGroups;
import io.github.logalign.matrix.TokenMask;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.jspecify.annotations.Nullable;

/** Error bars of every method, against sums by plain loops and against a bootstrap over documents. */
class UncertaintyTest {

    /** A way to get them. */
    interface Way {
        Uncertainty of(Matrix w, Matrix x, @Nullable TokenMask mask, TokenGroups groups);
    }

    record Named(String name, Way way) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Named> ways() {
        return Stream.of(
                new Named("svd", (w, x, mask, groups) -> bySpectrum(Method.SVD, 1, w, x, mask, groups)),
                new Named("gram", (w, x, mask, groups) -> bySpectrum(Method.GRAM, 1, w, x, mask, groups)),
                new Named("svd, 3 threads", (w, x, mask, groups) -> bySpectrum(Method.SVD, 3, w, x, mask, groups)),
                new Named("outputs", (w, x, mask, groups) -> byNorm(NormRoute.OUTPUTS, 1, w, x, mask, groups)),
                new Named("outputs, 3 threads",
                        (w, x, mask, groups) -> byNorm(NormRoute.OUTPUTS, 3, w, x, mask, groups)),
                new Named("inner", (w, x, mask, groups) -> byNorm(NormRoute.INNER, 1, w, x, mask, groups)),
                new Named("inner, 3 threads", (w, x, mask, groups) -> byNorm(NormRoute.INNER, 3, w, x, mask, groups)),
                new Named("given outputs", UncertaintyTest::byGivenOutputs));
    }

    private static Uncertainty bySpectrum(
            Method method, int threads, Matrix w, Matrix x, @Nullable TokenMask mask, TokenGroups groups) {
        try (Arena arena = Arena.ofShared()) {
            SpectrumOptions options = SpectrumOptions.DEFAULT.withMethod(method).withThreads(threads);
            WeightSpectrum spectrum = WeightSpectrum.of(w, options, arena);
            return spectrum.uncertainty(spectrum.project(x, mask, groups)).orElseThrow();
        }
    }

    private static Uncertainty byNorm(
            NormRoute route, int threads, Matrix w, Matrix x, @Nullable TokenMask mask, TokenGroups groups) {
        AlignmentSums sums = AlignmentSums.of(
                w, new AlignmentOptions(Precision.DOUBLE, threads, route, Products.AUTO, false));
        sums.add(x, mask, groups);
        return sums.uncertainty().orElseThrow();
    }

    private static Uncertainty byGivenOutputs(Matrix w, Matrix x, @Nullable TokenMask mask, TokenGroups groups) {
        int tokens = (int) x.rows();
        double[][] z = new double[tokens][(int) w.rows()];
        for (int t = 0; t < tokens; t++) {
            for (int r = 0; r < w.rows(); r++) {
                for (int i = 0; i < w.columns(); i++) {
                    z[t][r] += w.get(r, i) * x.get(t, i);
                }
            }
        }
        AlignmentSums sums = AlignmentSums.of(w);
        sums.add(x, Samples.matrix(z), mask, groups);
        return sums.uncertainty().orElseThrow();
    }

    /** From what another process summed up, of inputs that are larger by a factor whose square is given. */
    private static Uncertainty byGivenSums(
            Matrix w, Matrix x, @Nullable TokenMask mask, TokenGroups groups, double scale) {
        double norm = 0;
        double[][] totals = new double[groups.count()][3];
        for (int group = 0; group < groups.count(); group++) {
            double[] total = totals[group];
            for (long t = groups.nextIn(group, 0); t < x.rows(); t = groups.nextIn(group, t + 1)) {
                for (int r = 0; r < w.rows() && (mask == null || mask.counts(t)); r++) {
                    double z = 0;
                    for (int i = 0; i < w.columns(); i++) {
                        z += w.get(r, i) * x.get(t, i);
                        total[1] += r == 0 ? scale * x.get(t, i) * x.get(t, i) : 0;
                    }
                    total[2] += scale * z * z;
                    total[0] += r == 0 ? 1 : 0;
                }
            }
        }
        for (int r = 0; r < w.rows(); r++) {
            for (int i = 0; i < w.columns(); i++) {
                norm += w.get(r, i) * w.get(r, i);
            }
        }
        AlignmentSums sums = AlignmentSums.of(w.rows(), w.columns(), norm, AlignmentOptions.DEFAULT);
        for (double[] total : totals) {
            sums.addGroup((long) total[0], total[1], total[2]);
        }
        AlignmentSums read = AlignmentSums.of(w);
        read.add(x, mask);
        assertEquals(read.tokens(), sums.tokens());
        assertEquals(read.alignment().lar(), sums.alignment().lar(), 1e-13);
        return sums.uncertainty().orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(doubles = {1, 0x1p990, 0x1p-990})
    void whatAnotherProcessSummedUpGivesTheSame(double scale) {
        Documents documents = Documents.of(40, 3);
        Uncertainty uncertainty = byGivenSums(documents.weightMatrix(), documents.inputs(),
                TokenMask.of(allOf(documents), documents.x().length), TokenGroups.of(documents.document()), scale);
        double expected = standardError(documents.energies(), 12);
        assertEquals(40, uncertainty.groups());
        assertEquals(expected, uncertainty.larStandardError().orElseThrow(), 1e-11 * expected);
    }

    @Test
    void sumsThatNoTokensHaveAreRefused() {
        AlignmentSums sums = AlignmentSums.of(4, 3, 2, AlignmentOptions.DEFAULT);
        sums.addSums(2, 1e308, 1e308);
        sums.addSums(2, 1.5e308, 0);
        assertEquals(4, sums.tokens());
        assertEquals(1 / 2.5 / 2, sums.alignment().overlap(), 1e-15, "beyond the largest double");
        assertTrue(sums.uncertainty().isEmpty(), "without groups");
        assertThrows(IllegalArgumentException.class, () -> sums.addSums(-1, 0, 0));
        assertThrows(IllegalArgumentException.class, () -> sums.addSums(Long.MAX_VALUE, 0, 0));
        assertThrows(IllegalArgumentException.class, () -> sums.addGroup(0, 1, 0));
        assertThrows(IllegalArgumentException.class, () -> sums.addGroup(1, Double.NaN, 0));
        assertThrows(IllegalArgumentException.class, () -> sums.addGroup(1, 1, Double.POSITIVE_INFINITY));
        assertThrows(IllegalArgumentException.class, () -> sums.addGroup(1, -1e-300, 0));
        assertEquals(4, sums.tokens());
    }

    /** The standard error of LAR by the formula, from the energies of documents. */
    private static double standardError(double[][] energies, int n) {
        double outputs = Arrays.stream(energies).mapToDouble(energy -> energy[0]).sum();
        double inputs = Arrays.stream(energies).mapToDouble(energy -> energy[1]).sum();
        double squares = Arrays.stream(energies)
                .mapToDouble(energy -> Math.pow(energy[0] / outputs - energy[1] / inputs, 2)).sum();
        double groups = energies.length;
        return Math.sqrt(groups / (groups - 1) * squares) / (2 * Math.log(n));
    }

    @ParameterizedTest
    @MethodSource("ways")
    void theStandardErrorIsThatOfARatioOfSums(Named way) {
        Documents documents = Documents.of(40, 3);
        Uncertainty uncertainty = way.way().of(documents.weightMatrix(), documents.inputs(),
                TokenMask.of(allOf(documents), documents.x().length), TokenGroups.of(documents.document()));
        double expected = standardError(documents.energies(), 12);
        assertEquals(40, uncertainty.groups());
        assertEquals(expected, uncertainty.larStandardError().orElseThrow(), 1e-11 * expected);
        double[] influences = uncertainty.influences();
        assertEquals(40, influences.length);
        double squares = Arrays.stream(influences).map(h -> h * h).sum();
        assertEquals(expected, Math.sqrt(40.0 / 39 * squares), 1e-11 * expected);
        assertEquals(0, Arrays.stream(influences).sum(), 1e-14);
    }

    private static BitSet allOf(Documents documents) {
        BitSet all = new BitSet();
        all.set(0, documents.x().length);
        return all;
    }

    @ParameterizedTest
    @MethodSource("ways")
    void tokensOfADocumentMayLieAnywhereAndMaskedOnesDoNotCount(Named way) {
        Documents documents = Documents.of(30, 4);
        int tokens = documents.x().length;
        Random random = new Random(9);
        double[][] x = new double[2 * tokens][];
        long[] identifiers = new long[2 * tokens];
        BitSet counting = new BitSet();
        int next = 0;
        for (int t : random.ints(0, tokens).distinct().limit(tokens).toArray()) {
            x[next] = documents.x()[t];
            identifiers[next] = documents.document()[t] * 10 - 70;
            counting.set(next++);
            x[next] = new double[]{Double.NaN, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
            identifiers[next++] = random.nextInt(1000);
        }
        Uncertainty uncertainty = way.way().of(documents.weightMatrix(), Samples.matrix(x),
                TokenMask.of(counting, 2 * tokens), TokenGroups.of(identifiers));
        double expected = standardError(documents.energies(), 12);
        assertEquals(30, uncertainty.groups());
        assertEquals(expected, uncertainty.larStandardError().orElseThrow(), 1e-11 * expected);
    }

    @Test
    void aBootstrapOverDocumentsAgreesWithinATenth() {
        Documents documents = Documents.of(80, 21);
        double formula = bySpectrum(Method.SVD, 1, documents.weightMatrix(), documents.inputs(), null,
                TokenGroups.of(documents.document())).larStandardError().orElseThrow();
        double[][] energies = documents.energies();
        Random random = new Random(2);
        int rounds = 4000;
        double sum = 0;
        double squares = 0;
        for (int round = 0; round < rounds; round++) {
            double outputs = 0;
            double inputs = 0;
            for (int i = 0; i < energies.length; i++) {
                double[] drawn = energies[random.nextInt(energies.length)];
                outputs += drawn[0];
                inputs += drawn[1];
            }
            double lar = Math.log(outputs / inputs) / (2 * Math.log(12));
            sum += lar;
            squares += lar * lar;
        }
        double bootstrap = Math.sqrt(squares / rounds - Math.pow(sum / rounds, 2));
        assertTrue(formula / bootstrap >= 0.9 && formula / bootstrap <= 1.1);
    }

    @Test
    void accumulatorsMergeAndSerialise() throws IOException, ClassNotFoundException {
        Documents first = Documents.of(20, 5);
        Documents second = Documents.of(25, 6);
        double[][] x = Stream.concat(Arrays.stream(first.x()), Arrays.stream(second.x())).toArray(double[][]::new);
        long[] identifiers = new long[x.length];
        for (int t = 0; t < x.length; t++) {
            identifiers[t] = t < first.x().length
                    ? first.document()[t]
                    : 100 + second.document()[t - first.x().length];
        }
        Matrix w = first.weightMatrix();
        AlignmentSums whole = AlignmentSums.of(w);
        whole.add(Samples.matrix(x), null, TokenGroups.of(identifiers));
        AlignmentSums merged = AlignmentSums.of(w);
        merged.add(first.inputs(), null, TokenGroups.of(first.document()));
        AlignmentSums other = AlignmentSums.of(w);
        other.add(second.inputs(), null, TokenGroups.of(second.document()));
        merged.merge(serialised(other));
        assertSame(merged.uncertainty().orElseThrow(), whole.uncertainty().orElseThrow());
        merged.reset();
        assertTrue(merged.uncertainty().isEmpty());
        try (Arena arena = Arena.ofConfined()) {
            WeightSpectrum spectrum = WeightSpectrum.of(w, arena);
            ActivationSums one = spectrum.accumulator();
            one.add(first.inputs(), null, TokenGroups.of(first.document()));
            ActivationSums two = spectrum.accumulator();
            two.add(second.inputs(), null, TokenGroups.of(second.document()));
            one.merge(serialised(two));
            assertSame(spectrum.uncertainty(one.copy().spectrum()).orElseThrow(), whole.uncertainty().orElseThrow());
            one.add(first.inputs());
            assertTrue(spectrum.uncertainty(one.spectrum()).isEmpty());
        }
    }

    private static void assertSame(Uncertainty one, Uncertainty other) {
        assertEquals(other.groups(), one.groups());
        double expected = other.larStandardError().orElseThrow();
        assertEquals(expected, one.larStandardError().orElseThrow(), 1e-12 * expected);
        assertArrayEquals(other.influences(), one.influences(), 1e-15);
    }

    @SuppressWarnings("unchecked") // read back from the same process
    private static <T> T serialised(T value) throws IOException, ClassNotFoundException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(value);
        }
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
            return (T) in.readObject();
        }
    }

    @ParameterizedTest
    @MethodSource("ways")
    void scaleChangesNothing(Named way) {
        Documents documents = Documents.of(12, 8);
        TokenGroups groups = TokenGroups.of(documents.document());
        double expected = standardError(documents.energies(), 12);
        for (double scale : new double[]{1e200, 1e-200, 0x1p-1050}) {
            Matrix x = Samples.matrix(Samples.scaled(documents.x(), scale));
            double found = way.way()
                    .of(documents.weightMatrix(), x, TokenMask.of(allOf(documents), documents.x().length),
                            groups)
                    .larStandardError().orElseThrow();
            assertEquals(expected, found, (scale < 1e-300 ? 1e-3 : 1e-10) * expected);
        }
    }

    @Test
    void intervalsAreThoseOfStudentsTAndConvertIntoEachOther() {
        Documents documents = Documents.of(16, 9);
        Uncertainty uncertainty = bySpectrum(Method.SVD, 1, documents.weightMatrix(), documents.inputs(), null,
                TokenGroups.of(documents.document()));
        double error = uncertainty.larStandardError().orElseThrow();
        Interval lar = uncertainty.lar(0.95).orElseThrow();
        // The tables' value of t for 15 degrees of freedom.
        assertEquals(2.131449545559323, (lar.high() - lar.low()) / 2 / error, 1e-9);
        Interval overlap = uncertainty.overlap(0.95).orElseThrow();
        assertEquals(lar.low(), 1 + Math.log(overlap.low()) / (2 * Math.log(12)), 1e-12);
        Interval k = uncertainty.effectiveDimension(0.95).orElseThrow();
        assertEquals(1 / overlap.high(), k.low(), 1e-10);
        Interval outside = uncertainty.nullSpaceEnergy(0.95).orElseThrow();
        assertTrue(outside.low() >= 0.0 && outside.low() <= outside.high());
        assertTrue(uncertainty.whyNoInterval().isEmpty());
        assertThrows(IllegalArgumentException.class, () -> uncertainty.lar(1));
    }

    @Test
    void theNullSpaceEnergyHasTheErrorOfItsOwnRatio() {
        // W sees the first coordinate alone, so the energy outside is that of the second.
        double[][] x = Samples.normal(90, 2, new Random(7));
        long[] identifiers = new long[90];
        Arrays.setAll(identifiers, t -> t / 9);
        Uncertainty uncertainty = bySpectrum(Method.SVD, 1, Samples.matrix(new double[][]{{2, 0}}), Samples.matrix(x),
                null,
                TokenGroups.of(identifiers));
        double[][] energies = new double[10][2];
        for (int t = 0; t < 90; t++) {
            energies[t / 9][0] += x[t][1] * x[t][1];
            energies[t / 9][1] += x[t][0] * x[t][0] + x[t][1] * x[t][1];
        }
        double outside = Arrays.stream(energies).mapToDouble(energy -> energy[0]).sum();
        double all = Arrays.stream(energies).mapToDouble(energy -> energy[1]).sum();
        double squares = Arrays.stream(energies)
                .mapToDouble(energy -> Math.pow((energy[0] - outside / all * energy[1]) / all, 2)).sum();
        assertEquals(Math.sqrt(10.0 / 9 * squares), uncertainty.nullSpaceEnergyStandardError().orElseThrow(), 1e-13);
    }

    @Test
    void tooFewGroupsGiveAReasonInPlaceOfAnInterval() {
        Documents documents = Documents.of(7, 10);
        Uncertainty uncertainty = byNorm(NormRoute.AUTO, 1, documents.weightMatrix(), documents.inputs(), null,
                TokenGroups.of(documents.document()));
        assertTrue(uncertainty.larStandardError().isPresent());
        assertTrue(uncertainty.lar(0.95).isEmpty());
        assertTrue(uncertainty.overlap(0.95).isEmpty());
        assertTrue(uncertainty.whyNoInterval().orElseThrow().contains("7 groups"));
        assertTrue(uncertainty.whyNoInterval().orElseThrow().contains("8"));
        Uncertainty single = byNorm(NormRoute.AUTO, 1, documents.weightMatrix(), documents.inputs(), null,
                TokenGroups.consecutive(documents.x().length, 1));
        assertTrue(single.larStandardError().isEmpty());
        assertTrue(single.whyNoInterval().orElseThrow().startsWith("1 group of tokens"));
    }

    @Test
    void anOverlapOfZeroHasNoInterval() {
        Matrix w = Samples.matrix(new double[][]{{1, 0}});
        double[][] x = new double[16][];
        Arrays.setAll(x, t -> new double[]{0, 1 + t});
        Uncertainty uncertainty = byNorm(NormRoute.AUTO, 1, w, Samples.matrix(x), null,
                TokenGroups.consecutive(16, 16));
        assertTrue(uncertainty.larStandardError().isEmpty());
        assertTrue(uncertainty.lar(0.95).isEmpty());
        assertTrue(uncertainty.whyNoInterval().orElseThrow().contains("overlap is 0"));
    }

    @Test
    void anyNumberOfGroupsTakesLittleMemory() {
        int groups = 5000;
        double[][] x = Samples.normal(groups, 12, new Random(12));
        double[][] energies = new double[groups][2];
        Documents documents = Documents.of(2, 1);
        for (int t = 0; t < groups; t++) {
            for (double[] row : documents.w()) {
                double z = 0;
                for (int i = 0; i < 12; i++) {
                    z += row[i] * x[t][i];
                }
                energies[t][0] += z * z;
            }
            energies[t][1] = Arrays.stream(x[t]).map(value -> value * value).sum();
        }
        Uncertainty uncertainty = byNorm(NormRoute.AUTO, 1, documents.weightMatrix(), Samples.matrix(x), null,
                TokenGroups.consecutive(groups, groups));
        double expected = standardError(energies, 12);
        assertEquals(expected, uncertainty.larStandardError().orElseThrow(), 1e-11 * expected);
        assertEquals(1024, uncertainty.influences().length);
    }

    @Test
    void groupsOfAnotherNumberOfTokensAreRefused() {
        Documents documents = Documents.of(3, 1);
        AlignmentSums sums = AlignmentSums.of(documents.weightMatrix());
        assertTrue(String
                .valueOf(assertThrows(IllegalArgumentException.class,
                        () -> sums.add(documents.inputs(), null, TokenGroups.consecutive(1, 1))).getMessage())
                .contains("groups have 1 tokens"));
        try (Arena arena = Arena.ofConfined()) {
            WeightSpectrum spectrum = WeightSpectrum.of(documents.weightMatrix(), arena);
            assertTrue(String.valueOf(assertThrows(IllegalArgumentException.class,
                    () -> spectrum.project(documents.inputs(), null, TokenGroups.consecutive(1, 1))).getMessage())
                    .contains("groups have 1 tokens"));
        }
    }
}
