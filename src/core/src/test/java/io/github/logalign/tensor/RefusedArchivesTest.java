package io.github.logalign.tensor;

import static io.github.logalign.tensor.TestBytes.utf8;
import static io.github.logalign.tensor.ZipBytes.member;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.matrix.LogalignException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Zip archives that hold no arrays are called what they are. */
class RefusedArchivesTest {

    @TempDir
    Path folder;

    private String refusal(byte[] content) throws IOException {
        Path path = Files.write(folder.resolve("model.pt"), content);
        return String.valueOf(
                assertThrows(LogalignException.class, () -> TensorFile.open(path).close()).getMessage());
    }

    /** A script of PyTorch begins like a checkpoint; one that was packed anew begins with anything. */
    private static byte[] checkpoint(String... more) {
        Map<String, byte[]> members = new HashMap<>();
        for (String name : more) {
            members.put(name, utf8("x"));
        }
        return TorchBytes.file(utf8("\2}q\0."), Map.of("0", new byte[64]), members);
    }

    @Test
    void whatWasPackedAnewIsConverted() throws IOException {
        byte[] packed = ZipBytes.archive(
                member("model/version", utf8("3"), false), member("model/data.pkl", utf8("x"), true));
        String message = refusal(packed);
        assertTrue(message.contains("it is a PyTorch checkpoint"), message);
        // Nested dictionaries, and copies of tensors that share memory.
        assertTrue(message.contains("d.get('state_dict', d.get('model', d))"), message);
        assertTrue(message.contains("clone()"), message);
        assertTrue(message.contains("torch.load('" + folder.resolve("model.pt") + "'"), message);
    }

    @Test
    void aPathThatCouldBreakOutOfTheCommandIsNotPutIntoIt() throws IOException {
        Path path = Files.write(folder.resolve("a'$(id)\".pt"), checkpoint("constants.pkl"));
        String message = String.valueOf(
                assertThrows(LogalignException.class, () -> TensorFile.open(path).close()).getMessage());
        assertTrue(message.contains("torch.jit.load('in.pt'"), message);
        assertFalse(message.substring(message.indexOf("python")).contains("$("), message);
    }

    @ParameterizedTest
    @CsvSource({
        "constants.pkl, TorchScript",
        "model.weights.h5, Keras",
        "MAR-INF/MANIFEST.json, TorchServe",
        "META-INF/MANIFEST.MF, Java archive",
        "[Content_Types].xml, office document",
        "readme.txt, without an npy array"
    })
    void othersAreNamed(String member, String expected) throws IOException {
        byte[] content = member.equals("constants.pkl")
                ? checkpoint(member)
                : ZipBytes.archive(member("first", utf8("x"), true), member(member, utf8("x"), false));
        String message = refusal(content);
        assertTrue(message.contains(expected), message);
    }
}
