package io.github.logalign;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.logalign.matrix.Computation.Kind;
import io.github.logalign.matrix.ElementType;
import io.github.logalign.matrix.Matrix.Orientation;
import io.github.logalign.matrix.Matrix;
import io.github.logalign.matrix.Method;
import io.github.logalign.matrix.Precision;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The same matrix in any memory, layout and byte order gives the same result. */
@Tag("widths")
class ViewsTest {

    private static final int ROWS = 43;
    private static final int COLUMNS = 21;

    /** Small whole numbers: exact in every type. */
    private static double[][] values(int rows, long seed) {
        Random random = new Random(seed);
        double[][] values = new double[rows][COLUMNS];
        for (double[] row : values) {
            for (int c = 0; c < COLUMNS; c++) {
                row[c] = random.nextInt(-100, 101);
            }
        }
        return values;
    }

    private static byte[] bytes(double[][] a, ElementType type, Orientation orientation, int gap, ByteOrder order,
            int offset) {
        boolean rowMajor = orientation == Orientation.ROW_MAJOR;
        int lines = rowMajor ? a.length : COLUMNS;
        int length = rowMajor ? COLUMNS : a.length;
        ByteBuffer buffer = ByteBuffer.allocate(offset + lines * (length + gap) * type.bytes()).order(order);
        for (int line = 0; line < lines; line++) {
            for (int k = 0; k < length; k++) {
                double value = rowMajor ? a[line][k] : a[k][line];
                int at = offset + (line * (length + gap) + k) * type.bytes();
                switch (type) {
                    case F64 -> buffer.putDouble(at, value);
                    case F32 -> buffer.putFloat(at, (float) value);
                    case F16 -> buffer.putShort(at, Float.floatToFloat16((float) value));
                    case BF16 -> buffer.putShort(at, (short) (Float.floatToRawIntBits((float) value) >>> 16));
                }
            }
        }
        byte[] bytes = new byte[buffer.capacity()];
        buffer.get(0, bytes);
        return bytes;
    }

    /** The bytes in every kind of memory. */
    private static List<MemorySegment> segments(byte[] bytes, Arena arena) {
        MemorySegment ofArena = arena.allocate(bytes.length);
        ofArena.copyFrom(MemorySegment.ofArray(bytes));
        ByteBuffer direct = ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
        List<MemorySegment> segments = new ArrayList<>(List.of(
                MemorySegment.ofArray(bytes), ofArena, MemorySegment.ofBuffer(direct), ofArena.asReadOnly()));
        if (bytes.length % 8 == 0) {
            long[] longs = MemorySegment.ofArray(bytes).toArray(ValueLayout.JAVA_LONG_UNALIGNED);
            segments.add(MemorySegment.ofArray(longs));
        }
        return segments;
    }

    @ParameterizedTest
    @EnumSource(ElementType.class)
    void anyViewGivesTheSame(ElementType type) {
        double[][] w = values(ROWS, 1);
        double[][] x = values(30, 2);
        try (Arena arena = Arena.ofConfined()) {
            WeightSpectrum expected = WeightSpectrum.of(Samples.matrix(w), arena);
            double[] p = expected.p();
            double[] q = expected.project(Samples.matrix(x)).q();
            for (Orientation orientation : Orientation.values()) {
                for (ByteOrder order : new ByteOrder[]{ByteOrder.LITTLE_ENDIAN, ByteOrder.BIG_ENDIAN}) {
                    for (int gap : new int[]{0, 3}) {
                        for (int offset : new int[]{0, 1}) {
                            List<MemorySegment> ws = segments(bytes(w, type, orientation, gap, order, offset), arena);
                            List<MemorySegment> xs = segments(bytes(x, type, orientation, gap, order, offset), arena);
                            for (int kind = 0; kind < Math.min(ws.size(), xs.size()); kind++) {
                                Matrix mw = view(ws.get(kind), type, ROWS, orientation, gap, order, offset);
                                Matrix mx = view(xs.get(kind), type, 30, orientation, gap, order, offset);
                                WeightSpectrum spectrum = WeightSpectrum.of(mw, arena);
                                assertArrayEquals(p, spectrum.p(), 1e-14);
                                assertArrayEquals(q, spectrum.project(mx).q(), 1e-11);
                                AlignmentSums sums = AlignmentSums.of(mw);
                                sums.add(mx, null);
                                double overlap = expected.alignment(expected.project(Samples.matrix(x))).overlap();
                                assertEquals(overlap, sums.alignment().overlap(), 1e-14);
                            }
                        }
                    }
                }
            }
        }
    }

    private static Matrix view(
            MemorySegment segment, ElementType type, int rows, Orientation orientation, int gap, ByteOrder order,
            int offset) {
        int length = orientation == Orientation.ROW_MAJOR ? COLUMNS : rows;
        return new Matrix(segment.asSlice(offset), type, rows, COLUMNS, length + gap, orientation, order);
    }

    @ParameterizedTest
    @EnumSource(ElementType.class)
    void subnormalsOfEveryType(ElementType type) {
        int rows = 9;
        int columns = 5;
        ByteBuffer buffer = ByteBuffer.allocate(rows * columns * type.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        double[][] same = new double[rows][columns];
        Random random = new Random(8);
        for (int i = 0; i < rows * columns; i++) {
            int bits = random.nextInt(1, 100);
            same[i / columns][i % columns] = bits;
            switch (type) {
                case F64 -> buffer.putLong(i * 8, bits);
                case F32 -> buffer.putInt(i * 4, bits);
                case F16, BF16 -> buffer.putShort(i * 2, (short) bits);
            }
        }
        Matrix w = Matrix.of(MemorySegment.ofBuffer(buffer), type, rows, columns);
        double[][] x = Samples.normal(7, columns, random);
        double exact = Reference.overlap(same, x);
        try (Arena arena = Arena.ofConfined()) {
            for (Precision precision : Precision.values()) {
                for (Method method : Method.values()) {
                    WeightSpectrum spectrum = WeightSpectrum.of(w, new SpectrumOptions(method, precision, true, 1),
                            arena);
                    double overlap = spectrum.alignment(spectrum.project(Samples.matrix(x))).overlap();
                    assertEquals(exact, overlap, precision == Precision.DOUBLE ? 1e-14 : 1e-5);
                }
                AlignmentSums sums = AlignmentSums.of(w, AlignmentOptions.DEFAULT.withPrecision(precision));
                sums.add(Samples.matrix(x), null);
                assertEquals(exact, sums.alignment().overlap(), precision == Precision.DOUBLE ? 1e-14 : 1e-5);
                WeightSpectrum asActivations = WeightSpectrum.of(Samples.matrix(x),
                        new SpectrumOptions(Method.SVD, precision, true, 1), arena);
                double turned = asActivations.alignment(asActivations.project(w)).overlap();
                assertEquals(exact, turned, precision == Precision.DOUBLE ? 1e-14 : 1e-5);
            }
        }
    }

    @Test
    void largeMatricesAreReadInManyBlocks() {
        int rows = 9001;
        int columns = 67;
        float[] w = new float[rows * columns];
        Random random = new Random(9);
        for (int i = 0; i < w.length; i++) {
            w[i] = (float) random.nextGaussian() * (1 + i % columns);
        }
        Matrix matrix = Matrix.of(w, rows, columns);
        try (Arena arena = Arena.ofConfined()) {
            WeightSpectrum svd = WeightSpectrum.of(matrix, arena);
            WeightSpectrum gram = WeightSpectrum.of(matrix, SpectrumOptions.DEFAULT.withMethod(Method.GRAM), arena);
            assertEquals("dtpqrt+dgesdd", svd.computation().toString());
            assertEquals(Kind.GRAM, gram.computation().steps().getFirst().kind());
            assertArrayEquals(svd.p(), gram.p(), 1e-14);
            assertArrayEquals(svd.project(matrix).q(), svd.p(), 1e-13);
            assertArrayEquals(gram.project(matrix).q(), svd.p(), 1e-13);
        }
    }

    @Test
    void viewsThatDoNotFitAreRefused() {
        MemorySegment eight = MemorySegment.ofArray(new double[8]);
        assertThrows(IllegalArgumentException.class, () -> Matrix.of(eight, ElementType.F64, 3, 3));
        assertThrows(IllegalArgumentException.class, () -> Matrix.of(eight, ElementType.F64, -1, 3));
        assertThrows(IllegalArgumentException.class, () -> Matrix.of(eight, ElementType.F64, 2, 4).withStride(3));
        assertThrows(
                IllegalArgumentException.class, () -> Matrix.of(eight, ElementType.F64, Long.MAX_VALUE / 2, 1L << 40));
        assertThrows(IllegalArgumentException.class, () -> Matrix.of(eight, ElementType.F64, 2, 4).rows(1, 2));
        assertThrows(IllegalArgumentException.class, () -> Matrix.of(eight, ElementType.F64, 2, 4).get(0, 4));
    }
}
