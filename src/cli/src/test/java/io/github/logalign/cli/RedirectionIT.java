package io.github.logalign.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.cli.Command.Result;
import io.github.logalign.testing.Needs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files opened by the shell are recognised. */
class RedirectionIT {

    private static final String SCORE = "\"$logalign\" score --quiet --weights model.safetensors --activations activations.safetensors ";

    @TempDir
    Path folder;

    private byte[] model = {};

    @BeforeEach
    void sample() throws IOException {
        Needs.proc();
        assertEquals(0, new Command().in(folder).run("sample", ".").code());
        model = Files.readAllBytes(folder.resolve("model.safetensors"));
        Files.writeString(folder.resolve("theirs"), "theirs\n");
    }

    private Result shell(String script) {
        return new Command().by(Path.of("/bin/sh")).with("logalign", Command.path().toAbsolutePath().toString())
                .in(folder).run("-c", script);
    }

    private void requireRefused(String script, String message) throws IOException {
        Result result = shell(script);
        assertEquals(2, result.code(), result::toString);
        assertEquals(1, result.err().size(), result::toString);
        assertTrue(result.err().getFirst().contains(message), result::toString);
        assertArrayEquals(model, Files.readAllBytes(folder.resolve("model.safetensors")), script);
        assertEquals("theirs\n", Files.readString(folder.resolve("theirs")), script);
    }

    @Test
    void aDescriptorOfAnInputIsRefused() throws IOException {
        Files.createSymbolicLink(folder.resolve("link"), Path.of("/dev/fd/7"));
        for (String out : List.of("/proc/self/fd/7", "/dev/fd/7", "/proc/thread-self/fd/7", "link")) {
            requireRefused("exec 7<model.safetensors; " + SCORE + "--out " + out, "would overwrite");
            requireRefused("exec 7<model.safetensors; " + SCORE + "--force --out " + out, "would overwrite");
            requireRefused("exec 7<theirs; " + SCORE + "--out " + out, "--force");
        }
        requireRefused(SCORE + "--out /dev/stdout 1<>model.safetensors", "standard output leads to");
    }

    @Test
    void standardOutputThatIsAnInputIsRefused() throws IOException {
        requireRefused(SCORE + ">>model.safetensors", "standard output leads to");
        requireRefused("\"$logalign\" inspect model.safetensors >>model.safetensors", "standard output leads to");
        Files.writeString(folder.resolve("config.json"), "{}");
        requireRefused(SCORE + ">>config.json", "standard output leads to");
        requireRefused("mkdir run; cp model.safetensors run/step_1.weights.safetensors;"
                + " cp activations.safetensors run/step_1.activations.safetensors;"
                + " \"$logalign\" track run >>run/step_1.weights.safetensors", "standard output leads to");
    }

    @Test
    void anIntendedRedirectionIsWritten() throws IOException {
        for (String out : List.of("--out /dev/stdout", "--out -", "")) {
            Files.writeString(folder.resolve("log"), "before\n");
            assertEquals(0, shell(SCORE + out + " >>log").code());
            List<String> lines = Files.readAllLines(folder.resolve("log"));
            assertEquals("before", lines.getFirst(), out);
            assertEquals(5, lines.size(), out);
            assertEquals(4, shell(SCORE + out + " | cat").out().lines().count(), out);
        }
        assertEquals(0, shell("exec 8>fresh; " + SCORE + "--out /dev/fd/8").code());
        assertEquals(4, Files.readAllLines(folder.resolve("fresh")).size());
        assertEquals(0, shell(SCORE + "--out /dev/null").code());
    }
}
