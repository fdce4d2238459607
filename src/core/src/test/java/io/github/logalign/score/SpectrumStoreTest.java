package io.github.logalign.score;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.Alignment;
import io.github.logalign.SpectrumOptions;
import io.github.logalign.WeightSpectrum;
import io.github.logalign.matrix.ElementType;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.matrix.Matrix;
import io.github.logalign.matrix.Method;
import io.github.logalign.matrix.Precision;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A spectrum that was kept is the spectrum that was computed. */
class SpectrumStoreTest {

    private static final int TOKENS = 25;

    @TempDir
    Path folder;

    private static Matrix random(int rows, int columns, long seed, double scale) {
        double[] values = new Random(seed).doubles((long) rows * columns, -1, 1).map(value -> value * scale).toArray();
        return Matrix.of(MemorySegment.ofArray(values), ElementType.F64, rows, columns);
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }

    private static double lar(WeightSpectrum spectrum, Matrix x) {
        return assertInstanceOf(Alignment.Defined.class, spectrum.alignment(spectrum.project(x))).lar();
    }

    @ParameterizedTest
    @CsvSource({"30, 12, SVD, DOUBLE, 1", "12, 30, SVD, DOUBLE, 1", "30, 12, GRAM, SINGLE, 1",
        "12, 30, GRAM, DOUBLE, 1",
        "20, 20, SVD, SINGLE, 1", "20, 20, AUTO, DOUBLE, 1e200", "20, 11, SVD, DOUBLE, 1e-200", "5, 4, SVD, DOUBLE, 0"})
    void itIsTheSame(int m, int n, Method method, Precision precision, double scale) {
        Matrix w = random(m, n, 1, scale);
        Matrix x = random(TOKENS, n, 2, 1);
        SpectrumOptions options = SpectrumOptions.DEFAULT.withMethod(method).withPrecision(precision);
        SpectrumStore store = new SpectrumStore(folder, true);
        try (Arena arena = Arena.ofConfined()) {
            WeightSpectrum computed = WeightSpectrum.of(w, options, arena);
            assertTrue(store.find(w, options, arena).isEmpty());
            store.keep(w, options, computed);
            WeightSpectrum kept = store.find(w, options, arena).orElseThrow();
            assertArrayEquals(computed.p(), kept.p());
            assertArrayEquals(computed.singularValues(), kept.singularValues());
            assertEquals(computed.numericalRank(), kept.numericalRank());
            assertEquals(computed.stableRank(), kept.stableRank());
            assertEquals(computed.computation(), kept.computation());
            assertEquals(computed.method(), kept.method());
            if (scale == 0) {
                assertInstanceOf(Alignment.Undefined.class, kept.alignment(kept.project(x)));
            } else if (method == Method.GRAM && m < n) {
                // Projected on the vectors themselves, and not by W.
                assertEquals(lar(computed, x), lar(kept, x), 1e-12);
            } else {
                assertEquals(lar(computed, x), lar(kept, x));
                assertEquals(lar(computed, x), assertInstanceOf(
                        Alignment.Defined.class, computed.alignment(kept.project(x))).lar());
            }
        }
    }

    @Test
    void itIsFoundByTheNumbersAndTheOptions() {
        Matrix w = random(8, 6, 1, 1);
        SpectrumStore store = new SpectrumStore(folder, true);
        try (Arena arena = Arena.ofConfined()) {
            store.keep(w, SpectrumOptions.DEFAULT, WeightSpectrum.of(w, arena));
            assertTrue(store.find(random(8, 6, 1, 1), SpectrumOptions.DEFAULT, arena).isPresent());
            assertTrue(store.find(random(8, 6, 2, 1), SpectrumOptions.DEFAULT, arena).isEmpty());
            assertTrue(store.find(random(6, 8, 1, 1), SpectrumOptions.DEFAULT, arena).isEmpty());
            assertTrue(store.find(w, SpectrumOptions.DEFAULT.withMethod(Method.GRAM), arena).isEmpty());
            assertTrue(store.find(w, SpectrumOptions.DEFAULT.withPrecision(Precision.SINGLE), arena).isEmpty());
            assertTrue(store.find(w, SpectrumOptions.DEFAULT.withThreads(2), arena).isPresent());
            assertTrue(store.find(w, SpectrumOptions.DEFAULT.withoutVectors(), arena).isPresent());
        }
    }

    @Test
    void anyDamageIsNoticed() throws Exception {
        Matrix w = random(8, 6, 1, 1);
        SpectrumStore store = new SpectrumStore(folder, true);
        try (Arena arena = Arena.ofConfined()) {
            store.keep(w, SpectrumOptions.DEFAULT, WeightSpectrum.of(w, arena));
            Path file = files().getFirst();
            byte[] whole = Files.readAllBytes(file);
            for (int at = 0; at < whole.length; at++) {
                byte[] damaged = whole.clone();
                damaged[at] ^= 0x40;
                Files.write(file, damaged);
                int byteOfFile = at;
                LogalignException refused = assertThrows(LogalignException.class,
                        () -> store.find(w, SpectrumOptions.DEFAULT, arena), () -> "byte " + byteOfFile);
                assertTrue(String.valueOf(refused.getMessage()).contains("delete it"), refused::getMessage);
            }
            try (RandomAccessFile shorter = new RandomAccessFile(file.toFile(), "rw")) {
                shorter.setLength(whole.length - 1);
            }
            assertThrows(LogalignException.class, () -> store.find(w, SpectrumOptions.DEFAULT, arena));
            Files.write(file, whole);
            assertTrue(store.find(w, SpectrumOptions.DEFAULT, arena).isPresent());
        }
    }

    @Test
    void aFileOfOtherWeightsIsNoticed() throws Exception {
        Matrix a = random(8, 6, 1, 1);
        Matrix b = random(8, 6, 2, 1);
        SpectrumStore store = new SpectrumStore(folder, true);
        try (Arena arena = Arena.ofConfined()) {
            store.keep(a, SpectrumOptions.DEFAULT, WeightSpectrum.of(a, arena));
            Path fileOfA = files().getFirst();
            store.keep(b, SpectrumOptions.DEFAULT, WeightSpectrum.of(b, arena));
            Path fileOfB = files().stream().filter(file -> !file.equals(fileOfA)).findFirst().orElseThrow();
            Files.copy(fileOfB, fileOfA, StandardCopyOption.REPLACE_EXISTING);
            LogalignException refused = assertThrows(LogalignException.class,
                    () -> store.find(a, SpectrumOptions.DEFAULT, arena));
            assertTrue(String.valueOf(refused.getMessage()).contains("of other weights"), refused::getMessage);
        }
    }

    @Test
    void nothingIsHalfWritten() throws Exception {
        Matrix w = random(8, 6, 1, 1);
        SpectrumStore store = new SpectrumStore(folder.resolve("file"), true);
        Files.writeString(folder.resolve("file"), "not a folder");
        try (Arena arena = Arena.ofConfined()) {
            WeightSpectrum computed = WeightSpectrum.of(w, arena);
            assertThrows(LogalignException.class, () -> store.keep(w, SpectrumOptions.DEFAULT, computed));
            assertEquals(1, files().size());
            assertFalse(Files.isDirectory(folder.resolve("file")));
        }
    }
}
