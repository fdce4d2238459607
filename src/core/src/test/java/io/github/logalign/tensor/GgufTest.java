package io.github.logalign.tensor;

import static io.github.logalign.tensor.GgufBytes.number;
import static io.github.logalign.tensor.GgufBytes.text;
import static io.github.logalign.tensor.TestBytes.f32;
import static io.github.logalign.tensor.TestBytes.head;
import static io.github.logalign.tensor.TestBytes.join;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.matrix.LogalignException;
import io.github.logalign.matrix.Matrix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class GgufTest {

    private static final int U32 = 4;
    private static final int STRING = 8;
    private static final int ARRAY = 9;

    @TempDir
    Path folder;

    private Path write(byte[] bytes) throws IOException {
        return Files.write(folder.resolve("model.gguf"), bytes);
    }

    private String refusal(byte[] bytes) throws IOException {
        Path path = write(bytes);
        String message = String
                .valueOf(assertThrows(LogalignException.class, () -> TensorFile.open(path)).getMessage());
        assertTrue(message.startsWith(path.toString()) && message.lines().count() == 1, message);
        return message;
    }

    @Test
    void plainTensorsAreViewsOfTheFile() throws IOException {
        byte[] bytes = new GgufBytes()
                .tensor("a.weight", 0, f32(1, 2, 3, 4, 5, 6), 2, 3)
                .tensor("b.weight", 1, new byte[]{0, 0x3C, 0, 0x40}, 1, 2)
                .tensor("c.weight", 30, new byte[]{(byte) 0x80, 0x3F, 0, 0x40, 0x40, 0x40}, 3, 1)
                .tensor("d.weight", 28, new byte[8], 1, 1)
                .tensor("e", 26, new byte[8], 2)
                .build();
        try (TensorFile file = TensorFile.open(write(bytes))) {
            assertEquals("GGUF", file.format());
            assertEquals(List.of("a.weight", "b.weight", "c.weight", "d.weight", "e"),
                    file.tensors().stream().map(Tensor::name).toList());
            Matrix a = file.matrix("a.weight");
            assertArrayEquals(new long[]{2, 3}, file.tensor("a.weight").shape());
            assertEquals(6, a.get(1, 2));
            assertEquals(3, a.get(0, 2));
            assertTrue(a.segment().isMapped());
            assertEquals(2, file.matrix("b.weight").get(0, 1));
            assertEquals(3, file.matrix("c.weight").get(2, 0));
            assertEquals(0, file.matrix("d.weight").get(0, 0));
            assertEquals(DataType.I32, file.tensor("e").dataType());
        }
    }

    @Test
    void blocksAreDecoded() throws IOException {
        Random random = new Random(5);
        int rows = 5;
        int columns = 64;
        byte[] values = new byte[rows * columns];
        random.nextBytes(values);
        short[] scales = new short[values.length / 32];
        for (int block = 0; block < scales.length; block++) {
            scales[block] = Float.floatToFloat16((float) Math.exp(random.nextGaussian()));
        }
        byte[] bytes = new GgufBytes()
                .tensor("blk.0.attn_q.weight", 8, GgufBytes.blocks(scales, values), rows, columns)
                .tensor("blk.0.ffn_up_exps.weight", 8, GgufBytes.blocks(scales, values), 5, 2, 32).build();
        try (TensorFile file = TensorFile.open(write(bytes))) {
            Tensor tensor = file.tensor("blk.0.attn_q.weight");
            assertTrue(tensor.isDecoded() && tensor.isFloating());
            assertEquals("Q8_0 [5, 64]", tensor.describe());
            Matrix matrix = tensor.matrix();
            List<NamedMatrix> experts = file.tensor("blk.0.ffn_up_exps.weight").matrices();
            for (int index = 0; index < values.length; index++) {
                double expected = values[index] * (double) Float.float16ToFloat(scales[index / 32]);
                assertEquals(expected, matrix.get(index / columns, index % columns));
                assertEquals(expected, experts.get(index / 64).matrix().get(index % 64 / 32, index % 32));
            }
        }
    }

    @Test
    void metadataAreShownAsText() throws IOException {
        byte[] vocabulary = join(number(STRING, 4), number(2, 8), text("a"), text("b"));
        byte[] nested = join(number(ARRAY, 4), number(1, 8), number(U32, 4), number(2, 8), new byte[8]);
        byte[] bytes = new GgufBytes()
                .value("general.architecture", STRING, text("llama"))
                .value("a.u8", 0, new byte[]{-1}).value("a.i8", 1, new byte[]{-1})
                .value("a.u16", 2, number(65_535, 2)).value("a.i16", 3, number(-2, 2))
                .value("a.u32", U32, number(4_000_000_000L, 4)).value("a.i32", 5, number(-3, 4))
                .value("a.f32", 6, f32(0.5f)).value("a.bool", 7, new byte[]{1})
                .value("tokens", ARRAY, vocabulary).value("nested", ARRAY, nested)
                .value("a.u64", 10, number(-1, 8)).value("a.i64", 11, number(-1, 8))
                .value("a.f64", 12, number(Double.doubleToLongBits(2.5), 8)).build();
        try (TensorFile file = TensorFile.open(write(bytes))) {
            assertEquals(Map.ofEntries(Map.entry("general.architecture", "llama"), Map.entry("a.u8", "255"),
                    Map.entry("a.i8", "-1"), Map.entry("a.u16", "65535"), Map.entry("a.i16", "-2"),
                    Map.entry("a.u32", "4000000000"), Map.entry("a.i32", "-3"), Map.entry("a.f32", "0.5"),
                    Map.entry("a.bool", "true"), Map.entry("tokens", "2 elements"), Map.entry("nested", "1 element"),
                    Map.entry("a.u64", "18446744073709551615"), Map.entry("a.i64", "-1"), Map.entry("a.f64", "2.5")),
                    file.metadata());
            assertEquals(List.of(), file.tensors());
        }
    }

    @Test
    void theAlignmentIsThatOfTheMetadata() throws IOException {
        GgufBytes gguf = new GgufBytes().value("general.alignment", U32, number(64, 4))
                .tensor("a", 0, f32(7), 1, 1).tensor("b", 0, f32(8), 1, 1);
        gguf.alignment = 64;
        try (TensorFile file = TensorFile.open(write(gguf.build()))) {
            assertEquals(7, file.matrix("a").get(0, 0));
            assertEquals(8, file.matrix("b").get(0, 0));
        }
    }

    @ParameterizedTest
    @CsvSource({"2, 18, Q4_0, 32", "12, 144, Q4_K, 256", "14, 210, Q6_K, 256", "39, 17, MXFP4, 32",
        "99, 32, type 99, 32"})
    void otherQuantisationsAreNamed(int type, int blockBytes, String name, int columns) throws IOException {
        byte[] bytes = new GgufBytes().tensor("q.weight", type, new byte[blockBytes], 1, columns)
                .tensor("a.weight", 0, f32(1), 1, 1).build();
        try (TensorFile file = TensorFile.open(write(bytes))) {
            assertEquals(1, file.matrix("a.weight").get(0, 0));
            String problem = file.tensor("q.weight").problem().orElse("");
            assertTrue(problem.contains("q.weight") && problem.contains(name) && problem.contains("llama-quantize"),
                    problem);
            assertFalse(file.tensor("q.weight").holdsMatrices());
        }
    }

    private static Arguments hostile(String expected, GgufBytes bytes) {
        return Arguments.of(expected, bytes);
    }

    private static GgufBytes ofVersion(int version) {
        GgufBytes bytes = new GgufBytes();
        bytes.version = version;
        return bytes;
    }

    static Stream<Arguments> hostileFiles() {
        byte[] one = f32(1);
        return Stream.of(
                hostile("version 1", ofVersion(1)),
                hostile("version 4", ofVersion(4)),
                hostile("big-endian machine", ofVersion(0x03000000)),
                hostile("occurs twice", new GgufBytes().tensor("a", 0, one, 1, 1).tensor("a", 0, one, 1, 1)),
                hostile("twice", new GgufBytes().value("x", 0, new byte[1]).value("x", 0, new byte[1])),
                hostile("5 dimensions", new GgufBytes().tensor("a", 0, one, 1, 1, 1, 1, 1)),
                hostile("a dimension of 18446744073709551615", new GgufBytes().tensor("a", 0, one, -1, 1)),
                hostile("of type 13", new GgufBytes().value("x", 13, new byte[8])),
                hostile("neither false nor true", new GgufBytes().value("x", 7, new byte[]{2})),
                hostile("do not fit", new GgufBytes().value("x", STRING, number(1L << 40, 8))),
                hostile("do not fit", new GgufBytes().value("x", STRING, number(-1, 8))),
                hostile("do not fit", new GgufBytes().value("x", ARRAY, join(number(U32, 4), number(1L << 61, 8)))),
                hostile("of type 77",
                        new GgufBytes().value("x", ARRAY, join(number(77, 4), number(1, 8), new byte[9]))),
                hostile("in more than 4 arrays", new GgufBytes().value("x", ARRAY, nested(40))),
                hostile("not valid UTF-8", new GgufBytes().value("x", STRING, join(number(1, 8), new byte[]{-1}))),
                hostile("no power of two", new GgufBytes().value("general.alignment", U32, number(33, 4))),
                hostile("no power of two", new GgufBytes().value("general.alignment", U32, number(0, 4))),
                hostile("no power of two", new GgufBytes().value("general.alignment", STRING, text("32"))));
    }

    private static byte[] nested(int depth) {
        byte[] array = join(number(U32, 4), number(0, 8));
        for (int level = 0; level < depth; level++) {
            array = join(number(ARRAY, 4), number(1, 8), array);
        }
        return array;
    }

    @ParameterizedTest(name = "{0} {index}")
    @MethodSource("hostileFiles")
    void hostileFilesAreRefusedInOneLine(String expected, GgufBytes bytes) throws IOException {
        String message = refusal(bytes.build());
        assertTrue(message.contains(expected), message);
    }

    @Test
    void overlapsAreRefused() throws IOException {
        byte[] bytes = new GgufBytes().tensor("a", 0, new byte[64], 4, 4).tensor("b", 0, f32(1), 1, 1).build();
        int offsetOfB = 24 + (9 + 4 + 16 + 4 + 8) + (9 + 4 + 16 + 4);
        bytes[offsetOfB] = 32;
        assertTrue(refusal(bytes).contains("belongs to another tensor"));
        bytes[offsetOfB] = 65;
        assertTrue(refusal(bytes).contains("no multiple of 32"));
    }

    @Test
    void rowsAreWholeBlocks() throws IOException {
        byte[] bytes = new GgufBytes().tensor("a", 8, new byte[34], 1, 31).build();
        try (TensorFile file = TensorFile.open(write(bytes))) {
            assertTrue(file.tensor("a").problem().orElse("").contains("whole blocks of 32"));
        }
    }

    /** A truncated file opens where its header is whole, and says which tensors are lost. */
    @Test
    void everyPrefixIsRefusedOrLosesTensors() throws IOException {
        byte[] bytes = new GgufBytes().value("general.architecture", STRING, text("llama"))
                .value("tokens", ARRAY, join(number(STRING, 4), number(1, 8), text("x")))
                .tensor("a", 0, f32(1, 2), 1, 2).tensor("q", 8, new byte[34], 1, 32).build();
        int refused = 0;
        int lost = 0;
        for (int length = 1; length < bytes.length; length++) {
            Path path = write(head(bytes, length));
            try (TensorFile file = TensorFile.open(path)) {
                assertTrue(file.tensor("q").problem().orElse("").contains("the file ends before"), "length " + length);
                lost++;
            } catch (LogalignException refusal) {
                assertTrue(String.valueOf(refusal.getMessage()).startsWith(path.toString()));
                refused++;
            }
        }
        assertTrue(refused > 100 && lost > 30, refused + " " + lost);
    }
}
