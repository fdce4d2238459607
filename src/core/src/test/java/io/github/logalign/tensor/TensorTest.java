package io.github.logalign.tensor;

import static io.github.logalign.tensor.TestBytes.dictionary;
import static io.github.logalign.tensor.TestBytes.npy;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.matrix.LogalignException;
import io.github.logalign.matrix.Matrix;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

class TensorTest {

    @TempDir
    Path folder;

    private TensorFile cube() {
        float[] values = new float[24];
        for (int index = 0; index < values.length; index++) {
            values[index] = index;
        }
        Path path = folder.resolve("cube");
        new SafetensorsWriter()
                .add("cube", new long[]{2, 3, 4}, values)
                .add("plane", new long[]{6, 4}, values)
                .add("line", new long[]{24}, values)
                .add("none", new long[]{0, 3, 4}, new float[0])
                .add("deep", new long[]{1, 2, 3, 4}, values)
                .add("many", new long[]{70_000, 0, 4}, new float[0])
                .write(path);
        return TensorFile.open(path);
    }

    private static void assertProblem(String fragment, Executable call) {
        LogalignException failure = assertThrows(LogalignException.class, call);
        assertTrue(String.valueOf(failure.getMessage()).contains(fragment), failure::getMessage);
    }

    @Test
    void activationsFlattenTheBatch() {
        try (TensorFile file = cube()) {
            for (String name : List.of("cube", "plane")) {
                Matrix matrix = file.tensor(name).activations();
                assertEquals(6, matrix.rows());
                assertEquals(4, matrix.columns());
                assertEquals(23, matrix.get(5, 3));
                assertEquals(13, matrix.get(3, 1));
            }
            assertEquals(0, file.tensor("none").activations().rows());
            assertProblem("this tensor has 1", () -> file.tensor("line").activations());
            assertProblem("this tensor has 4", () -> file.tensor("deep").activations());
        }
    }

    @Test
    void matricesTakeExpertsApart() {
        try (TensorFile file = cube()) {
            List<NamedMatrix> experts = file.tensor("cube").matrices();
            assertEquals(List.of("cube[0]", "cube[1]"), experts.stream().map(NamedMatrix::name).toList());
            assertEquals(3, experts.get(1).matrix().rows());
            assertEquals(4, experts.get(1).matrix().columns());
            assertEquals(12, experts.get(1).matrix().get(0, 0));
            assertEquals(23, experts.get(1).matrix().get(2, 3));
            assertEquals("plane", file.tensor("plane").matrices().getFirst().name());
            assertEquals(List.of(), file.tensor("none").matrices());
            assertProblem("this tensor has 1", () -> file.tensor("line").matrices());
            assertProblem("more than 65536", () -> file.tensor("many").matrices());
            assertProblem("this tensor has 3", () -> file.tensor("cube").matrix());
        }
    }

    @Test
    void threeDimensionsInFortranOrderAreRefused() throws IOException {
        Path path = Files.write(folder.resolve("f"), npy(dictionary("<f4", true, "(2, 3, 4)"), new byte[96]));
        try (TensorFile file = TensorFile.open(path)) {
            assertProblem("ascontiguousarray", () -> file.tensor("").activations());
            assertProblem("ascontiguousarray", () -> file.tensor("").matrices());
        }
        Path mask = Files.write(folder.resolve("m"), npy(dictionary("|b1", true, "(2, 3)"), new byte[6]));
        try (TensorFile file = TensorFile.open(mask)) {
            assertProblem("ascontiguousarray", () -> file.tensor("").mask());
        }
    }

    @Test
    void aTensorIsAMaskAsMaskTensorSays() {
        Path path = folder.resolve("mask");
        new SafetensorsWriter()
                .add("bool", DataType.BOOL, new long[]{2, 3}, MemorySegment.ofArray(new byte[]{0, 1, -1, 0, 2, 0}))
                .add("none", DataType.BOOL, new long[]{0}, MemorySegment.ofArray(new byte[0]))
                .write(path);
        try (TensorFile file = TensorFile.open(path)) {
            assertEquals(3, file.tensor("bool").mask().counting());
            assertEquals(6, file.tensor("bool").mask().tokens());
            assertEquals(0, file.tensor("none").mask().tokens());
        }
    }

    @Test
    void aMissingNameListsSomeThatThereAre() {
        SafetensorsWriter writer = new SafetensorsWriter();
        for (int index = 0; index < 8; index++) {
            writer.add("layer\u001b" + index, new long[]{0}, new float[0]);
        }
        Path path = folder.resolve("names");
        writer.write(path);
        try (TensorFile file = TensorFile.open(path)) {
            assertProblem("no tensor 'lm\\u000Ahead'", () -> file.tensor("lm\nhead"));
            assertProblem("'layer\\u001B0', 'layer\\u001B1'", () -> file.matrix("w"));
            assertProblem("'layer\\u001B4' and 3 more", () -> file.matrix("w"));
            assertTrue(file.find("w").isEmpty());
        }
    }

    @Test
    void shapesAreCopies() {
        try (TensorFile file = cube()) {
            file.tensor("plane").shape()[0] = 99;
            assertEquals(6, file.tensor("plane").shape()[0]);
        }
    }

    @Test
    void aClosedFileInvalidatesItsViews() throws IOException {
        TensorFile file = cube();
        Matrix matrix = file.matrix("plane");
        Tensor tensor = file.tensor("plane");
        assertEquals(1, matrix.get(0, 1));
        file.close();
        assertDoesNotThrow(file::close, "closing again does nothing");
        assertThrows(IllegalStateException.class, () -> matrix.get(0, 1));
        assertThrows(IllegalStateException.class, tensor::matrix);
        byte[] npz = ZipBytes.archive(
                ZipBytes.member("s.npy", npy(dictionary("<f4", false, "(1, 2)"), new byte[8]), false),
                ZipBytes.member("d.npy", npy(dictionary("<f4", false, "(1, 2)"), new byte[8]), true));
        TensorFile archive = TensorFile.open(Files.write(folder.resolve("npz"), npz));
        List<Tensor> tensors = archive.tensors();
        archive.close();
        assertThrows(IllegalStateException.class, () -> tensors.get(0).matrix());
        assertThrows(IllegalStateException.class, () -> tensors.get(1).matrix());
    }

    @Test
    void manyThreadsMayRead() throws Exception {
        float[] values = new float[10_000];
        for (int index = 0; index < values.length; index++) {
            values[index] = index;
        }
        byte[] npz = ZipBytes.archive(
                ZipBytes.member("w.npy", npy(dictionary("<f4", false, "(100, 100)"), TestBytes.f32(values)), true));
        double expected = 10_000 * 9_999 / 2.0;
        try (TensorFile file = TensorFile.open(Files.write(folder.resolve("npz"), npz));
                ExecutorService threads = Executors.newFixedThreadPool(8)) {
            List<Future<Double>> sums = new ArrayList<>();
            for (int thread = 0; thread < 8; thread++) {
                sums.add(threads.submit(() -> sum(file.matrix("w"))));
            }
            for (Future<Double> sum : sums) {
                assertEquals(expected, sum.get());
            }
        }
    }

    private static double sum(Matrix matrix) {
        double sum = 0;
        for (long row = 0; row < matrix.rows(); row++) {
            for (long column = 0; column < matrix.columns(); column++) {
                sum += matrix.get(row, column);
            }
        }
        return sum;
    }

    @Test
    void toStringIsPrintable() {
        Path path = folder.resolve("names");
        new SafetensorsWriter().add("\u001b[31m", new long[]{0}, new float[0]).write(path);
        try (TensorFile file = TensorFile.open(path)) {
            assertFalse(file.tensors().getFirst().toString().contains("\u001b"));
        }
    }
}
