package io.github.logalign.tensorboard;

import static io.github.logalign.tensorboard.EventBytes.event;
import static io.github.logalign.tensorboard.EventBytes.file;
import static io.github.logalign.tensorboard.EventBytes.scalar;
import static io.github.logalign.tensorboard.EventBytes.tensor;
import static io.github.logalign.tensorboard.EventBytes.withPlugin;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.matrix.LogalignException;
import io.github.logalign.tensor.OnnxBytes.Message;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Event files: their records, the values in them, and damage. */
class EventScalarsTest {

    /** As TensorBoard 2.21 writes it: one event of the version and the writer, one of a scalar. */
    private static final byte[] REFERENCE = HexFormat.of().parseHex(
            "2400000000000000422b804d"
                    + "09000000000000f83f1a0d627261696e2e4576656e743a32520a0a086c6f67616c69676e" + "60d13f85"
                    + "1e00000000000000d9dc1232"
                    + "09000000000000044010ac022a100a0e0a076c61722f612e62150000003f" + "6500a7d5");

    private static final int FIRST_RECORD = 0x24 + 16;

    @TempDir
    Path folder;

    /** A tensor and the value that it stands for. */
    record Case(String name, Message tensor, double value) {
        @Override
        public String toString() {
            return name;
        }
    }

    private Path write(byte[] bytes) throws IOException {
        return Files.write(folder.resolve("events.out.tfevents.1.host"), bytes);
    }

    private EventScalars read(byte[] bytes) throws IOException {
        EventScalars scalars = new EventScalars();
        assertFalse(scalars.add(write(bytes)));
        return scalars;
    }

    private String refused(byte[] bytes) throws IOException {
        Path path = write(bytes);
        String message = String.valueOf(
                assertThrows(LogalignException.class, () -> new EventScalars().add(path)).getMessage());
        assertTrue(message.contains(path.toString()) && !message.contains("\n"), message);
        return message;
    }

    @Test
    void checksumsAreMasked() {
        byte[] digits = "123456789".getBytes(StandardCharsets.US_ASCII);
        CRC32C crc = new CRC32C();
        crc.update(digits);
        assertEquals(0xE3069283L, crc.getValue(), "the check value of CRC-32C");
        assertEquals(0xC78AB0E5, Framing.masked(0xE3069283));
        assertEquals(0xC78AB0E5, Framing.checksum(digits));
        assertEquals(0xA282EAD8, Framing.checksum(new byte[0]), "the CRC of nothing is 0");
    }

    @Test
    void writtenFilesAreThoseOfTensorBoard() {
        EventWriter writer = new EventWriter(1.5, "logalign");
        writer.add(2.5, 300, Map.of("lar/a.b", 0.5f));
        assertEquals(HexFormat.of().formatHex(REFERENCE), HexFormat.of().formatHex(writer.toBytes()));
    }

    @Test
    void whatIsWrittenIsReadAgain() throws IOException {
        EventWriter writer = new EventWriter(0, "x");
        writer.add(0, 0, Map.of("a", 0.1f));
        writer.add(1e9 + 0.5, Long.MAX_VALUE, Map.of("a", Float.MIN_VALUE));
        writer.add(-1, 1, Map.of("b/c.d \u00e9\u4e2d" + "x".repeat(100_000), -0f));
        EventScalars read = read(writer.toBytes());
        assertEquals(List.of("a", "b/c.d \u00e9\u4e2d" + "x".repeat(100_000)), List.copyOf(read.curves().keySet()));
        assertEquals(Map.of(0L, (double) 0.1f, Long.MAX_VALUE, (double) Float.MIN_VALUE), read.curves().get("a"));
        assertEquals("x", EventScalars.writer(folder.resolve("events.out.tfevents.1.host")));
    }

    @Test
    void ofTheSameTagAndStepTheLastCounts() throws IOException {
        EventScalars read = read(
                file(scalar(1, "a", 1), scalar(2, "a", 2), scalar(1, "a", 3), scalar(2, "a", Float.NaN)));
        assertEquals(Map.of("a", Map.of(1L, 3.0, 2L, 2.0)), read.curves(), "NaN is no value");
        assertFalse(read.add(write(file(scalar(2, "a", 5)))));
        assertEquals(Map.of("a", Map.of(1L, 3.0, 2L, 5.0)), read.curves());
    }

    @Test
    void valuesThatAreNotFiniteAreMissing() throws IOException {
        EventScalars read = read(file(
                scalar(1, "a", Float.POSITIVE_INFINITY), scalar(2, "a", Float.NEGATIVE_INFINITY), scalar(3, "a", 1),
                scalar(-1, "a", 1), scalar(1, "nan", Float.NaN)));
        assertEquals(Map.of("a", Map.of(3L, 1.0)), read.curves());
        assertEquals(Map.of("a", 2L), read.infinite());
        assertEquals(1, read.negativeSteps());
        assertEquals(List.of(), read.others());
    }

    /** Protocol buffers allow any order of fields, and leave out zeros. */
    @Test
    void theStepMayStandBehindTheSummaryOrBeLeftOut() throws IOException {
        Message value = new Message().float32(2, 1).text(1, "a");
        EventScalars read = read(file(
                new Message().message(5, new Message().message(1, value)).number(2, 7),
                new Message().message(5, new Message().message(1, value))));
        assertEquals(Map.of("a", Map.of(7L, 1.0, 0L, 1.0)), read.curves());
    }

    static Stream<Case> tensors() {
        Message none = new Message();
        return Stream.of(
                new Case("float in a list", new Message().number(1, 1).message(2, none).float32(5, 1.5f), 1.5),
                new Case("float in a packed list", new Message().number(1, 1).bytes(5, le(4, 0x3fc00000)), 1.5),
                new Case("float in the content", new Message().bytes(4, le(4, 0x3fc00000)).number(1, 1), 1.5),
                new Case("double", new Message().number(1, 2).bytes(6, le(8, Double.doubleToLongBits(0.1))), 0.1),
                new Case("double unpacked", new Message().number(1, 2)
                        .raw(0x31, 0, 0, 0, 0, 0, 0, 0xf8, 0x3f), 1.5),
                new Case("int32", new Message().number(1, 3).bytes(7, new Message().varint(-5).toBytes()), -5),
                new Case("int32 unpacked", new Message().number(1, 3).number(7, -5), -5),
                new Case("uint8", new Message().number(1, 4).bytes(4, le(1, 200)), 200),
                new Case("int16", new Message().number(1, 5).bytes(4, le(2, -2)), -2),
                new Case("int8", new Message().number(1, 6).bytes(4, le(1, -2)), -2),
                new Case("int64", new Message().number(1, 9).number(10, 1L << 40), 0x1p40),
                new Case("bool", new Message().number(1, 10).number(11, 1), 1),
                new Case("bfloat16", new Message().number(1, 14).number(13, 0x3fc0), 1.5),
                new Case("uint16", new Message().number(1, 17).bytes(4, le(2, 0xfffe)), 65534),
                new Case("half", new Message().number(1, 19).number(13, 0x3e00), 1.5),
                new Case("half in the content", new Message().number(1, 19).bytes(4, le(2, 0x3e00)), 1.5),
                new Case("uint32", new Message().number(1, 22).number(16, 0xfffffffeL), 4294967294.0),
                new Case("uint64", new Message().number(1, 23).number(17, -1), 0x1p64),
                new Case("one element", new Message().number(1, 1).message(2, shape(1, 1)).float32(5, 1.5f), 1.5));
    }

    private static byte[] le(int size, long value) {
        return Arrays.copyOf(
                ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array(), size);
    }

    private static Message shape(long... sizes) {
        Message shape = new Message();
        for (long size : sizes) {
            shape.message(2, new Message().number(1, size).text(2, "name"));
        }
        return shape;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("tensors")
    void tensorsOfOneElementAreScalars(Case each) throws IOException {
        EventScalars read = read(file(event(3, tensor("t", each.tensor))));
        assertEquals(Map.of("t", Map.of(3L, each.value)), read.curves());
        assertEquals(List.of(), read.others());
    }

    static Stream<Case> noScalars() {
        return Stream.of(
                new Case("none", new Message().number(1, 1), 0),
                new Case("two in a list", new Message().number(1, 1).float32(5, 1).float32(5, 1), 0),
                new Case("two in a packed list", new Message().number(1, 1).bytes(5, new byte[8]), 0),
                new Case("two in packed numbers", new Message().number(1, 3).bytes(7, new byte[2]), 0),
                new Case("two in the content", new Message().number(1, 1).bytes(4, new byte[8]), 0),
                new Case("of several elements", new Message().number(1, 1).message(2, shape(2)).float32(5, 1), 0),
                new Case("of no elements", new Message().number(1, 1).message(2, shape(1, 0)).float32(5, 1), 0),
                new Case("of an unknown size", new Message().number(1, 1).message(2, shape(-1)).float32(5, 1), 0),
                new Case("text", new Message().number(1, 7).text(8, "a"), 0),
                new Case("of no type", new Message().float32(5, 1), 0),
                new Case("of another list than its type's", new Message().number(1, 1).number(7, 1), 0));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("noScalars")
    void otherTensorsAreSkipped(Case each) throws IOException {
        EventScalars read = read(file(scalar(1, "a", 1), event(3, tensor("t", each.tensor))));
        assertEquals(Map.of("a", Map.of(1L, 1.0)), read.curves());
        assertEquals(List.of("t"), read.others());
    }

    @Test
    void tensorsOfOtherPluginsAreSkipped() throws IOException {
        Message one = new Message().number(1, 1).float32(5, 1);
        EventScalars read = read(file(
                event(1, withPlugin(tensor("a", one), "scalars")), event(2, tensor("a", one)),
                event(1, withPlugin(tensor("b", one), "hparams")), event(2, tensor("b", one)),
                event(1, new Message().text(1, "image").message(4, new Message().number(1, 1))),
                event(1, new Message().message(8, one)), new Message().number(2, 1).text(4, "graph")));
        assertEquals(Map.of("a", Map.of(1L, 1.0, 2L, 1.0)), read.curves());
        assertEquals(List.of("b", "image"), read.others());
    }

    @Test
    void otherFilesAreRefused() throws IOException {
        assertTrue(refused(EventBytes.records(List.of(new byte[0]))).contains("has no version instead of"));
        assertTrue(refused(EventBytes.records(List.of(new Message().text(3, "brain.Event:1").toBytes())))
                .contains("has \"brain.Event:1\" instead of \"brain.Event:2\""));
        assertTrue(refused(EventBytes.records(List.of("an example".getBytes(StandardCharsets.UTF_8))))
                .contains("the event is damaged at byte "));
        assertTrue(refused(new byte[0]).contains("empty"));
        assertTrue(refused(new byte[100]).contains("the record at byte 0 is damaged: the checksum of its length"));
    }

    /** A length of any size with a right checksum. */
    @Test
    void aLengthIsComparedWithTheFile() throws IOException {
        for (long length : new long[]{0, 1, 100, Integer.MAX_VALUE}) {
            Path path = write(join(REFERENCE, header(length)));
            EventScalars scalars = new EventScalars();
            assertTrue(scalars.add(path), "the last record is incomplete");
            assertEquals(Map.of("lar/a.b", Map.of(300L, 0.5)), scalars.curves());
        }
        for (long length : new long[]{1L << 31, 1L << 40, Long.MAX_VALUE, Long.MIN_VALUE, -1}) {
            String message = refused(join(REFERENCE, header(length)));
            assertTrue(message.contains("the record at byte " + REFERENCE.length + " is damaged: it has "
                    + Long.toUnsignedString(length) + " bytes"), message);
        }
    }

    private static byte[] header(long length) {
        ByteBuffer header = ByteBuffer.allocate(Framing.HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(length);
        return header.putInt(Framing.checksum(Arrays.copyOf(header.array(), Framing.LENGTH_BYTES))).array();
    }

    private static byte[] join(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }

    @Test
    void everyPrefixIsIncomplete() throws IOException {
        for (int length = 1; length < REFERENCE.length; length++) {
            byte[] prefix = Arrays.copyOf(REFERENCE, length);
            if (length < FIRST_RECORD) {
                assertTrue(refused(prefix).contains("its first record is incomplete"));
            } else {
                EventScalars scalars = new EventScalars();
                assertEquals(length > FIRST_RECORD, scalars.add(write(prefix)));
                assertEquals(Map.of(), scalars.curves());
            }
            assertTrue(EventScalars.areIn(folder.resolve("events.out.tfevents.1.host")));
        }
    }

    @Test
    void everyFlippedBitIsFound() throws IOException {
        for (int bit = 0; bit < REFERENCE.length * Byte.SIZE; bit++) {
            byte[] damaged = REFERENCE.clone();
            damaged[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
            int record = bit / Byte.SIZE < FIRST_RECORD ? 0 : FIRST_RECORD;
            String message = refused(damaged);
            assertTrue(message.contains("the record at byte " + record + " is damaged: the checksum of its "), message);
        }
    }

    @Test
    void tagsAreLimited() throws IOException {
        Message summary = new Message();
        for (int tag = 0; tag < 1 << 16; tag++) {
            summary.message(1, new Message().text(1, "t" + tag).float32(2, tag));
        }
        Message most = new Message().message(5, summary);
        EventScalars scalars = read(file(most, most));
        assertEquals(1 << 16, scalars.curves().size());
        assertTrue(refused(file(most, scalar(1, "one more", 1))).contains("more than 65536 tags"));
    }

    @Test
    void filesAreRecognisedByTheirContentOrName() throws IOException {
        Path other = Files.write(folder.resolve("log"), REFERENCE);
        assertTrue(EventScalars.areIn(other));
        assertFalse(EventScalars.areIn(Files.writeString(folder.resolve("tfevents.csv"), "step,loss\n1,2\n")));
        assertFalse(EventScalars.areIn(folder));
        assertFalse(EventScalars.areIn(folder.resolve("missing-tfevents")));
        assertEquals(Map.of("lar/a.b", Map.of(300L, 0.5)), read(REFERENCE).curves());
    }
}
