package io.github.logalign.tensor;

import static io.github.logalign.tensor.TestBytes.dictionary;
import static io.github.logalign.tensor.TestBytes.f32;
import static io.github.logalign.tensor.TestBytes.head;
import static io.github.logalign.tensor.TestBytes.latin1;
import static io.github.logalign.tensor.TestBytes.npy;
import static io.github.logalign.tensor.TestBytes.utf8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.matrix.LogalignException;
import io.github.logalign.matrix.Matrix;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NpyTest {

    private static final byte[] SIX = f32(1, 2, 3, 4, 5, 6);

    @TempDir
    Path folder;

    private TensorFile open(byte[] content) throws IOException {
        return TensorFile.open(Files.write(folder.resolve("array"), content));
    }

    private void assertRowByRow(byte[] content) throws IOException {
        try (TensorFile file = open(content)) {
            assertEquals("npy", file.format());
            Matrix matrix = file.tensors().getFirst().matrix();
            for (int index = 0; index < 6; index++) {
                assertEquals(index + 1, matrix.get(index / 3, index % 3));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void readsEveryVersion(int version) throws IOException {
        assertRowByRow(npy(version, latin1(dictionary("<f4", false, "(2, 3)") + "   \n"), SIX));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "{'descr':'<f4','fortran_order':False,'shape':(2,3)}",
        "{\"descr\": \"<f4\", \"fortran_order\": False, \"shape\": (2, 3)}",
        "{'shape': (2, 3,), 'descr': '<f4', 'fortran_order': False,}",
        "{'fortran_order': False, 'shape': (2L, 3L), 'descr': \"<f4\", }",
        "  {\n'descr'\t: '=f4' , 'fortran_order' :False ,'shape': ( 2 , 3 ) } \r\n"
    })
    void readsEverySpelling(String dictionary) throws IOException {
        assertRowByRow(npy(1, latin1(dictionary), SIX));
        assertRowByRow(npy(dictionary, SIX));
    }

    @Test
    void readsFortranOrder() throws IOException {
        assertRowByRow(npy(dictionary("<f4", true, "(2, 3)"), f32(1, 4, 2, 5, 3, 6)));
    }

    @Test
    void readsBigEndian() throws IOException {
        assertRowByRow(npy(dictionary(">f4", false, "(2, 3)"), f32(ByteOrder.BIG_ENDIAN, 1, 2, 3, 4, 5, 6)));
        byte[] fortran = npy(dictionary(">f4", true, "(2, 3)"), f32(ByteOrder.BIG_ENDIAN, 1, 4, 2, 5, 3, 6));
        assertRowByRow(fortran);
        try (TensorFile file = open(fortran)) {
            assertEquals("F32 [2, 3] in Fortran order big-endian", file.tensor("").describe());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "|b1, BOOL", "|u1, U8", "|i1, I8", "<u2, U16", "<i2, I16", "<f2, F16", "<u4, U32", ">i4, I32", "=f4, F32",
        "<u8, U64", "<i8, I64", ">f8, F64", "<c8, C64", "<i1, I8"
    })
    void readsEveryType(String descr, DataType type) throws IOException {
        try (TensorFile file = open(npy(dictionary(descr, false, "(3,)"), new byte[3 * type.bytes()]))) {
            assertEquals(type, file.tensor("").dataType());
            assertArrayEquals(new long[]{3}, file.tensor("").shape());
        }
    }

    @Test
    void readsHalfAndDouble() throws IOException {
        try (TensorFile file = open(npy(dictionary(">f2", false, "(1, 2)"), new byte[]{0x3C, 0, (byte) 0xC0, 0}))) {
            assertEquals(1, file.matrix("").get(0, 0));
            assertEquals(-2, file.matrix("").get(0, 1));
        }
        byte[] pi = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putDouble(Math.PI).array();
        try (TensorFile file = open(npy(dictionary("<f8", false, "(1, 1)"), pi))) {
            assertEquals(Math.PI, file.matrix("").get(0, 0));
        }
    }

    @Test
    void readsScalarsAndEmptyArrays() throws IOException {
        try (TensorFile file = open(npy(dictionary("<f4", false, "()"), f32(1)))) {
            assertEquals(1, file.tensor("").elements());
        }
        try (TensorFile file = open(npy(dictionary("<f4", true, "(0, 7)"), new byte[0]))) {
            assertEquals(0, file.matrix("").rows());
            assertEquals(7, file.matrix("").columns());
        }
    }

    @Test
    void itsTensorHasNoName() throws IOException {
        try (TensorFile file = open(npy(dictionary("<f4", false, "(2, 3)"), SIX))) {
            assertEquals("", file.tensors().getFirst().name());
            LogalignException failure = assertThrows(LogalignException.class, () -> file.tensor("w"));
            assertTrue(String.valueOf(failure.getMessage()).contains("has no name"));
        }
    }

    @Test
    void everyTruncationIsRefused() throws IOException {
        byte[] content = npy(dictionary("<f4", false, "(2, 3)"), SIX);
        for (int length = 0; length < content.length; length++) {
            byte[] cut = head(content, length);
            assertThrows(LogalignException.class, () -> open(cut).close(), "length " + length);
        }
    }

    @Test
    void writesOneDimensionAsNumpyDoes() throws IOException {
        Path path = folder.resolve("written");
        NpyWriter.write(path, new double[]{1, Double.NEGATIVE_INFINITY, 3});
        byte[] bytes = Files.readAllBytes(path);
        assertEquals(128 + 24, bytes.length);
        String header = new String(head(bytes, 128), StandardCharsets.ISO_8859_1);
        String expected = "\u0093NUMPY\u0001\0v\0{'descr': '<f8', 'fortran_order': False, 'shape': (3,), }";
        assertEquals(expected + " ".repeat(127 - expected.length()) + "\n", header);
        try (TensorFile file = TensorFile.open(path)) {
            assertArrayEquals(new long[]{3}, file.tensor("").shape());
        }
        NpyWriter.write(path, new float[]{1, 2});
        try (TensorFile file = TensorFile.open(path)) {
            assertEquals("F32 [2]", file.tensor("").describe());
        }
    }

    @Test
    void writesTwoDimensions() {
        Path path = folder.resolve("written");
        NpyWriter.write(path, new double[]{1, 2, 3, 4, 5, 6}, 3, 2);
        try (TensorFile file = TensorFile.open(path)) {
            assertEquals("F64 [3, 2]", file.tensor("").describe());
            assertEquals(6, file.matrix("").get(2, 1));
        }
        NpyWriter.write(path, new float[]{1, 2, 3, 4, 5, 6}, 1, 6);
        try (TensorFile file = TensorFile.open(path)) {
            assertEquals("F32 [1, 6]", file.tensor("").describe());
            assertEquals(5, file.matrix("").get(0, 4));
        }
    }

    @Test
    void refusesShapesThatDoNotFit() {
        Path path = folder.resolve("written");
        double[] six = new double[6];
        assertThrows(IllegalArgumentException.class, () -> NpyWriter.write(path, six, 2, 2));
        assertThrows(IllegalArgumentException.class, () -> NpyWriter.write(path, six, -2, -3));
        assertThrows(IllegalArgumentException.class, () -> NpyWriter.write(path, new float[0], 1L << 32, 1L << 32));
        assertTrue(Files.notExists(path));
    }

    @Test
    void utf8InAVersion3HeaderIsRefusedLikeAnyOtherKey() {
        byte[] content = npy(3, utf8("{'caf\u00e9': 1}"), SIX);
        assertThrows(LogalignException.class, () -> open(content).close());
    }
}
