package io.github.logalign.bench;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.github.logalign.ActivationSpectrum;
import io.github.logalign.SpectrumOptions;
import io.github.logalign.WeightSpectrum;
import io.github.logalign.internal.blas.Blas;
import io.github.logalign.internal.simd.Element;
import io.github.logalign.internal.simd.Kernels;
import io.github.logalign.internal.simd.Panels;
import io.github.logalign.internal.simd.Simd;
import io.github.logalign.matrix.Method;
import io.github.logalign.matrix.Precision;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The yardstick computes what Java computes: a measurement against it compares like with like. */
@Tag("yardstick")
class YardstickTest {

    /** m x n: primes, one of them beyond a block of rows; square; tall; wide. */
    private static final List<int[]> SHAPES = List.of(
            new int[]{1031, 61}, new int[]{127, 113}, new int[]{64, 64}, new int[]{1500, 32}, new int[]{2, 2},
            new int[]{61, 211}, new int[]{31, 1500}, new int[]{2, 3});

    /** Beyond a block of tokens, and prime. */
    private static final int TOKENS = 307;

    private static Yardstick yardstick;

    /** The one for CPUs with AVX2, which is made on x86-64 only. */
    private static @Nullable Yardstick avx2;

    private final Arena arena = Arena.ofConfined();

    @BeforeAll
    static void open() {
        yardstick = Yardstick.open();
        if (Files.exists(Yardstick.library("avx2"))) {
            avx2 = Yardstick.open(Path.of(Blas.get().info().path()), "avx2");
        }
    }

    @AfterEach
    void close() {
        arena.close();
    }

    static Stream<Arguments> inputs() {
        return Stream.of(Element.F64, Element.F32, Element.BF16)
                .flatMap(element -> Stream.of(Precision.values())
                        .map(precision -> Arguments.of(element, precision)));
    }

    static Stream<Arguments> scores() {
        return inputs().flatMap(input -> Stream.of(Method.SVD, Method.GRAM)
                .flatMap(method -> SHAPES.stream()
                        .map(shape -> Arguments.of(input.get()[0], input.get()[1], method, shape[0], shape[1]))));
    }

    /** Sums of positive numbers: relative errors of some roundoffs. */
    @ParameterizedTest
    @MethodSource("inputs")
    void squaredProjections(Element element, Precision precision) {
        for (int[] shape : SHAPES) {
            int directions = Math.min(shape[0], 97);
            int n = shape[1];
            Element working = precision == Precision.DOUBLE ? Element.F64 : Element.F32;
            MemorySegment x = Numbers.normal(arena, element, TOKENS, n, 1);
            MemorySegment v = Numbers.normal(arena, working, directions, n, 2);
            MemorySegment inC = arena.allocate(8L * directions, 64);
            yardstick.project(Yardstick.code(element), x, TOKENS, n, code(precision), v, directions, inC);
            double[] inJava = projected(element, working, x, n, v, directions);
            for (int i = 0; i < directions; i++) {
                double tolerance = precision == Precision.DOUBLE ? 1e-13 : 1e-5;
                assertEquals(inJava[i], inC.getAtIndex(ValueLayout.JAVA_DOUBLE, i), tolerance * inJava[i]);
            }
        }
    }

    private double[] projected(
            Element element, Element working, MemorySegment x, int n, MemorySegment v, int directions) {
        Kernels kernels = Simd.kernels();
        int width = kernels.panelWidth(working);
        int count = Panels.count(directions, width);
        MemorySegment wide = arena.allocate((long) TOKENS * n * working.bytes(), 64);
        MemorySegment panels = arena.allocate(Panels.byteSize(count, width, n, working), 64);
        MemorySegment sums = arena.allocate(8L * count * width, 64);
        kernels.convert(x, 0, element, TOKENS * n, wide, 0, working, 0);
        Panels.pack(working, v, 0, n, 1, directions, n, width, panels);
        kernels.addSquaredProjections(
                working, wide, 0, (long) n * working.bytes(), TOKENS, n, panels, directions,
                arena.allocate(kernels.projectionScratch(working, TOKENS, n), 64), sums);
        return sums.toArray(ValueLayout.JAVA_DOUBLE);
    }

    /** In F64 for every type of input. */
    @ParameterizedTest
    @EnumSource(names = {"F64", "F32", "BF16"})
    void sumsOfSquares(Element element) {
        for (int count : new int[]{0, 1, 31, 32, 33, 4099, 100_003}) {
            MemorySegment values = Numbers.normal(arena, element, 1, count, 3);
            double inJava = Simd.kernels().sumOfSquares(values, 0, element, count);
            assertEquals(inJava, yardstick.squares(Yardstick.code(element), values, count), 1e-13 * inJava);
            if (avx2 != null) {
                assertEquals(inJava, avx2.squares(Yardstick.code(element), values, count), 1e-13 * inJava);
            }
        }
    }

    /**
     * p is off by some roundoffs, absolutely, by either method. q depends on single directions, which move by as much as
     * p over the distance between neighbouring p; the overlap does not.
     */
    @ParameterizedTest
    @MethodSource("scores")
    void scores(Element element, Precision precision, Method method, int m, int n) {
        MemorySegment w = Numbers.normal(arena, element, m, n, 4);
        MemorySegment x = Numbers.normal(arena, element, TOKENS, n, 5);
        SpectrumOptions options = SpectrumOptions.DEFAULT.withMethod(method).withPrecision(precision);
        WeightSpectrum spectrum = WeightSpectrum.of(Numbers.matrix(w, element, m, n), options, arena);
        ActivationSpectrum activations = spectrum.project(Numbers.matrix(x, element, TOKENS, n));
        double inJava = spectrum.alignment(activations).overlap();

        MemorySegment p = arena.allocate(8L * Math.min(m, n), 64);
        MemorySegment q = arena.allocate(8L * Math.min(m, n), 64);
        double inC = yardstick.score(
                Yardstick.code(element), w, m, n, x, TOKENS, method == Method.SVD ? Yardstick.SVD : Yardstick.GRAM,
                code(precision), p, q);

        boolean wide = precision == Precision.DOUBLE;
        assertArrayEquals(spectrum.p(), p.toArray(ValueLayout.JAVA_DOUBLE), wide ? 1e-14 : 1e-6, "p");
        assertArrayEquals(activations.q(), q.toArray(ValueLayout.JAVA_DOUBLE), wide ? 1e-13 : 1e-5, "q");
        assertEquals(inJava, inC, (wide ? 1e-13 : 1e-5) * inJava, "overlap");
    }

    private static int code(Precision precision) {
        return precision == Precision.DOUBLE ? Yardstick.DOUBLE : Yardstick.SINGLE;
    }
}
