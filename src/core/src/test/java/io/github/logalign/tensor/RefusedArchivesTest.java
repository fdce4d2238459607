package io.github.logalign.tensor;

import static io.github.logalign.tensor.TestBytes.head;
import static io.github.logalign.tensor.TestBytes.utf8;
import static io.github.logalign.tensor.ZipBytes.member;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.matrix.LogalignException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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

    /**
     * As torch.save lays it out since version 1.6: stored members, padding in a field FB, descriptors behind the data, and
     * wide end records although nothing needs them.
     */
    private static byte[] checkpoint(String... more) {
        ZipBytes zip = new ZipBytes();
        zip.with(torchMember("model/data.pkl", utf8("\2}q\0.")), torchMember("model/data/0", new byte[64]));
        for (String name : more) {
            zip.with(torchMember(name, utf8("x")));
        }
        zip.zip64End = true;
        zip.plainEnd = true;
        return zip.build();
    }

    private static ZipBytes.Member torchMember(String name, byte[] content) {
        ZipBytes.Member member = member(name, content, false);
        member.localExtra = TestBytes.join(new byte[]{'F', 'B', 10, 0}, utf8("ZZZZZZZZZZ"));
        member.flags |= 1 << 3 | 1 << 11;
        member.localFlags = member.flags;
        member.after = ZipBytes.descriptor(member);
        return member;
    }

    @Test
    void checkpointsOfPyTorchAreNamedAndConverted() throws IOException {
        byte[] checkpoint = checkpoint("model/byteorder", "model/version", "model/.data/serialization_id");
        String message = refusal(checkpoint);
        assertTrue(message.contains("it is a PyTorch checkpoint"), message);
        // Nested dictionaries, and copies of tensors that share memory.
        assertTrue(message.contains("d.get('state_dict', d.get('model', d))"), message);
        assertTrue(message.contains("clone()"), message);
        assertTrue(message.contains("torch.load('" + folder.resolve("model.pt") + "'"), message);
        assertTrue(refusal(head(checkpoint, checkpoint.length - 50)).contains("PyTorch checkpoint"), "cut short");
    }

    @Test
    void aPathThatCouldBreakOutOfTheCommandIsNotPutIntoIt() throws IOException {
        Path path = Files.write(folder.resolve("a'$(id)\".pt"), checkpoint());
        String message = String.valueOf(
                assertThrows(LogalignException.class, () -> TensorFile.open(path).close()).getMessage());
        assertTrue(message.contains("torch.load('in.bin'"), message);
        assertFalse(message.substring(message.indexOf("python")).contains("$("), message);
    }

    @ParameterizedTest
    @CsvSource({
        "model/constants.pkl, TorchScript",
        "model.weights.h5, Keras",
        "MAR-INF/MANIFEST.json, TorchServe",
        "META-INF/MANIFEST.MF, Java archive",
        "[Content_Types].xml, office document",
        "readme.txt, without an npy array"
    })
    void othersAreNamed(String member, String expected) throws IOException {
        byte[] content = member.startsWith("model/")
                ? checkpoint(member)
                : ZipBytes.archive(member("first", utf8("x"), true), member(member, utf8("x"), false));
        String message = refusal(content);
        assertTrue(message.contains(expected), message);
    }
}
