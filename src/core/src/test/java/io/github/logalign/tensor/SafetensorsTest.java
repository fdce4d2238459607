package io.github.logalign.tensor;

import static io.github.logalign.tensor.TestBytes.entry;
import static io.github.logalign.tensor.TestBytes.f32;
import static io.github.logalign.tensor.TestBytes.head;
import static io.github.logalign.tensor.TestBytes.safetensors;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.matrix.ElementType;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.matrix.Matrix;
import io.github.logalign.testing.Limits;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsTest {

    @TempDir
    Path folder;

    private Path file() {
        return folder.resolve("model");
    }

    private Path file(byte[] content) throws IOException {
        return Files.write(file(), content);
    }

    @Test
    void readsAFileByteByByteAsTheFormatSays() throws IOException {
        String header = "{\"__metadata__\":{\"format\":\"pt\",\"caf\u00e9\":\"\u6a21 \\ud83d\\ude00\\n\"},"
                + entry("b", "F32", "[2,3]", 3, 27) + " , " + entry("a", "U8", "[3]", 0, 3) + ","
                + entry("s", "F32", "[]", 27, 31) + "," + entry("e", "F64", "[0,5]", 27, 27) + "}   ";
        Path path = file(safetensors(header, TestBytes.join(new byte[]{1, 0, 7}, f32(1, 2, 3, 4, 5, 6, 7))));
        try (TensorFile file = TensorFile.open(path)) {
            assertEquals("safetensors", file.format());
            assertEquals(path, file.path());
            assertEquals(Map.of("format", "pt", "caf\u00e9", "\u6a21 \ud83d\ude00\n"), file.metadata());
            assertEquals(List.of("a", "b", "e", "s"), file.tensors().stream().map(Tensor::name).toList());
            Matrix matrix = file.matrix("b");
            assertEquals(2, matrix.rows());
            assertEquals(3, matrix.columns());
            for (int index = 0; index < 6; index++) {
                assertEquals(index + 1, matrix.get(index / 3, index % 3));
            }
            assertEquals(0, file.matrix("e").rows());
            assertEquals(5, file.matrix("e").columns());
            assertEquals("F32 [2, 3]", file.tensor("b").describe());
            assertEquals(6, file.tensor("b").elements());
            assertEquals(1, file.tensor("s").elements());
            assertEquals(0, file.tensor("e").elements());
            assertTrue(file.tensor("b").isFloating());
            assertFalse(file.tensor("a").isFloating());
            assertEquals(path, file.tensor("a").path());
        }
    }

    @Test
    void readsAFileWithoutTensors() throws IOException {
        try (TensorFile file = TensorFile.open(file(safetensors("{}", new byte[0])))) {
            assertEquals(List.of(), file.tensors());
            LogalignException failure = assertThrows(LogalignException.class, () -> file.tensor("w"));
            assertTrue(String.valueOf(failure.getMessage()).contains("no tensors at all"));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"OTHER", "Q8_0"})
    void typesOfOtherFormatsAreNotWritten(DataType type) {
        assertThrows(IllegalArgumentException.class, () -> new SafetensorsWriter()
                .add("w", type, new long[]{1, 32}, MemorySegment.ofArray(new byte[34])));
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = {"OTHER", "Q8_0"})
    void everyTypeGoesBothWays(DataType type) {
        byte[] bytes = new byte[Math.ceilDiv(12 * type.bits(), 8)];
        new Random(type.name().hashCode()).nextBytes(bytes);
        new SafetensorsWriter()
                .add("odd", DataType.U8, new long[]{3}, MemorySegment.ofArray(new byte[3]))
                .add("w", type, new long[]{3, 4}, MemorySegment.ofArray(bytes))
                .write(file());
        try (TensorFile file = TensorFile.open(file())) {
            Tensor tensor = file.tensor("w");
            assertEquals(type, tensor.dataType());
            assertArrayEquals(new long[]{3, 4}, tensor.shape());
            if (type.elementType().isEmpty()) {
                LogalignException failure = assertThrows(LogalignException.class, tensor::matrix);
                assertTrue(String.valueOf(failure.getMessage()).contains(type.name()));
                return;
            }
            Matrix expected = Matrix.of(MemorySegment.ofArray(bytes), type.elementType().orElseThrow(), 3, 4);
            for (int index = 0; index < 12; index++) {
                assertEquals(expected.get(index / 4, index % 4), tensor.matrix().get(index / 4, index % 4));
            }
        }
    }

    @Test
    void writesWhatItsReaderAndOthersRead() throws IOException {
        String strange = "a\"b\\c\n\0\u001f\u2028\ud83d\ude00";
        new SafetensorsWriter()
                .metadata(strange, strange)
                .metadata("step", "1")
                .metadata("step", "2000")
                .add(strange, new long[]{1, 2}, new float[]{1, -2})
                .add("d", new long[]{2, 1}, new double[]{3, Double.NaN})
                .add("scalar", DataType.I64, new long[0], out -> out.write(new byte[8]))
                .write(file());
        byte[] bytes = Files.readAllBytes(file());
        long header = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
        assertEquals(0, header % 8, "data must be aligned");
        assertEquals('{', bytes[8]);
        assertArrayEquals(f32(1, -2), java.util.Arrays.copyOfRange(bytes, (int) header + 8, (int) header + 16));
        try (TensorFile file = TensorFile.open(file())) {
            assertEquals(Map.of(strange, strange, "step", "2000"), file.metadata());
            assertEquals(-2, file.matrix(strange).get(0, 1));
            assertEquals(Double.NaN, file.matrix("d").get(1, 0));
            assertEquals(DataType.I64, file.tensor("scalar").dataType());
        }
    }

    @Test
    void writesLongArraysInBlocks() {
        int rows = 301;
        int columns = 199;
        float[] floats = new float[rows * columns];
        double[] doubles = new double[rows * columns];
        for (int index = 0; index < floats.length; index++) {
            floats[index] = index;
            doubles[index] = -index;
        }
        new SafetensorsWriter()
                .add("f", new long[]{rows, columns}, floats)
                .add("d", new long[]{rows, columns}, doubles)
                .write(file());
        try (TensorFile file = TensorFile.open(file())) {
            Matrix f = file.matrix("f");
            Matrix d = file.matrix("d");
            for (int row = 0; row < rows; row++) {
                for (int column = 0; column < columns; column++) {
                    assertEquals(row * columns + column, f.get(row, column));
                    assertEquals(-(row * columns + column), d.get(row, column));
                }
            }
        }
    }

    @Test
    void refusesWrongCalls() {
        SafetensorsWriter writer = new SafetensorsWriter().add("w", new long[]{1}, new float[1]);
        float[] two = new float[2];
        assertThrows(IllegalArgumentException.class, () -> writer.add("w", new long[]{2}, two));
        assertThrows(IllegalArgumentException.class, () -> writer.add("__metadata__", new long[]{2}, two));
        assertThrows(IllegalArgumentException.class, () -> writer.add("v", new long[]{3}, two));
        assertThrows(IllegalArgumentException.class, () -> writer.add("v", new long[]{-2, -1}, two));
        assertThrows(IllegalArgumentException.class, () -> writer.add("v", new long[]{0, 1L << 32, 1L << 32}, two));
        assertThrows(IllegalArgumentException.class, () -> writer.add("v", new long[65], two));
        assertThrows(IllegalArgumentException.class, () -> writer.add("\ud83d", new long[]{2}, two));
        assertThrows(IllegalArgumentException.class, () -> writer.metadata("\ud83d", ""));
        assertThrows(IllegalArgumentException.class, () -> writer.metadata("", "\ude00"));
        writer.add("v", new long[]{2}, two).write(file());
        try (TensorFile file = TensorFile.open(file())) {
            assertEquals(2, file.tensors().size());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {7, 9})
    void aBodyThatWritesAnotherSizeLeavesNoFile(int written) throws IOException {
        SafetensorsWriter writer = new SafetensorsWriter()
                .add("w", DataType.F64, new long[]{1}, out -> out.write(new byte[written]));
        assertThrows(IllegalStateException.class, () -> writer.write(file()));
        try (var entries = Files.list(folder)) {
            assertEquals(0, entries.count());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7})
    void dataMayStartAnywhere(int padding) throws IOException {
        byte[] content = safetensors(
                "{" + entry("w", "F64", "[1,2]", 0, 16) + "}" + " ".repeat(padding),
                ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN).putDouble(Math.PI).putDouble(-1).array());
        try (TensorFile file = TensorFile.open(file(content))) {
            assertEquals(Math.PI, file.matrix("w").get(0, 0));
            assertEquals(-1, file.matrix("w").get(0, 1));
        }
    }

    @Test
    void everyTruncationIsRefused() throws IOException {
        byte[] content = safetensors("{" + entry("w", "F32", "[2,3]", 0, 24) + "}", f32(1, 2, 3, 4, 5, 6));
        for (int length = 0; length < content.length; length++) {
            Path path = file(head(content, length));
            assertThrows(LogalignException.class, () -> TensorFile.open(path).close(), "length " + length);
        }
    }

    @Test
    void readsBeyondTwoGigabytesFromAnOddOffset() throws IOException {
        long rows = 800_000_001;
        String header = "{" + entry("w", "F32", "[" + rows + ",1]", 0, 4 * rows) + "}";
        byte[] begin = safetensors(header + " ".repeat((header.length() + 1) % 2), new byte[0]);
        assertEquals(1, begin.length % 2);
        try (RandomAccessFile sparse = new RandomAccessFile(file().toFile(), "rw")) {
            sparse.write(begin);
            sparse.setLength(begin.length + 4 * rows);
        }
        try (FileChannel channel = FileChannel.open(file(), StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(f32(7, 8)), begin.length + 4 * (rows - 2));
            channel.write(ByteBuffer.wrap(f32(9)), begin.length + 4L * 600_000_000);
        }
        try (TensorFile file = TensorFile.open(file())) {
            Matrix matrix = file.matrix("w");
            assertEquals(0, matrix.get(0, 0));
            assertEquals(9, matrix.get(600_000_000, 0));
            assertEquals(7, matrix.get(rows - 2, 0));
            assertEquals(8, matrix.get(rows - 1, 0));
            assertEquals(8, file.tensor("w").matrix().rows(rows - 1, 1).get(0, 0));
        }
    }

    @Test
    void aMillionTensorsTakeMemoryInProportion() throws Throwable {
        StringBuilder header = new StringBuilder("{");
        int count = 1_000_000;
        for (int index = 0; index < count; index++) {
            int place = (int) (index * 7919L % count);
            header.append(index == 0 ? "" : ",").append(entry("t" + index, "U8", "[1]", place, place + 1));
        }
        Path path = file(safetensors(header.append('}').toString(), new byte[count]));
        // Anything that looked at each tensor for each of the others would not end before the limit that all tests have.
        Limits.allocatingAtMost(1000L * count, () -> {
            try (TensorFile file = TensorFile.open(path)) {
                assertEquals(count, file.tensors().size());
                assertEquals("t0", file.tensors().getFirst().name());
                assertTrue(file.find("t999999").isPresent());
            }
        });
    }

    @Test
    void moreTensorsThanTheLimitAreRefused() throws IOException {
        StringBuilder header = new StringBuilder("{");
        for (int index = 0; index <= SafetensorsReader.MAX_TENSORS; index++) {
            header.append(index == 0 ? "" : ",").append(entry("t" + index, "U8", "[0]", 0, 0));
        }
        Path path = file(safetensors(header.append('}').toString(), new byte[0]));
        LogalignException failure = assertThrows(LogalignException.class, () -> TensorFile.open(path).close());
        assertTrue(String.valueOf(failure.getMessage()).contains("more than 1048576 tensors"));
    }

    @Test
    void namesOfAHundredThousandCharactersWork() throws IOException {
        String name = "\u00e9".repeat(100_000);
        Path path = file(safetensors("{" + entry(name, "F32", "[1,1]", 0, 4) + "}", f32(5)));
        try (TensorFile file = TensorFile.open(path)) {
            assertEquals(5, file.matrix(name).get(0, 0));
            assertEquals(ElementType.F32, file.matrix(name).elementType());
        }
    }
}
