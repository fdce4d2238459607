package io.github.logalign.tensor;

import static io.github.logalign.tensor.TestBytes.dictionary;
import static io.github.logalign.tensor.TestBytes.npy;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.AlignmentOptions;
import io.github.logalign.AlignmentSums;
import io.github.logalign.SpectrumOptions;
import io.github.logalign.WeightSpectrum;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.matrix.Matrix;
import io.github.logalign.matrix.Method;
import io.github.logalign.matrix.Precision;
import io.github.logalign.matrix.NormRoute;
import io.github.logalign.matrix.Products;
import io.github.logalign.score.LayerJob;
import io.github.logalign.score.LayerScore;
import io.github.logalign.score.Outcome;
import io.github.logalign.score.Masks;
import io.github.logalign.score.Plan;
import io.github.logalign.score.ScoreMethod;
import io.github.logalign.score.ScoreOptions;
import io.github.logalign.score.Scorer;
import io.github.logalign.score.Selection;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Another process makes a file shorter while it is mapped. The operating system then takes the memory away; in the JVM's own
 * code that becomes an error of Java, in native code it would end the process, and so would these tests.
 */
class ShrinkingFileTest {

    /** Beyond one page, so that a part of the matrix is lost. */
    private static final int SIDE = 256;

    @TempDir
    Path folder;

    /** A way to read a matrix. */
    record Reading(String name, Consumer<Matrix> read) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Reading> readings() {
        return Stream.of(
                new Reading("spectrum by svd", w -> spectrum(w, Method.SVD, 1)),
                new Reading("spectrum by gram", w -> spectrum(w, Method.GRAM, 1)),
                new Reading("spectrum by gram on two threads", w -> spectrum(w, Method.GRAM, 2)),
                new Reading("projection by the kernel", w -> project(w, Products.KERNEL)),
                new Reading("projection by BLAS", w -> project(w, Products.BLAS)),
                new Reading("norm form", w -> AlignmentSums.of(w)),
                new Reading("outputs by BLAS", w -> outputs(w)),
                new Reading("one element", w -> w.get(SIDE - 1, SIDE - 1)));
    }

    private static WeightSpectrum spectrum(Matrix w, Method method, int threads) {
        return WeightSpectrum.of(w, SpectrumOptions.DEFAULT.withMethod(method).withThreads(threads), Arena.ofAuto());
    }

    private static void project(Matrix x, Products products) {
        float[] eye = new float[SIDE];
        eye[3] = 1;
        Matrix w = Matrix.of(MemorySegment.ofArray(eye), x.elementType(), 1, SIDE);
        SpectrumOptions options = SpectrumOptions.DEFAULT.withPrecision(Precision.SINGLE).withProducts(products);
        WeightSpectrum.of(w, options, Arena.ofAuto()).project(x);
    }

    private static void outputs(Matrix x) {
        Matrix w = Matrix.of(MemorySegment.ofArray(new float[]{1}).asSlice(0, 4), x.elementType(), 1, 1);
        assertEquals(1, w.rows());
        float[] ones = new float[SIDE];
        ones[1] = 1;
        Matrix row = Matrix.of(MemorySegment.ofArray(ones), x.elementType(), 1, SIDE);
        AlignmentSums.of(row, new AlignmentOptions(Precision.SINGLE, 1, NormRoute.OUTPUTS, Products.BLAS, false))
                .add(x);
    }

    private static float[] values() {
        float[] values = new float[SIDE * SIDE];
        for (int index = 0; index < values.length; index++) {
            values[index] = (float) Math.sin(index) * 0.5f;
        }
        values[0] = 0.75f;
        return values;
    }

    private Path write(String name) {
        Path path = folder.resolve(name);
        new SafetensorsWriter().add("w", new long[]{SIDE, SIDE}, values()).write(path);
        return path;
    }

    private static void truncate(Path path, long size) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
            channel.truncate(size);
        }
    }

    @ParameterizedTest
    @MethodSource("readings")
    void isToldWhereverItStrikes(Reading reading) throws IOException {
        for (int turn = 0; turn < 20; turn++) {
            Path path = write("w" + turn);
            try (TensorFile file = TensorFile.open(path)) {
                Matrix w = file.matrix("w");
                reading.read.accept(w);
                truncate(path, 4096);
                LogalignException told = assertThrows(LogalignException.class, () -> reading.read.accept(w));
                assertTrue(String.valueOf(told.getMessage()).contains("became shorter"), told.getMessage());
            }
            Files.delete(path);
        }
    }

    /** Readers of elements as they stand in the file; those of matrices are above. */
    @Test
    void isToldToReadersOfElementsToo() throws IOException {
        Path target = folder.resolve("copy");
        List<Consumer<Tensor>> readers = List.of(
                tensor -> tensor.read(bytes -> bytes.mismatch(MemorySegment.ofArray(values()))),
                MaskTensor::of,
                tensor -> new SafetensorsWriter()
                        .add("w", tensor.dataType(), tensor.shape(), tensor.bytes())
                        .write(target));
        Path path = write("w");
        byte[] whole = Files.readAllBytes(path);
        for (Consumer<Tensor> reader : readers) {
            for (int turn = 0; turn < 20; turn++) {
                try (TensorFile file = TensorFile.open(path)) {
                    truncate(path, 4096);
                    LogalignException told = assertThrows(
                            LogalignException.class, () -> reader.accept(file.tensor("w")));
                    assertTrue(String.valueOf(told.getMessage()).contains("became shorter"), told.getMessage());
                    assertTrue(Files.notExists(target));
                }
                Files.write(path, whole);
            }
        }
    }

    @Test
    void membersOfArchivesAreToldToo() throws IOException {
        byte[] array = npy(dictionary("<f4", false, "(256, 256)"), TestBytes.f32(values()));
        for (boolean deflate : new boolean[]{false, true}) {
            for (int turn = 0; turn < 20; turn++) {
                Path path = folder.resolve("a" + deflate + turn);
                Files.write(path, ZipBytes.archive(ZipBytes.member("a.npy", array, deflate)));
                try (TensorFile file = TensorFile.open(path)) {
                    truncate(path, 4096);
                    LogalignException told = assertThrows(LogalignException.class, () -> file.matrix("a"));
                    assertTrue(String.valueOf(told.getMessage()).contains("became shorter"), told.getMessage());
                }
            }
        }
    }

    @Test
    void costsItsRowAndNoOther() throws IOException {
        Path weights = folder.resolve("weights");
        Path dump = folder.resolve("dump");
        // The first tensor lies in the page that stays.
        new SafetensorsWriter()
                .add("a.weight", new long[]{2, 4}, new float[]{1, 2, 3, 4, 5, 6, 7, 9})
                .add("b.weight", new long[]{SIDE, SIDE}, values())
                .write(weights);
        new SafetensorsWriter()
                .add("a", new long[]{2, 4}, new float[]{1, 0, 3, 0, 5, 0, 7, 0})
                .add("b", new long[]{SIDE, SIDE}, values())
                .write(dump);
        for (ScoreMethod method : ScoreMethod.values()) {
            try (TensorFile w = TensorFile.open(weights);
                    TensorFile x = TensorFile.open(dump)) {
                List<LayerJob> jobs = Plan.of(w, x, Selection.ALL).jobs();
                byte[] before = Files.readAllBytes(weights);
                truncate(weights, 4096);
                Scorer scorer = new Scorer(new ScoreOptions(method, Precision.DOUBLE), Masks.NONE);
                List<LayerScore> rows = jobs.stream().map(job -> scorer.score(job).row()).toList();
                assertEquals(Outcome.Status.OK, rows.getFirst().outcome().status(),
                        rows.getFirst().reason().orElse(""));
                assertEquals(Outcome.Status.FAILED, rows.getLast().outcome().status());
                assertTrue(rows.getLast().reason().orElse("").contains("became shorter"), rows.getLast()::toString);
                assertTrue(rows.getLast().reason().orElse("").startsWith(weights.toString()));
                Files.write(weights, before);
            }
        }
    }
}
