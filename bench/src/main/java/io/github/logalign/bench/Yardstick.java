package io.github.logalign.bench;

import io.github.logalign.internal.blas.Blas;
import io.github.logalign.internal.simd.Element;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/** The pipeline in C, of native/, over the OpenBLAS that the library found. All segments are native. */
public final class Yardstick {

    /** Codes of native/yardstick.h. */
    public static final int F64 = 0;
    /** float32. */
    public static final int F32 = 1;
    /** bfloat16. */
    public static final int BF16 = 2;
    /** By dgesdd. */
    public static final int SVD = 0;
    /** By the Gram matrix. */
    public static final int GRAM = 1;
    /** In float64. */
    public static final int DOUBLE = 0;
    /** In float32. */
    public static final int SINGLE = 1;

    /** The system property that names the yardstick's variant. */
    public static final String VARIANT = "yardstick";

    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
    private static final ValueLayout POINTER = ValueLayout.ADDRESS;

    private final MethodHandle project;
    private final MethodHandle squares;
    private final MethodHandle overlap;
    private final MethodHandle spectrum;
    private final MethodHandle score;

    private Yardstick(Path library, Path blas) throws Throwable {
        SymbolLookup lookup = SymbolLookup.libraryLookup(library, Arena.global());
        MethodHandle open = bind(lookup, "open", FunctionDescriptor.of(INT, POINTER));
        project = bind(lookup, "project",
                FunctionDescriptor.of(INT, INT, POINTER, LONG, LONG, INT, POINTER, LONG, POINTER));
        squares = bind(lookup, "squares", FunctionDescriptor.of(ValueLayout.JAVA_DOUBLE, INT, POINTER, LONG));
        overlap = bind(lookup, "overlap", FunctionDescriptor.of(ValueLayout.JAVA_DOUBLE, POINTER, POINTER, LONG));
        spectrum = bind(lookup, "spectrum",
                FunctionDescriptor.of(INT, INT, POINTER, LONG, LONG, INT, INT, POINTER, POINTER));
        score = bind(lookup, "score", FunctionDescriptor.of(
                INT, INT, POINTER, LONG, LONG, POINTER, LONG, INT, INT, POINTER, POINTER, POINTER));
        try (Arena arena = Arena.ofConfined()) {
            if ((int) open.invokeExact(arena.allocateFrom(blas.toString())) != 0) {
                throw new IllegalStateException("the yardstick does not find its routines in " + blas);
            }
        }
    }

    /**
     * Loads the yardstick that {@code make -C native} makes: for this CPU, or for those with AVX2 if the system property
     * {@value #VARIANT} says avx2.
     *
     * @param blas the OpenBLAS to use
     * @return the yardstick
     */
    public static Yardstick open(Path blas) {
        return open(blas, System.getProperty(VARIANT, ""));
    }

    /**
     * Loads a yardstick.
     *
     * @param blas the OpenBLAS to use
     * @param variant empty for this CPU, or avx2
     * @return the yardstick
     */
    public static Yardstick open(Path blas, String variant) {
        try {
            return new Yardstick(library(variant).toAbsolutePath(), blas);
        } catch (Throwable failed) {
            throw new IllegalStateException("no yardstick: run `make -C native`", failed);
        }
    }

    /** Where a yardstick is. */
    static Path library(String variant) {
        return Path.of("target/native/libyardstick" + (variant.isEmpty() ? "" : "-" + variant) + ".so");
    }

    /** The same over the OpenBLAS that the library found. */
    static Yardstick open() {
        return open(Path.of(Blas.get().info().path()));
    }

    private static MethodHandle bind(SymbolLookup lookup, String name, FunctionDescriptor type) {
        return Linker.nativeLinker().downcallHandle(lookup.findOrThrow("yardstick_" + name), type);
    }

    /** The code of an element type. */
    public static int code(Element element) {
        return switch (element) {
            case F64 -> F64;
            case F32 -> F32;
            case BF16 -> BF16;
            case F16 -> throw new IllegalArgumentException("the yardstick does not read F16");
        };
    }

    /** Squared projections, summed over tokens. */
    public void project(
            int element, MemorySegment x, long tokens, long n, int precision, MemorySegment v, long directions,
            MemorySegment sums) {
        try {
            check((int) project.invokeExact(element, x, tokens, n, precision, v, directions, sums));
        } catch (Throwable failed) {
            throw new IllegalStateException(failed);
        }
    }

    /** The sum of squares. */
    public double squares(int element, MemorySegment values, long count) {
        try {
            return (double) squares.invokeExact(element, values, count);
        } catch (Throwable failed) {
            throw new IllegalStateException(failed);
        }
    }

    /** The sum of products. */
    public double overlap(MemorySegment p, MemorySegment q, long count) {
        try {
            return (double) overlap.invokeExact(p, q, count);
        } catch (Throwable failed) {
            throw new IllegalStateException(failed);
        }
    }

    /** p and the right singular vectors. */
    public void spectrum(
            int element, MemorySegment w, long m, long n, int method, int precision, MemorySegment p, MemorySegment v) {
        try {
            check((int) spectrum.invokeExact(element, w, m, n, method, precision, p, v));
        } catch (Throwable failed) {
            throw new IllegalStateException(failed);
        }
    }

    /** p, q and the overlap. */
    public double score(
            int element, MemorySegment w, long m, long n, MemorySegment x, long tokens, int method, int precision,
            MemorySegment p, MemorySegment q) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment overlap = arena.allocate(ValueLayout.JAVA_DOUBLE);
            check((int) score.invokeExact(element, w, m, n, x, tokens, method, precision, p, q, overlap));
            return overlap.get(ValueLayout.JAVA_DOUBLE, 0);
        } catch (Throwable failed) {
            throw new IllegalStateException(failed);
        }
    }

    private static void check(int info) {
        if (info != 0) {
            throw new IllegalStateException("INFO = " + info);
        }
    }
}
