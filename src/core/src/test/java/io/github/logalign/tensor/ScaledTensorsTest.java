package io.github.logalign.tensor;

import static io.github.logalign.tensor.TestBytes.f32;
import static io.github.logalign.tensor.TestBytes.utf8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.matrix.ElementType;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.matrix.Matrix;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** 8-bit floats with scales beside them are numbers. */
class ScaledTensorsTest {

    private static final int ROWS = 150;
    private static final int COLUMNS = 140;

    @TempDir
    Path folder;

    private final Random random = new Random(3);

    /** Codes that are finite in every type. */
    private byte[] codes(int count) {
        byte[] codes = new byte[count];
        for (int index = 0; index < count; index++) {
            codes[index] = (byte) (random.nextInt(0x78) | (random.nextInt(2) << 7));
            if (codes[index] == (byte) 0x80) {
                codes[index] = 0;
            }
        }
        return codes;
    }

    private float[] scales(int count) {
        float[] scales = new float[count];
        for (int index = 0; index < count; index++) {
            scales[index] = (float) Math.exp(random.nextGaussian());
        }
        return scales;
    }

    private static SafetensorsWriter with(SafetensorsWriter writer, String name, byte[] codes, long... shape) {
        return writer.add(name, DataType.F8_E4M3, shape, MemorySegment.ofArray(codes));
    }

    private static float[] e4m3() {
        return Float8.E4M3.byCode();
    }

    /** As the writers name them; the blocks are cut off at the ends of rows and columns. */
    @ParameterizedTest
    @CsvSource({
        "w.weight, w.weight_scale_inv, 128, 128", "w.weight, w.weight_scale, 1, 140",
        "w.weight, w.weight_scale, 150, 140",
        "w.weight, w.qscale_weight, 150, 140", "w.weight, w.scale_weight, 150, 140", "w.weight, w.weight_scale, 1, 32",
        "experts.up, experts.up_scale_inv, 64, 128", "experts.up, experts.up_scale, 1, 140",
    })
    void everyElementIsItsValueTimesTheScaleOfItsBlock(String name, String scaleName, int blockRows, int blockColumns) {
        byte[] codes = codes(ROWS * COLUMNS);
        int across = Math.ceilDiv(COLUMNS, blockColumns);
        int down = Math.ceilDiv(ROWS, blockRows);
        float[] scales = scales(across * down);
        Path path = folder.resolve("model.safetensors");
        with(new SafetensorsWriter(), name, codes, ROWS, COLUMNS)
                .add(scaleName, new long[]{down, across}, scales).write(path);
        try (TensorFile file = TensorFile.open(path)) {
            Tensor tensor = file.tensor(name);
            assertTrue(tensor.isDecoded() && tensor.isFloating() && tensor.holdsMatrices());
            assertEquals(DataType.F8_E4M3, tensor.dataType());
            Matrix matrix = tensor.matrix();
            assertEquals(ElementType.F32, matrix.elementType());
            for (int row = 0; row < ROWS; row++) {
                for (int column = 0; column < COLUMNS; column++) {
                    float expected = e4m3()[codes[row * COLUMNS + column] & 0xFF]
                            * scales[row / blockRows * across + column / blockColumns];
                    assertEquals(expected, matrix.get(row, column), row + " " + column);
                    if (column % 37 == 0) {
                        assertEquals(expected, matrix.transposed().get(column, row));
                        assertEquals(expected, matrix.rows(row, 1).get(0, column));
                        assertEquals(expected,
                                matrix.rows(row / 2, ROWS - row / 2).rows(row - row / 2, 1).get(0, column));
                        assertEquals(expected, matrix.transposed().rows(column, 1).get(0, row));
                    }
                }
            }
            assertEquals(ROWS * COLUMNS, tensor.bytes().byteSize());
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"F64", "F32", "F16", "BF16", "F8_E8M0"})
    void scalesMayBeOfEveryFloatingPointType(DataType type) {
        byte[] scale = switch (type) {
            case F64 -> new byte[]{0, 0, 0, 0, 0, 0, (byte) 0xE0, 0x3F};
            case F32 -> new byte[]{0, 0, 0, 0x3F};
            case F16 -> new byte[]{0, 0x38};
            case BF16 -> new byte[]{0, 0x3F};
            default -> new byte[]{126};
        };
        Path path = folder.resolve("model.safetensors");
        with(new SafetensorsWriter(), "a.weight", new byte[]{0x38, 0x40}, 1, 2)
                .add("a.weight_scale", type, new long[0], MemorySegment.ofArray(scale)).write(path);
        try (TensorFile file = TensorFile.open(path)) {
            assertEquals(0.5, file.matrix("a.weight").get(0, 0));
            assertEquals(1, file.matrix("a.weight").get(0, 1));
        }
    }

    @Test
    void theConfigurationStatesTheBlocks() throws IOException {
        Path path = folder.resolve("model.safetensors");
        with(new SafetensorsWriter(), "a.weight", codes(320 * 320), 320, 320)
                .add("a.weight_scale_inv", new long[]{2, 2}, new float[]{1, 2, 3, 4}).write(path);
        try (TensorFile file = TensorFile.open(path)) {
            assertEquals("F8_E4M3 with a scale of F32 for each 256 x 256",
                    file.matrix("a.weight").decoder().orElseThrow().format());
        }
        Path config = Files.writeString(folder.resolve("config.json"),
                "{\"quantization_config\": {\"quant_method\": \"fp8\", \"weight_block_size\": [160, 160]}}");
        try (TensorFile file = TensorFile.open(path)) {
            assertEquals("F8_E4M3 with a scale of F32 for each 160 x 160",
                    file.matrix("a.weight").decoder().orElseThrow().format());
        }
        Files.writeString(config, "{\"quantization_config\": {\"weight_block_size\": [64, 64]}}");
        try (TensorFile file = TensorFile.open(path)) {
            String problem = file.tensor("a.weight").problem().orElse("");
            assertTrue(problem.contains("fits no division into blocks of [64, 64]"), problem);
        }
    }

    @Test
    void stackedExpertsHaveScalesOfTheirOwn() {
        byte[] codes = codes(3 * 40 * 32);
        float[] scales = scales(3 * 2);
        Path path = folder.resolve("model.safetensors");
        with(new SafetensorsWriter(), "experts.down_proj", codes, 3, 40, 32)
                .add("experts.down_proj_scale_inv", new long[]{3, 2, 1}, scales).write(path);
        try (TensorFile file = TensorFile.open(path)) {
            List<NamedMatrix> experts = file.tensor("experts.down_proj").matrices();
            assertEquals(3, experts.size());
            for (int expert = 0; expert < 3; expert++) {
                Matrix matrix = experts.get(expert).matrix();
                assertEquals(40 * 32 + 2 * Float.BYTES,
                        matrix.segments().stream().mapToLong(MemorySegment::byteSize).sum());
                for (int row = 0; row < 40; row++) {
                    for (int column = 0; column < 32; column++) {
                        float value = e4m3()[codes[(expert * 40 + row) * 32 + column] & 0xFF];
                        assertEquals(value * scales[expert * 2 + row / 32], matrix.get(row, column));
                    }
                }
            }
        }
    }

    @Test
    void theScalesMayBeInAnotherShard() throws IOException {
        with(new SafetensorsWriter(), "a.weight", new byte[]{0x38, 0x38}, 1, 2).write(folder.resolve("one"));
        new SafetensorsWriter().add("a.weight_scale_inv", new long[]{1, 1}, new float[]{3})
                .write(folder.resolve("two"));
        Path index = Files.write(folder.resolve("model.safetensors.index.json"),
                utf8("{\"weight_map\": {\"a.weight\": \"one\", \"a.weight_scale_inv\": \"two\"}}"));
        try (TensorFile file = TensorFile.open(index)) {
            assertEquals(3, file.matrix("a.weight").get(0, 1));
        }
        Files.delete(folder.resolve("two"));
        try (TensorFile file = TensorFile.open(index)) {
            String problem = file.tensor("a.weight").problem().orElse("");
            assertTrue(problem.contains("'a.weight_scale_inv' cannot be used"), problem);
        }
    }

    private static String problem(SafetensorsWriter writer, Path path) {
        writer.write(path);
        try (TensorFile file = TensorFile.open(path)) {
            Tensor tensor = file.tensor("a.weight");
            assertFalse(tensor.isDecoded());
            String message = String.valueOf(assertThrows(LogalignException.class, tensor::matrix).getMessage());
            assertTrue(message.startsWith(path.toString()) && message.contains("a.weight"), message);
            return message;
        }
    }

    @Test
    void whatDoesNotFitIsNamed() {
        Path path = folder.resolve("model.safetensors");
        SafetensorsWriter other = with(new SafetensorsWriter(), "a.weight", codes(24), 4, 6);
        assertTrue(problem(other.add("a.weight_scale", new long[]{3, 1}, new float[3]), path)
                .contains("'a.weight_scale' is F32 [3, 1], which fits no division into blocks"));
        SafetensorsWriter two = with(new SafetensorsWriter(), "a.weight", codes(24), 4, 6);
        assertTrue(problem(two.add("a.weight_scale", new long[]{1}, new float[1])
                .add("a.weight_scale_inv", new long[]{1}, new float[1]), path).contains("has two scales"));
        SafetensorsWriter bytes = with(new SafetensorsWriter(), "a.weight", codes(24), 4, 6);
        assertTrue(problem(bytes.add("a.weight_scale", DataType.U8, new long[]{1}, MemorySegment.ofArray(new byte[1])),
                path).contains("is no type of a scale"));
        assertTrue(problem(with(new SafetensorsWriter(), "a.weight", codes(24), 4, 6), path)
                .contains("F8_E4M3 elements are not supported"));
    }

    private Path torch(long[] strides, long[] scaleStrides, Map<String, byte[]> more, byte[] scales)
            throws IOException {
        PickleBytes pickle = PickleBytes.protocol(2).code("}(").text("a.weight")
                .typedTensor("float8_e4m3fn", "0", 6, new long[]{2, 3}, strides).text("a.weight_scale")
                .tensor("FloatStorage", "1", 6, 0, new long[]{2, 3}, scaleStrides).code("u");
        byte[] codes = {0x38, 0x40, 0x48, 0x38, 0x40, 0x48};
        return Files.write(folder.resolve("model.pt"),
                TorchBytes.file(pickle.stop(), Map.of("0", codes, "1", scales), more));
    }

    @Test
    void scalesOfABigEndianMachineAreReadAsSuch() throws IOException {
        long[] rowMajor = {3, 1};
        byte[] scales = f32(ByteOrder.BIG_ENDIAN, 1, 2, 3, 4, 5, 6);
        try (TensorFile file = TensorFile.open(torch(rowMajor, rowMajor, Map.of("byteorder", utf8("big")), scales))) {
            assertEquals(4 * 6, file.matrix("a.weight").get(1, 2));
        }
    }

    /** Their elements are in another order than those of the scales. */
    @Test
    void transposedTensorsAreRefused() throws IOException {
        long[] rowMajor = {3, 1};
        long[] transposed = {1, 2};
        byte[] scales = f32(1, 2, 3, 4, 5, 6);
        for (List<long[]> strides : List.of(List.of(transposed, rowMajor), List.of(rowMajor, transposed))) {
            try (TensorFile file = TensorFile.open(torch(strides.get(0), strides.get(1), Map.of(), scales))) {
                String problem = file.tensor("a.weight").problem().orElse("");
                assertTrue(problem.contains("stored transposed; save both after .contiguous()"), problem);
            }
        }
        try (TensorFile file = TensorFile.open(torch(rowMajor, rowMajor, Map.of(), scales))) {
            assertEquals(4 * 6, file.matrix("a.weight").get(1, 2));
        }
    }

    @Test
    void partsOfRanksAreNotJoined() {
        Path path = folder.resolve("model.safetensors");
        with(new SafetensorsWriter(), "a.weight", codes(24), 4, 6)
                .add("a.weight_scale", new long[]{1}, new float[1]).write(path);
        try (TensorFile file = TensorFile.joined(List.of(path, path), 0, ReadOptions.DEFAULT)) {
            String message = String.valueOf(
                    assertThrows(LogalignException.class, () -> file.matrix("a.weight")).getMessage());
            assertTrue(message.contains("quantised tensors cannot be joined"), message);
        }
    }

    @Test
    void closedFilesAreNotRead() {
        Path path = folder.resolve("model.safetensors");
        with(new SafetensorsWriter(), "a.weight", codes(24), 4, 6)
                .add("a.weight_scale", new long[]{1}, new float[1]).write(path);
        Matrix matrix;
        try (TensorFile file = TensorFile.open(path)) {
            matrix = file.matrix("a.weight");
        }
        assertThrows(IllegalStateException.class, () -> matrix.get(0, 0));
    }
}
