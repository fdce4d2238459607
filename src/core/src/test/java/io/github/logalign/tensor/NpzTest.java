package io.github.logalign.tensor;

import static io.github.logalign.tensor.TestBytes.dictionary;
import static io.github.logalign.tensor.TestBytes.f32;
import static io.github.logalign.tensor.TestBytes.head;
import static io.github.logalign.tensor.TestBytes.npy;
import static io.github.logalign.tensor.ZipBytes.archive;
import static io.github.logalign.tensor.ZipBytes.member;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.matrix.LogalignException;
import io.github.logalign.matrix.Matrix;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NpzTest {

    private static final byte[] FIRST = npy(dictionary("<f4", false, "(2, 3)"), f32(1, 2, 3, 4, 5, 6));
    private static final byte[] SECOND = npy(dictionary("<f4", true, "(1, 2)"), f32(7, 8));

    @TempDir
    Path folder;

    private TensorFile open(byte[] content) throws IOException {
        return TensorFile.open(Files.write(folder.resolve("arrays"), content));
    }

    private void assertBoth(byte[] content) throws IOException {
        try (TensorFile file = open(content)) {
            assertEquals("npz", file.format());
            assertEquals(List.of("a", "layer/\u00e9"), file.tensors().stream().map(Tensor::name).toList());
            for (int index = 0; index < 6; index++) {
                assertEquals(index + 1, file.matrix("a").get(index / 3, index % 3));
            }
            assertEquals(7, file.matrix("layer/\u00e9").get(0, 0));
            assertEquals(8, file.matrix("layer/\u00e9").get(0, 1));
            assertTrue(file.matrix("a").segment().isReadOnly());
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void readsStoredAndDeflatedMembers(boolean deflate) throws IOException {
        assertBoth(archive(member("a.npy", FIRST, deflate), member("layer/\u00e9.npy", SECOND, deflate)));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void reads64BitSizes(boolean everywhere) throws IOException {
        ZipBytes.Member first = ZipBytes.wideLocal(member("a.npy", FIRST, true));
        ZipBytes.Member second = ZipBytes.wideLocal(member("layer/\u00e9.npy", SECOND, false));
        ZipBytes zip = new ZipBytes();
        if (everywhere) {
            ZipBytes.wideCentral(first);
            ZipBytes.wideCentral(second);
            zip.zip64End = true;
        }
        assertBoth(zip.with(first, second).build());
    }

    @ParameterizedTest
    @CsvSource({"false,false", "false,true", "true,false", "true,true"})
    void readsMembersWithTheirSizesBehindThem(boolean signed, boolean wide) throws IOException {
        assertBoth(archive(
                ZipBytes.streamed("a.npy", FIRST, signed, wide),
                ZipBytes.streamed("layer/\u00e9.npy", SECOND, signed, wide)));
    }

    @Test
    void readsWhatTheJdkWrites() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            zip.putNextEntry(new ZipEntry("a.npy"));
            zip.write(FIRST);
            zip.putNextEntry(new ZipEntry("layer/\u00e9.npy"));
            zip.write(SECOND);
        }
        assertBoth(bytes.toByteArray());
    }

    @Test
    void readsAnEmptyArchive() throws IOException {
        try (TensorFile file = open(archive())) {
            assertEquals(List.of(), file.tensors());
        }
    }

    @Test
    void expandsLargeMembersOnceAndWhole() throws IOException {
        float[] values = new float[1_200_000];
        for (int index = 0; index < values.length; index++) {
            values[index] = index;
        }
        byte[] content = archive(member("w.npy", npy(dictionary("<f4", false, "(1200, 1000)"), f32(values)), true));
        try (TensorFile file = open(content)) {
            Matrix matrix = file.matrix("w");
            for (int row = 0; row < 1200; row++) {
                for (int column = 0; column < 1000; column++) {
                    assertEquals(row * 1000 + column, matrix.get(row, column));
                }
            }
            assertEquals(matrix.segment().address(), file.matrix("w").segment().address());
        }
    }

    @Test
    void aDamagedMemberFailsEveryTimeAndSparesTheOthers() throws IOException {
        ZipBytes.Member damaged = member("b.npy", FIRST, false);
        damaged.stored[140] ^= 1;
        byte[] content = archive(member("a.npy", SECOND, true), damaged);
        damaged.stored[140] ^= 1;
        try (TensorFile file = open(content)) {
            assertEquals(2, file.tensors().size());
            LogalignException failure = assertThrows(LogalignException.class, () -> file.matrix("b"));
            assertSame(failure, assertThrows(LogalignException.class, () -> file.matrix("b")));
            assertTrue(String.valueOf(failure.getMessage()).contains("(member 'b.npy')"));
            assertEquals(7, file.matrix("a").get(0, 0));
        }
    }

    @Test
    void theLimitOfExpansionCanBeSet() throws IOException {
        byte[] content = archive(
                member("a.npy", FIRST, true), member("b.npy", FIRST, true), member("c.npy", FIRST, false));
        String property = "logalign.npz.maxBytes";
        try {
            System.setProperty(property, Integer.toString(FIRST.length));
            try (TensorFile file = open(content)) {
                assertEquals(1, file.matrix("a").get(0, 0));
                assertEquals(1, file.matrix("a").get(0, 0), "expanded once");
                LogalignException failure = assertThrows(LogalignException.class, () -> file.matrix("b"));
                assertTrue(String.valueOf(failure.getMessage()).contains(property));
                assertEquals(1, file.matrix("c").get(0, 0), "not compressed");
            }
            System.setProperty(property, "much");
            assertThrows(IllegalArgumentException.class, () -> open(content).close());
            System.setProperty(property, "-1");
            assertThrows(IllegalArgumentException.class, () -> open(content).close());
        } finally {
            System.clearProperty(property);
        }
    }

    @Test
    void everyTruncationIsRefused() throws IOException {
        byte[] content = archive(member("a.npy", FIRST, false), member("b.npy", SECOND, true));
        for (int length = 0; length < content.length; length++) {
            byte[] cut = head(content, length);
            assertThrows(LogalignException.class, () -> open(cut).close(), "length " + length);
        }
    }
}
