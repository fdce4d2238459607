package io.github.logalign.tensor;

import static io.github.logalign.tensor.TestBytes.dictionary;
import static io.github.logalign.tensor.TestBytes.npy;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.matrix.LogalignException;
import io.github.logalign.tensor.MaskTensor.Kind;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is a mask, what are labels, and what is neither. */
class MaskTensorTest {

    private static final List<DataType> INTEGERS = List.of(
            DataType.U8, DataType.I8, DataType.U16, DataType.I16, DataType.U32, DataType.I32, DataType.U64,
            DataType.I64);

    @TempDir
    Path folder;

    /** Integers of any width and order; -1 and 255 are the same byte. */
    private static byte[] bytes(int width, ByteOrder order, long... values) {
        ByteBuffer buffer = ByteBuffer.allocate(width * values.length).order(order);
        for (long value : values) {
            switch (width) {
                case 1 -> buffer.put((byte) value);
                case 2 -> buffer.putShort((short) value);
                case 4 -> buffer.putInt((int) value);
                default -> buffer.putLong(value);
            }
        }
        return buffer.array();
    }

    private MaskTensor read(String name, DataType type, byte[] bytes, long... shape) {
        Path path = folder.resolve("file");
        new SafetensorsWriter().add(name, type, shape, MemorySegment.ofArray(bytes)).write(path);
        try (TensorFile file = TensorFile.open(path)) {
            return MaskTensor.of(file.tensor(name));
        }
    }

    private MaskTensor integers(String name, DataType type, long... values) {
        return read(name, type, bytes(type.bytes(), ByteOrder.LITTLE_ENDIAN, values), values.length);
    }

    private MaskTensor floats(float... values) {
        ByteBuffer buffer = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            buffer.putFloat(value);
        }
        return read("m", DataType.F32, buffer.array(), values.length);
    }

    private static void assertCounts(Kind kind, List<Integer> counting, MaskTensor mask) {
        assertEquals(kind, mask.kind());
        assertEquals(counting, IntStream.range(0, (int) mask.tokens().tokens())
                .filter(mask.tokens()::counts).boxed().toList());
    }

    private static void assertRefused(String what, String advice, Runnable reading) {
        String message = assertThrows(LogalignException.class, reading::run).getMessage();
        assertTrue(message.contains(what) && message.contains(advice), message);
        assertEquals(1, message.lines().count());
    }

    @Test
    void whatTokenizersReturnIsAMaskInEveryWidth() {
        for (DataType type : INTEGERS) {
            assertCounts(Kind.MASK, List.of(0, 1, 3), integers("attention_mask", type, 1, 1, 0, 1, 0));
            assertCounts(Kind.MASK, List.of(0, 1), integers("attention_mask", type, 1, 1));
            assertCounts(Kind.MASK, List.of(), integers("attention_mask", type, 0, 0));
            assertTrue(integers("attention_mask", type, 1, 1).note().isEmpty());
        }
    }

    @Test
    void bigEndianArraysAreReadInEveryWidth() throws IOException {
        Path path = folder.resolve("mask.npy");
        for (int width : new int[]{2, 4, 8}) {
            for (String kind : List.of("i", "u")) {
                Files.write(path, npy(dictionary(">" + kind + width, false, "(2, 2)"),
                        bytes(width, ByteOrder.BIG_ENDIAN, 0, 1, 1, 0)));
                try (TensorFile file = TensorFile.open(path)) {
                    assertCounts(Kind.MASK, List.of(1, 2), MaskTensor.of(file.tensor("")));
                }
            }
            Files.write(path, npy(dictionary(">i" + width, false, "(4,)"),
                    bytes(width, ByteOrder.BIG_ENDIAN, 7, -100, 0, -100)));
            try (TensorFile file = TensorFile.open(path)) {
                assertCounts(Kind.LABELS, List.of(0, 2), MaskTensor.of(file.tensor("")));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(value = DataType.class, names = {"I8", "I16", "I32", "I64"})
    void minusOneHundredMakesLabels(DataType type) {
        MaskTensor labels = integers("y", type, -100, 5, 0, -100, 1);
        assertCounts(Kind.LABELS, List.of(1, 2, 4), labels);
        assertTrue(labels.note().isEmpty());
        assertCounts(Kind.LABELS, List.of(1, 2), integers("y", type, -100, 1, 0));
        assertTrue(integers("y", type, -100, -1).note().orElseThrow().contains("-1 at element 1"));
    }

    @Test
    void labelsByNameThatMaskNothingSaySo() throws IOException {
        for (String name : List.of("labels", "batch.labels", "Label_ids")) {
            MaskTensor labels = integers(name, DataType.I64, 3, 1, 0);
            assertCounts(Kind.LABELS, List.of(0, 1, 2), labels);
            assertTrue(labels.note().orElseThrow().startsWith("no token is masked by "), labels.note()::toString);
            assertEquals(Kind.LABELS, integers(name, DataType.I64, 0, 1).kind());
        }
        assertCounts(Kind.MASK, List.of(1), integers("labels_mask", DataType.I64, 0, 1));
        Path path = Files.write(folder.resolve("labels.npy"),
                npy(dictionary("<i8", false, "(2,)"), bytes(8, ByteOrder.LITTLE_ENDIAN, 0, 1)));
        try (TensorFile file = TensorFile.open(path)) {
            assertEquals(Kind.LABELS, MaskTensor.of(file.tensor("")).kind());
        }
    }

    @Test
    void otherIntegersAreRefusedWithWhatToGive() {
        assertRefused("2 at element 2", "attention_mask", () -> integers("position_ids", DataType.I64, 0, 1, 2, 3));
        assertRefused("101 at element 0", "attention_mask", () -> integers("input_ids", DataType.I32, 101, 0));
        assertRefused("-1 at element 1", "-100", () -> integers("y", DataType.I64, 7, -1));
        assertRefused("-1 at element 1", "-100", () -> integers("labels", DataType.I16, 1, -1));
        assertRefused("at element 1", "attention_mask", () -> integers("y", DataType.U64, 1, -100));
        assertRefused("156 at element 0", "attention_mask", () -> integers("y", DataType.U8, -100, 1));
        assertRefused("255 at element 1", "attention_mask", () -> integers("y", DataType.U16, 0, 255));
    }

    @Test
    void bytesMayHold255ForTrue() {
        assertCounts(Kind.MASK, List.of(1), integers("m", DataType.U8, 0, 255));
        assertRefused("255 at element 1", "attention_mask", () -> integers("m", DataType.U8, 1, 255));
        assertCounts(Kind.MASK, List.of(1, 2), integers("m", DataType.BOOL, 0, 255, 2));
    }

    @Test
    void floatingMasksAreZeroAndOne() {
        assertCounts(Kind.MASK, List.of(0, 2), floats(1, 0, 1));
        assertRefused("-Infinity at element 1", "mask == 0", () -> floats(0, Float.NEGATIVE_INFINITY));
        assertRefused("-3.4", "mask == 0", () -> floats(0, -Float.MAX_VALUE));
        assertRefused("all values are 0.0", "BOOL", () -> floats(0, 0));
        assertRefused("0.5 at element 0", "BOOL", () -> floats(0.5f, 1));
        assertRefused("NaN at element 1", "BOOL", () -> floats(1, Float.NaN));
        assertCounts(Kind.MASK, List.of(1), read("m", DataType.BF16,
                bytes(2, ByteOrder.LITTLE_ENDIAN, 0, 0x3F80), 2));
        assertRefused("a mask is", "another", () -> read("m", DataType.C64, new byte[8], 1));
    }

    @Test
    void shapesMustAgreeNotOnlyTheCount() {
        Path path = folder.resolve("activations");
        new SafetensorsWriter()
                .add("cube", new long[]{2, 3, 4}, new float[24])
                .add("flat", new long[]{6, 4}, new float[24])
                .write(path);
        byte[] six = {1, 1, 0, 1, 1, 0};
        try (TensorFile file = TensorFile.open(path)) {
            Tensor cube = file.tensor("cube");
            Tensor flat = file.tensor("flat");
            for (long[] fitting : new long[][]{{2, 3}, {6}, {2, 1, 1, 3}, {1, 6}}) {
                MaskTensor mask = read("m", DataType.U8, six, fitting);
                mask.checkFits(cube, false);
                mask.checkFits(flat, false);
            }
            MaskTensor turned = read("m", DataType.U8, six, 3, 2);
            turned.checkFits(flat, false);
            assertRefused("[3, 2]", "[2, 3]", () -> turned.checkFits(cube, false));
            MaskTensor few = read("m", DataType.U8, new byte[3], 3);
            assertRefused("3 values", "6 tokens", () -> few.checkFits(cube, false));
            few.checkFits(cube, true);
        }
    }

    @Test
    void aReaderIsToldWhatItDoes() {
        assertEquals("mask: 1 of 3 tokens count", integers("m", DataType.I64, 0, 1, 0).describe());
        assertEquals("labels: 1 of 2 tokens count", integers("m", DataType.I64, -100, 1).describe());
    }

    /** PyTorch's key_padding_mask is true where nothing counts. */
    @Test
    void aMaskThatIsCalledPaddingSaysHowItWasRead() {
        for (String name : List.of("key_padding_mask", "padding_mask", "batch.src_key_padding_mask", "pad_mask")) {
            MaskTensor mask = integers(name, DataType.BOOL, 0, 1);
            assertCounts(Kind.MASK, List.of(1), mask);
            assertTrue(mask.note().orElseThrow().contains("counts; if it is true at padding"), mask.note()::toString);
        }
        assertTrue(integers("attention_mask", DataType.BOOL, 0, 1).note().isEmpty());
        assertTrue(integers("launchpad_mask", DataType.BOOL, 0, 1).note().isEmpty());
    }
}
