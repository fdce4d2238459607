package io.github.logalign;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.internal.Boundary;
import io.github.logalign.internal.blas.Blas;
import io.github.logalign.internal.blas.BlasException;
import io.github.logalign.internal.blas.NativeBuffer;
import io.github.logalign.matrix.ElementType;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.matrix.Matrix;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Only three types of exceptions leave the API, for any problem in its surroundings. Each condition has a JVM of its own, in
 * which every public method and constructor of the exported packages is called.
 */
class BoundaryTest {

    private static final String NATIVE_ACCESS = "--enable-native-access=ALL-UNNAMED";

    @TempDir
    Path folder;

    /** Runs all calls; the output lists the outcomes and their counts. */
    private String calls(List<String> shell, String condition, String... options) throws IOException,
            InterruptedException {
        List<String> line = new ArrayList<>(shell);
        line.add(ProcessHandle.current().info().command().orElseThrow());
        line.addAll(List.of(options));
        line.addAll(List.of(
                "--add-modules", "jdk.incubator.vector", "-cp", System.getProperty("java.class.path"),
                ApiCalls.class.getName(), folder.toString(), condition));
        Path output = folder.resolve("output.txt");
        ProcessBuilder builder = new ProcessBuilder(line).redirectErrorStream(true).redirectOutput(output.toFile());
        // Each thread may reserve 64 MB for its own heap otherwise, and OpenBLAS starts one for each core.
        builder.environment().put("MALLOC_ARENA_MAX", "1");
        builder.environment().put("OPENBLAS_NUM_THREADS", "1");
        Process process = builder.start();
        try {
            process.waitFor();
        } finally {
            process.destroyForcibly();
        }
        String text = Files.readString(output, StandardCharsets.UTF_8);
        assertEquals(0, process.exitValue(), text);
        assertTrue(text.contains(" x a value"), text);
        return text;
    }

    @Test
    void withoutLapack() throws IOException, InterruptedException {
        String text = calls(List.of(), "plain", NATIVE_ACCESS, "-D" + Blas.PROPERTY + "=/none.so");
        assertTrue(text.contains("LogalignException: no usable OpenBLAS"), text);
    }

    @Test
    void withoutMemory() throws IOException, InterruptedException {
        // 1.6 GB of addresses: enough for this JVM, too little for what the large samples take.
        String text = calls(
                List.of("sh", "-c", "ulimit -v 1600000 && exec \"$@\"", "sh"), "large", NATIVE_ACCESS, "-Xmx420m",
                "-XX:+UseSerialGC", "-XX:CompressedClassSpaceSize=64m", "-XX:ReservedCodeCacheSize=64m",
                "-XX:ActiveProcessorCount=2");
        assertTrue(text.contains("LogalignException: out of memory"), text);
    }

    @Test
    void withClosedArenasAndFiles() throws IOException, InterruptedException {
        String text = calls(List.of(), "closed", NATIVE_ACCESS);
        assertTrue(text.contains("IllegalStateException"), text);
    }

    @Test
    void whileTheThreadIsInterruptedFromTheFirstCallOn() throws IOException, InterruptedException {
        // An empty cache: the natives have to be extracted, which an interrupt of the thread would cut short.
        String text = calls(List.of(), "interrupted", NATIVE_ACCESS, "-D" + Blas.CACHE_PROPERTY + "="
                + folder.resolve("cache"));
        assertTrue(!text.contains("no usable OpenBLAS"), text);
        assertTrue(Files.isDirectory(folder.resolve("cache")));
    }

    @Test
    void whereTheJvmRefusesNativeAccess() throws IOException, InterruptedException {
        String text = calls(List.of(), "denied", "--illegal-native-access=deny");
        assertTrue(text.contains("LogalignException: the JVM refuses native access (--illegal-native-access=deny);"
                + " start java with " + NATIVE_ACCESS), text);
    }

    @Test
    void whatFailsIsToldInTheRightType() {
        LogalignException known = new LogalignException("known");
        assertSame(known, Boundary.translated(known));
        assertEquals("no BLAS", message(new BlasException("no BLAS")));
        assertTrue(message(new InternalError("a fault occurred in an unsafe memory access operation"))
                .contains("became shorter"));
        assertTrue(message(new OutOfMemoryError("unable to create native thread")).contains("ulimit -u"));
        assertTrue(message(new OutOfMemoryError("Cannot reserve 8 bytes of direct buffer memory")).contains("smaller"));
        assertTrue(message(new StackOverflowError()).contains("-Xss"));
        RuntimeException fault = Boundary.translated(new NullPointerException("x"));
        assertTrue(String.valueOf(assertInstanceOf(IllegalStateException.class, fault).getMessage())
                .contains("unexpected NullPointerException"));
        assertInstanceOf(IllegalStateException.class, Boundary.translated(new WrongThreadException()));
    }

    private static String message(Throwable failure) {
        return assertInstanceOf(LogalignException.class, Boundary.translated(failure)).getMessage();
    }

    @Test
    void anExhaustedHeapIsToldWithWhatToDo() {
        // No JVM has arrays of so many elements, with any heap.
        String message = assertThrows(LogalignException.class,
                () -> Boundary.call(() -> new long[Integer.MAX_VALUE].length)).getMessage();
        assertTrue(message.contains("-Xmx"), message);
    }

    @Test
    void nothingIsLostWhereAResultCannotLive() {
        Matrix w = Samples.matrix(Samples.normal(20, 8, new Random(3)));
        Arena closed;
        try (Arena arena = Arena.ofConfined()) {
            WeightSpectrum.of(w, arena);
            closed = arena;
        }
        long before = NativeBuffer.liveBytes();
        assertThrows(IllegalStateException.class, () -> WeightSpectrum.of(w, closed));
        assertThrows(IllegalStateException.class, () -> NativeBuffer.allocate(1 << 20, closed));
        assertTrue(NativeBuffer.liveBytes() <= before, "scratch is left over");
    }

    @Test
    void missingArgumentsAreWrongCalls() {
        assertThrows(IllegalArgumentException.class, () -> new Matrix(w().segment(), ElementType.F64, 1, 1, 1,
                Matrix.Orientation.ROW_MAJOR, nothing()));
        assertThrows(IllegalArgumentException.class, () -> WeightSpectrum.of(nothing(), Arena.ofAuto()));
        assertThrows(IllegalArgumentException.class, () -> WeightSpectrum.of(w(), nothing()));
        assertThrows(IllegalArgumentException.class, () -> AlignmentSums.of(BoundaryTest.<Matrix>nothing()));
        assertThrows(IllegalArgumentException.class, () -> AlignmentSums.of(w()).merge(nothing()));
    }

    private static Matrix w() {
        return Matrix.of(new double[]{1, 2, 3, 4}, 2, 2);
    }

    /** A null where none may be: what a caller without a checker passes. */
    @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"})
    private static <T> T nothing() {
        return null;
    }
}
