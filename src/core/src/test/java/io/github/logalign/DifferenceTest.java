package io.github.logalign;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.internal.blas.NativeBuffer;
import io.github.logalign.internal.simd.OwnJvm;
import io.github.logalign.matrix.ElementType;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.matrix.Matrix.Orientation;
import io.github.logalign.matrix.Matrix;
import io.github.logalign.matrix.Method;
import io.github.logalign.matrix.NormRoute;
import io.github.logalign.matrix.Precision;
import io.github.logalign.matrix.TokenGroups;
import io.github.logalign.matrix.TokenMask;
import io.github.logalign.probe.LayerProbe;
import io.github.logalign.probe.OutputsProbe;
import io.github.logalign.probe.ProbeOptions;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A difference is scored as a matrix that holds it would be. */
@Tag("widths")
class DifferenceTest {

    private static final int M = 37;
    private static final int N = 23;
    private static final int T = 41;

    /** Small whole numbers: they and their differences are exact in every type. */
    private static double[][] whole(int rows, int columns, Random random) {
        double[][] values = new double[rows][columns];
        for (double[] row : values) {
            for (int c = 0; c < columns; c++) {
                row[c] = random.nextInt(-60, 61);
            }
        }
        return values;
    }

    private static double[][] minus(double[][] a, double[][] b) {
        double[][] difference = new double[a.length][];
        for (int r = 0; r < a.length; r++) {
            difference[r] = a[r].clone();
            for (int c = 0; c < difference[r].length; c++) {
                difference[r][c] -= b[r][c];
            }
        }
        return difference;
    }

    private static Matrix view(double[][] a, ElementType type, Orientation orientation, int gap, ByteOrder order,
            Arena arena) {
        boolean rowMajor = orientation == Orientation.ROW_MAJOR;
        int lines = rowMajor ? a.length : a[0].length;
        int length = rowMajor ? a[0].length : a.length;
        MemorySegment memory = arena.allocate((long) lines * (length + gap) * type.bytes());
        for (int line = 0; line < lines; line++) {
            for (int k = 0; k < length; k++) {
                double value = rowMajor ? a[line][k] : a[k][line];
                long at = ((long) line * (length + gap) + k) * type.bytes();
                switch (type) {
                    case F64 -> memory.set(ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(order), at, value);
                    case F32 -> memory.set(ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(order), at, (float) value);
                    case F16 -> memory.set(ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(order), at,
                            Float.floatToFloat16((float) value));
                    case BF16 -> memory.set(ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(order), at,
                            (short) (Float.floatToRawIntBits((float) value) >>> 16));
                }
            }
        }
        return new Matrix(memory, type, a.length, a[0].length, length + gap, orientation, order);
    }

    /** By every method: the overlap, by the method's name. */
    private static Map<String, Alignment> all(Matrix w, Matrix x, Precision precision, int threads) {
        Map<String, Alignment> found = new LinkedHashMap<>();
        try (Arena arena = Arena.ofShared()) {
            for (Method method : new Method[]{Method.SVD, Method.GRAM}) {
                WeightSpectrum spectrum = WeightSpectrum.of(
                        w, new SpectrumOptions(method, precision, true, threads), arena);
                found.put(method.name(), spectrum.alignment(spectrum.project(x)));
            }
        }
        for (NormRoute route : NormRoute.values()) {
            for (boolean packed : new boolean[]{false, true}) {
                AlignmentOptions options = AlignmentOptions.DEFAULT
                        .withPrecision(precision).withThreads(threads).withRoute(route);
                AlignmentSums sums = AlignmentSums.of(w, packed ? options.withPackedWeights() : options);
                sums.add(x);
                found.put(route + " packed " + packed, sums.alignment());
            }
        }
        return found;
    }

    @ParameterizedTest
    @EnumSource(ElementType.class)
    void anyTwoViewsMayBeSubtracted(ElementType type) {
        Random random = new Random(1);
        double[][] w = whole(M, N, random);
        double[][] w0 = whole(M, N, random);
        double[][] x = whole(T, N, random);
        double[][] x0 = whole(T, N, random);
        double exact = Reference.overlap(minus(w, w0), minus(x, x0));
        try (Arena arena = Arena.ofShared()) {
            for (ElementType other : ElementType.values()) {
                for (Orientation orientation : Orientation.values()) {
                    for (Orientation crossing : Orientation.values()) {
                        for (int gap : new int[]{0, 3}) {
                            Matrix dw = view(w, type, orientation, gap, ByteOrder.BIG_ENDIAN, arena)
                                    .minus(view(w0, other, crossing, 3 - gap, ByteOrder.LITTLE_ENDIAN, arena));
                            Matrix dx = view(x, other, crossing, gap, ByteOrder.LITTLE_ENDIAN, arena)
                                    .minus(view(x0, type, orientation, gap, ByteOrder.LITTLE_ENDIAN, arena));
                            all(dw, dx, Precision.DOUBLE, 2).forEach(
                                    (how, found) -> assertEquals(exact, found.overlap(), 1e-14 * N, how));
                        }
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Samples.Kind.class)
    void threeRatiosOfAnUpdate(Samples.Kind kind) {
        Random random = new Random(2);
        double[][] w0 = Samples.make(kind, M, N, random);
        double[][] w = minus(w0, Samples.scaled(Samples.make(kind, M, N, random), 0.01));
        double[][] x0 = Samples.normal(T, N, random);
        double[][] x = minus(x0, Samples.scaled(Samples.normal(T, N, random), 0.1));
        Matrix dw = Samples.matrix(w).minus(Samples.matrix(w0));
        Matrix dx = Samples.matrix(x).minus(Samples.matrix(x0));
        requireExact(minus(w, w0), x0, dw, Samples.matrix(x0));
        requireExact(w0, minus(x, x0), Samples.matrix(w0), dx);
        requireExact(minus(w, w0), minus(x, x0), dw, dx);
    }

    private static void requireExact(double[][] w, double[][] x, Matrix viewOfW, Matrix viewOfX) {
        double exact = Reference.overlap(w, x);
        all(viewOfW, viewOfX, Precision.DOUBLE, 1).forEach(
                (how, found) -> assertEquals(exact, found.overlap(), 1e-12 * Math.max(exact, 1.0 / N), how));
        all(viewOfW, viewOfX, Precision.SINGLE, 1).forEach(
                (how, found) -> assertEquals(exact, found.overlap(), 1e-5, how));
    }

    @Test
    void masksGroupsPartsAndTransposes() {
        Random random = new Random(3);
        double[][] w = Samples.normal(M, N, random);
        double[][] x = Samples.normal(T, N, random);
        double[][] x0 = Samples.normal(T, N, random);
        boolean[] counting = new boolean[T];
        for (int token = 0; token < T; token++) {
            counting[token] = token % 3 != 0;
            if (!counting[token]) {
                x0[token][token % N] = Double.NaN;
            }
        }
        Matrix dx = Samples.matrix(x).minus(Samples.matrix(x0));
        AlignmentSums expected = AlignmentSums.of(Samples.matrix(w));
        expected.add(Samples.matrix(minus(x, x0)), TokenMask.of(counting), TokenGroups.consecutive(T, 5));
        AlignmentSums found = AlignmentSums.of(Samples.matrix(w));
        found.add(dx, TokenMask.of(counting), TokenGroups.consecutive(T, 5));
        assertEquals(expected.alignment().lar(), found.alignment().lar(), 1e-15);
        assertEquals(expected.uncertainty().orElseThrow().larStandardError().orElseThrow(),
                found.uncertainty().orElseThrow().larStandardError().orElseThrow(), 1e-15);

        Matrix part = dx.rows(4, 2).transposed();
        assertEquals(x[5][7] - x0[5][7], part.get(7, 1));
        assertEquals(N, part.rows());
    }

    @Test
    void outputsMayBeDifferences() {
        Random random = new Random(4);
        double[][] w = Samples.normal(M, N, random);
        double[][] x = Samples.normal(T, N, random);
        double[][] z0 = Samples.normal(T, M, random);
        double[][] z = Samples.normal(T, M, random);
        AlignmentSums expected = AlignmentSums.of(Samples.matrix(w));
        expected.add(Samples.matrix(x), Samples.matrix(minus(z, z0)), (TokenMask) null);
        AlignmentSums found = AlignmentSums.of(Samples.matrix(w));
        found.add(Samples.matrix(x), Samples.matrix(z).minus(Samples.matrix(z0)), (TokenMask) null);
        assertEquals(expected.alignment().lar(), found.alignment().lar(), 1e-15);
    }

    @Test
    void aProbeRecordsDifferences() {
        Random random = new Random(5);
        double[][] w = Samples.normal(M, N, random);
        double[][] x = Samples.normal(T, N, random);
        double[][] x0 = Samples.normal(T, N, random);
        Matrix z = Samples.matrix(Samples.normal(T, M, random));
        OutputsProbe expected = LayerProbe.ofOutputs(
                "layer", AlignmentSums.of(Samples.matrix(w)), ProbeOptions.DEFAULT);
        OutputsProbe found = LayerProbe.ofOutputs("layer", AlignmentSums.of(Samples.matrix(w)), ProbeOptions.DEFAULT);
        expected.record(Samples.matrix(minus(x, x0)), z, null);
        found.record(Samples.matrix(x).minus(Samples.matrix(x0)), z, null);
        assertEquals(expected.snapshot().alignment().lar(), found.snapshot().alignment().lar(), 1e-15);
    }

    @Test
    void theOperandThatIsNotFiniteIsNamed() {
        Matrix ones = Samples.matrix(new double[][]{{1, 2}, {3, 4}});
        Matrix bad = Samples.matrix(new double[][]{{1, 2}, {Double.NaN, 4}});
        Matrix infinite = Samples.matrix(new double[][]{{1, Double.POSITIVE_INFINITY}, {3, 4}});
        assertMessage("the subtracted weights hold NaN at row 1, column 0", ones.minus(bad));
        assertMessage("the weights that others are subtracted from hold NaN at row 1, column 0", bad.minus(ones));
        assertMessage("hold Infinity at row 0, column 1", infinite.minus(infinite));
        Matrix largest = Samples.matrix(new double[][]{{Double.MAX_VALUE, 2}, {3, 4}});
        Matrix lowest = Samples.matrix(new double[][]{{-Double.MAX_VALUE, 2}, {3, 4}});
        assertMessage("the difference of the weights overflows at row 0, column 0", largest.minus(lowest));
    }

    private static void assertMessage(String part, Matrix w) {
        try (Arena arena = Arena.ofConfined()) {
            String bySvd = assertThrows(LogalignException.class, () -> WeightSpectrum.of(w, arena)).getMessage();
            String byNorm = assertThrows(LogalignException.class, () -> AlignmentSums.of(w)).getMessage();
            assertTrue(bySvd.contains(part), bySvd);
            assertTrue(byNorm.contains(part), byNorm);
        }
    }

    @Test
    void weightsThatDidNotChangeHaveNoRatio() {
        Matrix w = Samples.matrix(Samples.normal(M, N, new Random(6)));
        Matrix x = Samples.matrix(Samples.normal(T, N, new Random(7)));
        all(w.minus(w), x, Precision.DOUBLE, 1).forEach((how, found) -> assertEquals(
                new Alignment.Undefined(UndefinedReason.UNCHANGED_WEIGHTS), found, how));
        all(w, x.minus(x), Precision.DOUBLE, 1).forEach((how, found) -> assertEquals(
                new Alignment.Undefined(UndefinedReason.ZERO_ACTIVATIONS), found, how));
    }

    @Test
    void misuseIsRefused() {
        Matrix w = Samples.matrix(Samples.normal(3, 4, new Random(8)));
        Matrix difference = w.minus(w);
        assertThrows(IllegalArgumentException.class, () -> w.minus(w.transposed()));
        assertThrows(IllegalArgumentException.class, () -> w.minus(difference));
        assertThrows(IllegalArgumentException.class, () -> difference.minus(w));
        assertThrows(IllegalStateException.class, difference::segment);
        assertThrows(IllegalStateException.class, () -> difference.withStride(9));
        assertThrows(IllegalStateException.class, () -> difference.withByteOrder(ByteOrder.BIG_ENDIAN));
    }

    @Test
    void eitherArenaMayBeClosedOrConfined() throws InterruptedException {
        Random random = new Random(9);
        double[][] values = Samples.normal(M, N, random);
        Matrix heap = Samples.matrix(values);
        Matrix closed;
        try (Arena arena = Arena.ofShared()) {
            closed = view(values, ElementType.F64, Orientation.ROW_MAJOR, 0, ByteOrder.nativeOrder(), arena);
        }
        for (Matrix difference : new Matrix[]{heap.minus(closed), closed.minus(heap)}) {
            assertThrows(IllegalStateException.class, () -> AlignmentSums.of(difference));
            assertThrows(IllegalStateException.class, () -> AlignmentSums.of(heap).add(difference));
            assertThrows(IllegalStateException.class, () -> WeightSpectrum.of(difference, Arena.ofAuto()));
        }
        try (Arena confined = Arena.ofConfined()) {
            // Large enough to be worth several threads, of which only this one may read it.
            double[][] many = Samples.normal(3000, 5, random);
            Matrix mine = view(many, ElementType.F64, Orientation.ROW_MAJOR, 0, ByteOrder.nativeOrder(), confined);
            double[][] w = Samples.normal(3000, 5, random);
            AlignmentSums expected = AlignmentSums.of(Samples.matrix(minus(w, many)));
            expected.add(Samples.matrix(many));
            all(Samples.matrix(w).minus(mine), mine, Precision.DOUBLE, 4).forEach(
                    (how, found) -> assertEquals(expected.alignment().lar(), found.lar(), 1e-12, how));
        }
    }

    /** In a heap that could not hold a copy, which would be 96 MB as float64. */
    @Test
    void noCopyOfTheDifferenceIsMade() throws Exception {
        new OwnJvm("a small heap", List.of("-Xmx64m")).mustSay(DifferenceTest.class, "no copy is made");
    }

    /**
     * Scores a difference, and watches how much native memory that takes.
     *
     * @param args none
     */
    public static void main(String[] args) throws InterruptedException {
        int rows = 12_000;
        int columns = 1_000;
        AtomicBoolean done = new AtomicBoolean();
        AtomicLong most = new AtomicLong();
        Thread watch = Thread.ofPlatform().start(() -> {
            while (!done.get()) {
                most.accumulateAndGet(NativeBuffer.liveBytes(), Math::max);
                Thread.onSpinWait();
            }
        });
        try (Arena arena = Arena.ofShared()) {
            Matrix[] operands = new Matrix[2];
            for (int operand = 0; operand < 2; operand++) {
                MemorySegment memory = arena.allocate((long) rows * columns * Float.BYTES, 64);
                for (int i = 0; i < rows * columns; i++) {
                    memory.setAtIndex(ValueLayout.JAVA_FLOAT, i, (i * 37 + 11) % (101 - operand));
                }
                operands[operand] = Matrix.of(memory, ElementType.F32, rows, columns);
            }
            AlignmentSums sums = AlignmentSums.of(operands[0].minus(operands[1]));
            sums.add(Samples.matrix(Samples.normal(64, columns, new Random(10))));
            done.set(true);
            watch.join();
            long copy = (long) rows * columns * Double.BYTES;
            System.out.println(sums.alignment().isDefined() && most.get() < copy / 2
                    ? "no copy is made"
                    : "native memory: " + most.get());
        }
    }
}
