package io.github.logalign.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.matrix.LogalignException;
import io.github.logalign.tensor.HostileFiles;
import io.github.logalign.tensor.SafetensorsWriter;
import io.github.logalign.tensor.TensorFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The packaged command with damaged and hostile files: one line, exit code 1, little memory, no files left behind. */
class HostileFilesIT {

    @TempDir
    static Path folder;

    private static Path good = Path.of("");

    @BeforeAll
    static void goodFile() {
        good = folder.resolve("good.safetensors");
        new SafetensorsWriter()
                .add("w", new long[]{2, 3}, new float[]{6, 4, 5, 1, 3, 2})
                .write(good);
    }

    /** Every fourth: the library's own test reads all, and here each takes a process. */
    static List<HostileFiles.Case> some() {
        List<HostileFiles.Case> all = HostileFiles.all();
        return IntStream.range(0, all.size() / 4).mapToObj(index -> all.get(4 * index)).toList();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("some")
    void failsWithOneLine(HostileFiles.Case hostile) throws IOException {
        Path own = Files.createDirectories(folder.resolve("files"));
        Path path = hostile.write(own);
        List<Path> before = files();
        Command.Result result = new Command()
                .with("LOGALIGN_OPTS", "-Xmx384m")
                .run("score", "--weights", path.toString(), "--activations", good.toString(), "--activation", "w",
                        "--quiet");
        assertEquals(1, result.code(), () -> hostile.name() + ": " + result);
        assertEquals(1, result.err().size(), result.err()::toString);
        String message = result.err().getFirst();
        // If the file can be opened, its tensors may be unusable for this command for another reason.
        boolean ofItsOwn = opens(path) && (message.contains("\"w\"") || message.contains(path.toString()));
        assertTrue(message.contains(hostile.expected()) || ofItsOwn, message);
        assertTrue(message.codePoints().noneMatch(Character::isISOControl), message);
        assertEquals(before, files());
    }

    private static boolean opens(Path path) {
        try (TensorFile file = TensorFile.open(path)) {
            return !file.tensors().isEmpty();
        } catch (LogalignException damaged) {
            return false;
        }
    }

    private static List<Path> files() throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.sorted().toList();
        }
    }
}
