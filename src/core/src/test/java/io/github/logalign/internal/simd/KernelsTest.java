package io.github.logalign.internal.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each kernel against a plain loop written here, for both twins, at awkward sizes and unaligned places. */
@Tag("widths")
class KernelsTest {

    private static final int[] SIZES = {0, 1, 2, 3, 7, 8, 9, 13, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 207, 702,
        4098};

    static List<Kernels> twins() {
        return List.of(Simd.scalar(), new ScalarKernels(Tile.of(128)), new ScalarKernels(Tile.of(512)),
                new ScalarKernels(Tile.of(256)), Simd.vector());
    }

    private static double round(Element element, double value) {
        return switch (element) {
            case F64 -> value;
            case F32 -> (float) value;
            case F16 -> Float.float16ToFloat(Float.floatToFloat16((float) value));
            case BF16 -> Float.intBitsToFloat(Float.floatToRawIntBits((float) value) & 0xffff0000);
        };
    }

    static void put(MemorySegment segment, long offset, Element element, double value) {
        switch (element) {
            case F64 -> segment.set(ValueLayout.JAVA_DOUBLE_UNALIGNED, offset, value);
            case F32 -> segment.set(ValueLayout.JAVA_FLOAT_UNALIGNED, offset, (float) value);
            case F16 -> segment.set(ValueLayout.JAVA_SHORT_UNALIGNED, offset, Float.floatToFloat16((float) value));
            case BF16 ->
                segment.set(
                        ValueLayout.JAVA_SHORT_UNALIGNED,
                        offset,
                        (short) (Float.floatToRawIntBits((float) value) >>> 16));
        }
    }

    private record Data(double[] values, MemorySegment segment, long offset) {}

    private static Data data(Arena arena, Element element, int count, Random random) {
        // An odd offset: tensors in files begin anywhere.
        long offset = 3;
        MemorySegment segment = arena.allocate(offset + (long) count * element.bytes() + 1);
        double[] values = new double[count];
        for (int i = 0; i < count; i++) {
            values[i] = round(element, random.nextGaussian());
            put(segment, offset + (long) i * element.bytes(), element, values[i]);
        }
        return new Data(values, segment, offset);
    }

    /** .ci/run looks for this line. */
    @BeforeAll
    static void tellTheWidth() {
        int widest = VectorWidth.widest();
        System.out.println("vectors of " + Simd.bits() + " bits: "
                + (Simd.bits() <= widest ? "native" : "emulated, this CPU has " + widest));
    }

    @Test
    void theWidthIsTheOneAskedFor() {
        String forced = System.getProperty(Simd.PROPERTY);
        if (forced == null || forced.equals("widest")) {
            assertTrue(Simd.bits() >= 0);
            assertFalse(Simd.reason().isEmpty());
        } else {
            assertEquals(Integer.parseInt(forced), Simd.bits());
            assertEquals(Integer.parseInt(forced), Simd.kernels().bits());
            assertTrue(Simd.reason().contains("forced"));
        }
    }

    @Test
    void impossibleWidthsAreErrors() {
        assertThrows(IllegalArgumentException.class, () -> VectorWidth.decide("512", "test", true, () -> 256));
        assertThrows(IllegalArgumentException.class, () -> VectorWidth.decide("256", "test", false, () -> 512));
        assertThrows(IllegalArgumentException.class, () -> VectorWidth.decide("64", "test", true, () -> 512));
        assertThrows(IllegalArgumentException.class, () -> VectorWidth.decide("", "test", true, () -> 512));
        assertEquals(0, VectorWidth.decide("0", "test", false, () -> 512).bits());
        assertEquals(0, VectorWidth.decide(null, "test", false, () -> 512).bits());
        assertEquals(256, VectorWidth.decide(null, "test", true, () -> 256).bits());
        assertFalse(VectorWidth.decide(null, "test", true, () -> 256).forced());
        assertEquals(256, VectorWidth.decide("widest", "test", true, () -> 256).bits());
        assertTrue(VectorWidth.decide("widest", "test", true, () -> 256).forced());
        assertEquals(256, VectorWidth.decide("WIDEST", "test", true, () -> 256).bits());
        assertEquals("forced by test=Widest", VectorWidth.decide("Widest", "test", true, () -> 256).reason());
        assertTrue(VectorWidth.decide(null, "test", false, () -> 512).reason().contains("--add-modules"));
    }

    @ParameterizedTest
    @MethodSource("twins")
    void largestMagnitudes(Kernels kernels) {
        Random random = new Random(1);
        for (Element element : Element.values()) {
            for (int size : SIZES) {
                try (Arena arena = Arena.ofConfined()) {
                    Data data = data(arena, element, size, random);
                    double max = 0;
                    for (double value : data.values) {
                        max = Math.max(max, Math.abs(value));
                    }
                    assertEquals(max, kernels.maxMagnitude(data.segment, data.offset, element, size));
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("twins")
    void whatIsNotFiniteIsFoundAnywhere(Kernels kernels) {
        Random random = new Random(2);
        for (Element element : Element.values()) {
            for (int size : new int[]{1, 2, 17, 65, 702}) {
                for (int at : new int[]{0, size / 2, size - 1}) {
                    for (double bad : new double[]{Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
                        try (Arena arena = Arena.ofConfined()) {
                            Data data = data(arena, element, size, random);
                            put(data.segment, data.offset + (long) at * element.bytes(), element, bad);
                            double max = kernels.maxMagnitude(data.segment, data.offset, element, size);
                            assertFalse(Double.isFinite(max), () -> element + " " + size + " " + at + " " + bad);
                        }
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("twins")
    void conversionsAreExact(Kernels kernels) {
        Random random = new Random(3);
        for (Element element : Element.values()) {
            for (Element working : new Element[]{Element.F64, Element.F32}) {
                for (int exponent : new int[]{0, 3, -5}) {
                    for (int size : SIZES) {
                        try (Arena arena = Arena.ofConfined()) {
                            Data data = data(arena, element, size, random);
                            MemorySegment target = arena.allocate(5 + (long) size * working.bytes());
                            kernels.convert(data.segment, data.offset, element, size, target, 5, working, exponent);
                            for (int i = 0; i < size; i++) {
                                double expected = round(working, Math.scalb(data.values[i], exponent));
                                long at = 5 + (long) i * working.bytes();
                                double got = working == Element.F64
                                        ? target.get(ValueLayout.JAVA_DOUBLE_UNALIGNED, at)
                                        : target.get(ValueLayout.JAVA_FLOAT_UNALIGNED, at);
                                assertEquals(expected, got);
                            }
                        }
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("twins")
    void everyPatternOfSixteenBitsIsWidenedRight(Kernels kernels) {
        try (Arena arena = Arena.ofConfined()) {
            for (Element element : new Element[]{Element.F16, Element.BF16}) {
                int count = 0;
                MemorySegment source = arena.allocate(2L << 16);
                double[] expected = new double[1 << 16];
                for (int bits = 0; bits < 1 << 16; bits++) {
                    float value = element == Element.F16
                            ? Float.float16ToFloat((short) bits)
                            : Float.intBitsToFloat(bits << 16);
                    if (Float.isFinite(value)) {
                        source.setAtIndex(ValueLayout.JAVA_SHORT, count, (short) bits);
                        expected[count++] = value;
                    }
                }
                MemorySegment target = arena.allocate((long) count * 8);
                kernels.convert(source, 0, element, count, target, 0, Element.F64, 0);
                for (int i = 0; i < count; i++) {
                    assertEquals(expected[i], target.getAtIndex(ValueLayout.JAVA_DOUBLE, i));
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("twins")
    void subnormalsAreScaledExactly(Kernels kernels) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment source = arena.allocate(8 * 40);
            MemorySegment target = arena.allocate(8 * 40);
            for (int i = 0; i < 40; i++) {
                source.setAtIndex(ValueLayout.JAVA_DOUBLE, i, Double.longBitsToDouble(i + 1L));
            }
            kernels.convert(source, 0, Element.F64, 40, target, 0, Element.F64, 1060);
            for (int i = 0; i < 40; i++) {
                assertEquals(Math.scalb((double) (i + 1), -14), target.getAtIndex(ValueLayout.JAVA_DOUBLE, i));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("twins")
    void sumsOfSquaresAndDotProducts(Kernels kernels) {
        Random random = new Random(4);
        for (int size : SIZES) {
            try (Arena arena = Arena.ofConfined()) {
                for (Element working : new Element[]{Element.F64, Element.F32, Element.BF16}) {
                    Data data = data(arena, working, size, random);
                    double sum = 0;
                    for (double value : data.values) {
                        sum += value * value;
                    }
                    double got = kernels.sumOfSquares(data.segment, data.offset, working, size);
                    assertEquals(sum, got, 1e-13 * sum, () -> working + " " + size);
                    for (int bad : new int[]{0, size / 2, size - 1}) {
                        Data broken = data(arena, working, size, random);
                        if (size > 0) {
                            put(broken.segment, broken.offset + (long) bad * working.bytes(), working,
                                    bad % 2 == 0 ? Double.NaN : Double.NEGATIVE_INFINITY);
                            assertFalse(Double.isFinite(
                                    kernels.sumOfSquares(broken.segment, broken.offset, working, size)));
                        }
                    }
                }
                double[] a = random.doubles(size).toArray();
                double[] b = random.doubles(size).toArray();
                double dot = 0;
                for (int i = 0; i < size; i++) {
                    dot += a[i] * b[i];
                }
                assertEquals(dot, kernels.dot(a, b), 1e-14 * Math.max(1, dot));
            }
        }
    }

    record Shape(int tokens, int directions, int n) {}

    static Stream<Shape> shapes() {
        List<Shape> shapes = new ArrayList<>();
        for (int tokens : new int[]{1, 3, 8, 13, 33}) {
            for (int directions : new int[]{1, 7, 24, 25, 40, 50, 80}) {
                for (int n : new int[]{1, 5, 64, 131}) {
                    shapes.add(new Shape(tokens, directions, n));
                }
            }
        }
        shapes.add(new Shape(70, 97, 601));
        shapes.add(new Shape(600, 9, 40));
        return shapes.stream();
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void squaredProjections(Shape shape) {
        for (Kernels kernels : twins()) {
            for (Element working : new Element[]{Element.F64, Element.F32}) {
                project(kernels, working, shape);
            }
        }
    }

    private static void project(Kernels kernels, Element working, Shape s) {
        Random random = new Random(5);
        double unit = working == Element.F64 ? 1e-14 : 1e-5;
        try (Arena arena = Arena.ofConfined()) {
            int gap = 3;
            long stride = (long) (s.n + gap) * working.bytes();
            Data x = data(arena, working, s.tokens * (s.n + gap), random);
            Data v = data(arena, working, s.directions * s.n, random);
            int width = kernels.panelWidth(working);
            int panelCount = Panels.count(s.directions, width);
            MemorySegment panels = arena.allocate(Panels.byteSize(panelCount, width, s.n, working), 64);
            Panels.pack(working, v.segment.asSlice(v.offset), 0, s.n, 1, s.directions, s.n, width, panels);
            MemorySegment sums = arena.allocate((long) panelCount * width * 8, 64);
            sums.fill((byte) 0);
            kernels.addSquaredProjections(
                    working, x.segment, x.offset, stride, s.tokens, s.n, panels, s.directions,
                    arena.allocate(kernels.projectionScratch(working, s.tokens, s.n), 64), sums);
            for (int d = 0; d < s.directions; d++) {
                double expected = 0;
                for (int t = 0; t < s.tokens; t++) {
                    double dot = 0;
                    for (int c = 0; c < s.n; c++) {
                        dot += x.values[t * (s.n + gap) + c] * v.values[d * s.n + c];
                    }
                    expected += dot * dot;
                }
                double got = sums.getAtIndex(ValueLayout.JAVA_DOUBLE, d);
                assertEquals(expected, got, unit * s.n * s.tokens + unit * expected, () -> working + " " + s);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("twins")
    void squaresOfColumns(Kernels kernels) {
        Random random = new Random(6);
        for (Element working : new Element[]{Element.F64, Element.F32}) {
            for (int columns : SIZES) {
                try (Arena arena = Arena.ofConfined()) {
                    int rows = 9;
                    Data data = data(arena, working, rows * columns, random);
                    MemorySegment sums = arena.allocate(8L * columns, 8);
                    kernels.addSquaresOfColumns(working, data.segment.asSlice(data.offset), rows, columns, sums);
                    kernels.addSquaresOfColumns(working, data.segment.asSlice(data.offset), rows, columns, sums);
                    for (int c = 0; c < columns; c++) {
                        double expected = 0;
                        for (int row = 0; row < rows; row++) {
                            double value = data.values[row * columns + c];
                            expected += 2 * value * value;
                        }
                        assertEquals(expected, sums.getAtIndex(ValueLayout.JAVA_DOUBLE, c), 1e-14 * expected);
                    }
                }
            }
        }
    }

    static Stream<Arguments> gramShapes() {
        return twins().stream().flatMap(kernels -> Stream.of(1, 7, 8, 23, 24, 25, 48, 49, 97, 300)
                .flatMap(n -> Stream.of(1, 2, 17, 40).map(rows -> Arguments.of(kernels, n, rows))));
    }

    @ParameterizedTest(name = "{0} n = {1}, {2} rows")
    @MethodSource("gramShapes")
    void gramMatrices(Kernels kernels, int n, int rows) {
        Random random = new Random(n * 100L + rows);
        for (Element working : new Element[]{Element.F64, Element.F32}) {
            try (Arena arena = Arena.ofConfined()) {
                Data data = data(arena, working, rows * n, random);
                GramLayout layout = GramLayout.of(kernels, working, n);
                MemorySegment plain = arena.allocate((long) rows * n * working.bytes(), 64);
                MemorySegment.copy(data.segment, data.offset, plain, 0, plain.byteSize());
                MemorySegment packed = arena.allocate(layout.packedSize(rows) * working.bytes(), 64);
                MemorySegment gram = arena.allocate(layout.size() * Double.BYTES, 64);
                int half = rows / 2;
                long from = (long) half * n * working.bytes();
                kernels.packGram(working, plain, 0, half, rows, layout, packed);
                kernels.packGram(working, plain.asSlice(from), half, rows - half, rows, layout, packed);
                kernels.addGram(working, packed, rows, layout, gram);
                kernels.addGram(working, packed, rows, layout, gram);
                double tolerance = (working == Element.F64 ? 1e-14 : 1e-5) * rows;
                for (int i = 0; i < n; i++) {
                    for (int j = 0; j <= i; j++) {
                        double expected = 0;
                        for (int row = 0; row < rows; row++) {
                            expected += data.values[row * n + i] * data.values[row * n + j];
                        }
                        double got = gram.getAtIndex(
                                ValueLayout.JAVA_DOUBLE, (long) i * layout.stride() + j);
                        assertEquals(2 * expected, got, tolerance * Math.max(1, Math.abs(expected)), i + ", " + j);
                    }
                }
            }
        }
    }
}
