package io.github.logalign.tensor;

import static io.github.logalign.tensor.TestBytes.dictionary;
import static io.github.logalign.tensor.TestBytes.entry;
import static io.github.logalign.tensor.TestBytes.f32;
import static io.github.logalign.tensor.TestBytes.npy;
import static io.github.logalign.tensor.TestBytes.safetensors;
import static io.github.logalign.tensor.TestBytes.utf8;
import static io.github.logalign.tensor.ZipBytes.archive;
import static io.github.logalign.tensor.ZipBytes.changed;
import static io.github.logalign.tensor.ZipBytes.member;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.matrix.LogalignException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An unusable member affects only callers that ask for it, and they get the reason. */
class UnusableMembersTest {

    private static final byte[] GOOD = npy(dictionary("<f4", false, "(1, 2)"), f32(5, 6));

    @TempDir
    Path folder;

    private Path write(byte[] content) throws IOException {
        return Files.write(folder.resolve("file"), content);
    }

    /** All ways to the elements fail in the same words, and problem() says them beforehand. */
    private static void assertUnusable(Tensor tensor, String expected) {
        String problem = tensor.problem().orElseThrow();
        assertTrue(problem.contains(expected), problem);
        assertTrue(problem.contains("; "), "says what to do: " + problem);
        assertFalse(problem.chars().anyMatch(Character::isISOControl), problem);
        List<Executable> ways = List.of(tensor::matrix, tensor::matrices, tensor::activations, tensor::mask,
                tensor::bytes);
        for (Executable way : ways) {
            assertEquals(problem, assertThrows(LogalignException.class, way).getMessage());
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            'strings'        | '<U5'                 | 'U5'         | 'it is text; name another array'
            'bytes'          | '|S4'                 | 'S4'         | 'text in bytes'
            'objects'        | '|O'                  | 'object'     | 'could run any code'
            'bfloat16'       | '|V2'                 | 'V2'         | '--void16 bf16'
            'float8'         | '|V1'                 | 'V1'         | '8-bit floats of ml_dtypes'
            'dates'          | '<M8[ns]'             | 'M8[ns]'     | 'dates'
            'durations'      | '<m8[s]'              | 'm8[s]'      | 'durations'
            'complex'        | '<c16'                | 'c16'        | 'array.real'
            'longdouble'     | '<f16'                | 'f16'        | 'numpy.float64'
            """)
    void arraysOfOtherTypesAreListed(String name, String descr, String type, String expected) throws IOException {
        byte[] other = npy(dictionary(descr, false, "(3,)"), new byte[48]);
        try (TensorFile file = TensorFile.open(write(archive(
                member(name + ".npy", other, false), member("w.npy", GOOD, true))))) {
            assertEquals(6, file.matrix("w").get(0, 1));
            Tensor tensor = file.tensor(name);
            assertEquals(type, tensor.typeName());
            assertEquals(DataType.OTHER, tensor.dataType());
            assertArrayEquals(new long[]{3}, tensor.shape());
            assertFalse(tensor.holdsMatrices());
            assertUnusable(tensor, expected);
            assertTrue(tensor.problem().orElseThrow().contains("'" + name + "' (" + type + " [3])"));
        }
        try (TensorFile file = TensorFile.open(write(other))) {
            assertUnusable(file.tensor(""), expected);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "[('a', '<f4'), ('b', '<i4', (2,))]", "('<f4', (2,))", "[('it\\'s ] \u00e9', '<f4')]", "[]"
    })
    void structuredArraysAreListed(String descr) throws IOException {
        byte[] other = npy("{'descr': " + descr + ", 'fortran_order': False, 'shape': (2,), }", new byte[24]);
        try (TensorFile file = TensorFile.open(write(archive(
                member("s.npy", other, true), member("w.npy", GOOD, true))))) {
            assertEquals(6, file.matrix("w").get(0, 1));
            assertUnusable(file.tensor("s"), "fields");
        }
    }

    @ParameterizedTest
    @CsvSource({"BF16, |V2", "BF16, <V2", "F16, |V2"})
    void unnamedBytesAreWhatTheUserSays(ReadOptions.Void16 said, String descr) throws IOException {
        // 1.5 as bfloat16 is 3FC0, as binary16 3E00.
        int bits = said == ReadOptions.Void16.BF16 ? 0x3FC0 : 0x3E00;
        byte[] array = npy(dictionary(descr, false, "(1, 1)"), new byte[]{(byte) bits, (byte) (bits >> 8)});
        try (TensorFile file = TensorFile.open(write(archive(member("w.npy", array, false))), new ReadOptions(said))) {
            assertEquals(1.5, file.matrix("w").get(0, 0));
            assertEquals(said.name(), file.tensor("w").typeName());
        }
        try (TensorFile file = TensorFile.open(write(array), new ReadOptions(said))) {
            assertEquals(1.5, file.matrix("").get(0, 0));
        }
    }

    @Test
    void otherMembersOfAnArchiveAreListedAndFoldersAreNot() throws IOException {
        byte[] content = archive(
                member("meta.json", utf8("{}"), true),
                member("sub/", new byte[0], false),
                member("__MACOSX/._w.npy", new byte[]{0, 5, 22, 7}, false),
                member("w.npy", GOOD, false),
                member("w", utf8("not the array"), false));
        try (TensorFile file = TensorFile.open(write(content))) {
            assertEquals(List.of("meta.json", "__MACOSX/._w.npy", "w"),
                    file.tensors().stream().map(Tensor::name).toList());
            assertEquals(6, file.matrix("w").get(0, 1));
            assertUnusable(file.tensor("meta.json"), "not an npy array");
            assertFalse(file.tensor("meta.json").holdsMatrices());
            assertEquals("no array", file.tensor("__MACOSX/._w.npy").typeName());
        }
    }

    static List<ZipBytes.Member> spoiled() {
        List<ZipBytes.Member> members = new ArrayList<>();
        members.add(changed(member("encrypted.npy", GOOD, false), m -> m.localFlags = m.flags |= 1));
        members.add(changed(member("bzip2.npy", GOOD, false), m -> m.localMethod = m.method = 12));
        members.add(changed(member("two checksums.npy", GOOD, false), m -> m.localCrc++));
        members.add(changed(member("too much.npy", GOOD, true), m -> m.localSize = m.size = 0xFFFFFFF0L));
        members.add(changed(member("packed badly.npy", GOOD, true), m -> m.stored[0] = 7));
        members.add(member("cut.npy", TestBytes.head(GOOD, 20), false));
        members.add(member("pickled.npy", utf8("\u0080\u0004}q\0."), true));
        members.add(member("wrong size.npy", npy(dictionary("<f4", false, "(9, 9)"), f32(1)), false));
        return members;
    }

    @ParameterizedTest
    @MethodSource("spoiled")
    void spoiledMembersSpareTheOthers(ZipBytes.Member spoiled) throws IOException {
        String name = new String(spoiled.name, StandardCharsets.UTF_8).replace(".npy", "");
        try (TensorFile file = TensorFile.open(write(archive(
                member("a.npy", GOOD, true), spoiled, member("w.npy", GOOD, false))))) {
            assertEquals(5, file.matrix("a").get(0, 0));
            assertEquals(6, file.matrix("w").get(0, 1));
            assertUnusable(file.tensor(name), "(member '" + name + ".npy')");
            assertTrue(file.tensor(name).holdsMatrices(), "it has a row, which says why");
            assertFalse(file.tensor(name).isShapeKnown());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "F4, 3", "F6_E2M3, 5", "F6_E3M2, 5", "F8_E8M0, 6", "F8_E4M3FNUZ, 6", "F8_E5M2FNUZ, 6", "F8_E4M3, 6", "C64, 48"
    })
    void typesThatNobodyComputesWithAreListed(String type, int bytes) throws IOException {
        try (TensorFile file = TensorFile.open(write(safetensors(
                "{" + entry("q", type, "[2,3]", 0, bytes) + "," + entry("w", "F32", "[1,2]", bytes, bytes + 8) + "}",
                TestBytes.join(new byte[bytes], f32(5, 6)))))) {
            assertEquals(6, file.matrix("w").get(0, 1));
            Tensor tensor = file.tensor("q");
            assertEquals(type, tensor.typeName());
            assertEquals(type, tensor.dataType().name());
            assertEquals(6, tensor.elements());
            assertEquals(bytes, tensor.bytes().byteSize());
            assertTrue(String.valueOf(assertThrows(LogalignException.class, tensor::matrix).getMessage())
                    .contains(type));
        }
    }

    @Test
    void tensorsOfOneBadEntryAreListed() throws IOException {
        String strides = "\"s\":{\"dtype\":\"F32\",\"shape\":[1,2],\"strides\":[1,1],\"data_offsets\":[0,8]}";
        byte[] content = safetensors(
                "{" + strides + "," + entry("future", "F2_E1M0", "[7]", 8, 10) + ","
                        + entry("short", "F32", "[9,9]", 10, 18) + ","
                        + entry("huge", "F32", "[4294967296,4294967296]", 18, 18)
                        + "," + entry("w", "F32", "[1,2]", 18, 26) + "}",
                TestBytes.join(new byte[18], f32(5, 6)));
        try (TensorFile file = TensorFile.open(write(content))) {
            assertEquals(6, file.matrix("w").get(0, 1));
            assertUnusable(file.tensor("s"), "unknown key 'strides'");
            assertUnusable(file.tensor("future"), "(F2_E1M0 [7]): this dtype is unknown");
            assertUnusable(file.tensor("short"), "needs 324 bytes");
            assertUnusable(file.tensor("huge"), "overflows");
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "null", "[1,2]", "7", "\"text\"", "{}"
    })
    void metadataOfOtherKindsIsNobodysProblem(String metadata) throws IOException {
        try (TensorFile file = TensorFile.open(write(
                safetensors("{\"__metadata__\":" + metadata + "," + entry("w", "F32", "[1,1]", 0, 4) + "}", f32(5))))) {
            assertEquals(Map.of(), file.metadata());
            assertEquals(5, file.matrix("w").get(0, 0));
        }
    }

    @Test
    void metadataThatIsNoTextIsShownAsItStands() throws IOException {
        String metadata = "{\"step\": 2000, \"a\": {\"b\": [null, \"\u00e9\"]}, \"c\": true, \"d\": \"text\"}";
        try (TensorFile file = TensorFile
                .open(write(safetensors("{\"__metadata__\":" + metadata + "}", new byte[0])))) {
            assertEquals(Map.of("step", "2000", "a", "{\"b\": [null, \"\u00e9\"]}", "c", "true", "d", "text"),
                    file.metadata());
        }
    }
}
