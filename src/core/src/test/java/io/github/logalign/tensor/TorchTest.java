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
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files of torch.save. */
class TorchTest {

    private static final byte[] SIX = f32(1, 2, 3, 4, 5, 6);
    private static final long[] SHAPE = {2, 3};
    private static final long[] ROW_MAJOR = {3, 1};

    @TempDir
    Path folder;

    private Path write(byte[] file) throws IOException {
        return Files.write(folder.resolve("model.pt"), file);
    }

    private TensorFile open(byte[] pickle) throws IOException {
        return open(pickle, Map.of("0", SIX));
    }

    private TensorFile open(byte[] pickle, Map<String, byte[]> storages) throws IOException {
        return TensorFile.open(write(TorchBytes.file(pickle, storages)));
    }

    private static PickleBytes matrix(PickleBytes pickle) {
        return pickle.tensor("FloatStorage", "0", 6, 0, SHAPE, ROW_MAJOR);
    }

    private static PickleBytes dictionary() {
        return PickleBytes.protocol(2).code("}(");
    }

    private static double[][] values(Matrix matrix) {
        double[][] values = new double[(int) matrix.rows()][(int) matrix.columns()];
        for (int row = 0; row < values.length; row++) {
            for (int column = 0; column < values[row].length; column++) {
                values[row][column] = matrix.get(row, column);
            }
        }
        return values;
    }

    private static void assertValues(double[][] expected, Matrix matrix) {
        assertEquals(List.of(expected).stream().map(row -> List.of(box(row))).toList(),
                List.of(values(matrix)).stream().map(row -> List.of(box(row))).toList());
    }

    private static Double[] box(double[] row) {
        return java.util.Arrays.stream(row).boxed().toArray(Double[]::new);
    }

    @Test
    void aDictionaryOfTensorsIsRead() throws IOException {
        byte[] pickle = matrix(dictionary().text("w")).text("step").whole(7).text("loss").code('G')
                .code(0x3f, 0xf8, 0, 0, 0, 0, 0, 0).code("u.").toBytes();
        try (TensorFile file = open(pickle)) {
            assertEquals("PyTorch", file.format());
            assertTrue(file.hasChecksums());
            assertEquals(List.of("w"), file.tensors().stream().map(Tensor::name).toList());
            assertEquals(DataType.F32, file.tensor("w").dataType());
            assertValues(new double[][]{{1, 2, 3}, {4, 5, 6}}, file.matrix("w"));
            assertEquals(List.of(), file.notes());
        }
    }

    @Test
    void aTensorAloneHasNoName() throws IOException {
        try (TensorFile file = open(matrix(PickleBytes.protocol(4)).stop())) {
            assertFalse(file.tensors().getFirst().isNamed());
            assertValues(new double[][]{{1, 2, 3}, {4, 5, 6}}, file.matrix(""));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"state_dict", "model_state_dict", "model", "module"})
    void weightsAreFoundWhereTrainersPutThem(String name) throws IOException {
        PickleBytes pickle = dictionary().text("optimizer").code("}(");
        matrix(pickle.text("exp_avg")).code("u").text(name).global("collections", "OrderedDict").code(")R(");
        matrix(pickle.text("a.weight")).code("u").text("lr").code("Nu");
        try (TensorFile file = open(pickle.stop())) {
            assertEquals(List.of("a.weight"), file.tensors().stream().map(Tensor::name).toList());
            assertEquals(List.of("the tensors are those of '" + name + "'; the rest of the file is left out"),
                    file.notes());
        }
    }

    @Test
    void nestedDictionariesAndListsAreJoinedByDots() throws IOException {
        PickleBytes pickle = dictionary().text("model").code("}(").text("encoder").code("}(");
        matrix(pickle.text("w")).code("u").text("heads").code("](");
        matrix(matrix(pickle)).code("e").whole(3);
        matrix(pickle).code("uu");
        try (TensorFile file = open(pickle.stop())) {
            assertEquals(List.of("encoder.w", "heads.0", "heads.1", "3"),
                    file.tensors().stream().map(Tensor::name).toList());
        }
    }

    @Test
    void parametersAndSharedStoragesAreTensors() throws IOException {
        PickleBytes pickle = dictionary().text("head").global("torch._utils", "_rebuild_parameter").code("(");
        matrix(pickle).code('q', 9).code(0x88).global("collections", "OrderedDict").code(")RtR");
        pickle.text("embedding").code('h', 9).text("subclass").global("torch._tensor", "_rebuild_from_type_v2")
                .code("(").global("torch._utils", "_rebuild_tensor_v2").global("torch.nn.parameter", "Parameter")
                .code("((").text("storage").global("torch", "FloatStorage").text("0").text("cpu").whole(6).code("tQ")
                .whole(3).tuple(1, 3).tuple(3, 1).code(0x89).code(")t}tRu");
        try (TensorFile file = open(pickle.stop())) {
            assertValues(new double[][]{{1, 2, 3}, {4, 5, 6}}, file.matrix("head"));
            assertValues(new double[][]{{1, 2, 3}, {4, 5, 6}}, file.matrix("embedding"));
            assertValues(new double[][]{{4, 5, 6}}, file.matrix("subclass"));
        }
    }

    @Test
    void stridesAreHonoured() throws IOException {
        PickleBytes pickle = dictionary()
                .text("transposed").tensor("FloatStorage", "0", 6, 0, new long[]{3, 2}, new long[]{1, 3})
                .text("column").tensor("FloatStorage", "0", 6, 1, new long[]{2, 1}, new long[]{3, 1})
                .text("corner").tensor("FloatStorage", "0", 6, 1, new long[]{2, 2}, new long[]{3, 1})
                .text("cube").tensor("FloatStorage", "0", 6, 0, new long[]{3, 1, 2}, new long[]{1, 7, 3})
                .text("empty").tensor("FloatStorage", "0", 6, 0, new long[]{0, 2}, new long[]{2, 1})
                .code("u");
        try (TensorFile file = open(pickle.stop())) {
            assertValues(new double[][]{{1, 4}, {2, 5}, {3, 6}}, file.matrix("transposed"));
            assertValues(new double[][]{{2}, {5}}, file.matrix("column"));
            assertValues(new double[][]{{2, 3}, {5, 6}}, file.matrix("corner"));
            assertValues(new double[][]{{1, 4}, {2, 5}, {3, 6}}, file.tensor("cube").activations());
            assertEquals(0, file.matrix("empty").rows());
        }
    }

    @ParameterizedTest
    @CsvSource({"DoubleStorage, 8, F64", "HalfStorage, 2, F16", "BFloat16Storage, 2, BF16", "LongStorage, 8, I64",
        "BoolStorage, 1, BOOL", "ComplexFloatStorage, 8, C64"})
    void typesAreThoseOfTheStorages(String storage, int width, DataType type) throws IOException {
        PickleBytes pickle = dictionary().text("w").tensor(storage, "0", 6, 0, SHAPE, ROW_MAJOR).code("u");
        try (TensorFile file = open(pickle.stop(), Map.of("0", new byte[6 * width]))) {
            assertEquals(type, file.tensor("w").dataType());
            assertEquals(6L * width, file.tensor("w").bytes().byteSize());
        }
    }

    @Test
    void newerTypesStandBesideTheirStorage() throws IOException {
        PickleBytes pickle = dictionary().text("w").typedTensor("float8_e4m3fn", "0", 6, SHAPE, ROW_MAJOR)
                .text("odd").typedTensor("bits16", "0", 6, new long[]{1, 3}, ROW_MAJOR).code("u");
        try (TensorFile file = open(pickle.stop(), Map.of("0", new byte[6]))) {
            assertEquals(DataType.F8_E4M3, file.tensor("w").dataType());
            assertEquals(DataType.OTHER, file.tensor("odd").dataType());
            assertEquals("bits16", file.tensor("odd").typeName());
        }
    }

    @Test
    void theByteOrderIsHonoured() throws IOException {
        byte[] pickle = matrix(dictionary().text("w")).code("u").stop();
        byte[] big = TorchBytes.file(pickle, Map.of("0", f32(ByteOrder.BIG_ENDIAN, 1, 2, 3, 4, 5, 6)),
                Map.of("byteorder", utf8("big")));
        try (TensorFile file = TensorFile.open(write(big))) {
            assertValues(new double[][]{{1, 2, 3}, {4, 5, 6}}, file.matrix("w"));
            assertEquals(ElementType.F32, file.matrix("w").elementType());
        }
    }

    @Test
    void aFaultOfOneTensorIsItsOwn() throws IOException {
        PickleBytes pickle = matrix(dictionary().text("good"))
                .text("missing").tensor("FloatStorage", "1", 6, 0, SHAPE, ROW_MAJOR)
                .text("beyond").tensor("FloatStorage", "0", 6, 1, SHAPE, ROW_MAJOR)
                .text("claims").tensor("FloatStorage", "0", 7, 0, SHAPE, ROW_MAJOR)
                .text("overflows").tensor("FloatStorage", "0", 6, 0, new long[]{1L << 62, 4}, ROW_MAJOR)
                .text("farther").tensor("FloatStorage", "0", 6, 0, SHAPE, new long[]{1L << 62, 1L << 62})
                .text("repeated").tensor("FloatStorage", "0", 6, 0, new long[]{1000, 3}, new long[]{0, 1})
                .text("quantised").tensor("QUInt8Storage", "0", 6, 0, SHAPE, ROW_MAJOR)
                .text("lacking").tensor("FloatStorage", "0", 6, 0, SHAPE, new long[]{1})
                .code("u");
        try (TensorFile file = open(pickle.stop())) {
            assertValues(new double[][]{{1, 2, 3}, {4, 5, 6}}, file.matrix("good"));
            Map.of("missing", "its storage '1' is missing", "beyond", "reaches beyond its storage", "claims",
                    "should have 7 elements", "overflows", "the shape overflows", "farther", "the shape overflows",
                    "repeated", "save it after .contiguous()", "quantised", "this type is not supported", "lacking",
                    "2 dimensions, but 1 strides").forEach((name, problem) -> {
                        String message = file.tensor(name).problem().orElse("");
                        assertTrue(message.contains(problem) && message.contains("model.pt"), name + ": " + message);
                        assertThrows(LogalignException.class, () -> file.matrix(name));
                    });
        }
    }

    @Test
    void aDamagedStorageIsFoundByItsChecksum() throws IOException {
        byte[] file = TorchBytes.file(matrix(dictionary().text("w")).code("u").stop(), Map.of("0", SIX));
        String text = new String(file, java.nio.charset.StandardCharsets.ISO_8859_1);
        file[text.indexOf(new String(SIX, java.nio.charset.StandardCharsets.ISO_8859_1)) + 5] ^= 1;
        try (TensorFile opened = TensorFile.open(write(file))) {
            LogalignException damaged = assertThrows(LogalignException.class, () -> opened.matrix("w"));
            assertTrue(String.valueOf(damaged.getMessage()).contains("checksum is wrong"), damaged.getMessage());
        }
    }

    /** An index whose shards are files of torch.save. */
    @Test
    void shardsAreReadTogether() throws IOException {
        Files.write(folder.resolve("pytorch_model-00001-of-00002.bin"),
                TorchBytes.file(matrix(dictionary().text("a")).code("u").stop(), Map.of("0", SIX)));
        Files.write(folder.resolve("pytorch_model-00002-of-00002.bin"),
                TorchBytes.file(matrix(dictionary().text("b")).code("u").stop(), Map.of("0", SIX)));
        Path index = Files.write(folder.resolve("pytorch_model.bin.index.json"), utf8(
                "{\"weight_map\": {\"a\": \"pytorch_model-00001-of-00002.bin\","
                        + " \"b\": \"pytorch_model-00002-of-00002.bin\"}}"));
        try (TensorFile file = TensorFile.open(index)) {
            assertValues(new double[][]{{1, 2, 3}, {4, 5, 6}}, file.matrix("a"));
            assertValues(new double[][]{{1, 2, 3}, {4, 5, 6}}, file.matrix("b"));
        }
    }
}
