package io.github.logalign.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.testing.Needs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged command on a terminal: the launcher finds out how wide that is. */
class TerminalIT {

    private static final int WIDTH = 60;

    @TempDir
    Path folder;

    @BeforeEach
    void sample() {
        boolean there = Stream.of(System.getenv().getOrDefault("PATH", "").split(":", -1))
                .anyMatch(place -> Files.isExecutable(Path.of(place, "script")));
        Needs.that(there, "script, of util-linux, which makes terminals");
        assertEquals(0, new Command().in(folder).run("sample", ".").code());
    }

    /** What the terminal gets to see, line by line; a line that is written over counts for itself. */
    private List<String> shown(String command) throws IOException, InterruptedException {
        Path typescript = folder.resolve("typescript");
        ProcessBuilder builder = new ProcessBuilder(
                "script", "-qec", "stty cols " + WIDTH + "; " + command, typescript.toString())
                .directory(folder.toFile())
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectErrorStream(true);
        builder.environment().put("L", Command.path().toString());
        builder.environment().remove("COLUMNS");
        assertEquals(0, builder.start().waitFor(), () -> command);
        return Files.readString(typescript).lines()
                .filter(line -> !line.startsWith("WARNING: Using incubator") && !line.startsWith("Script "))
                .flatMap(line -> Stream.of(line.split("\r", -1)))
                .filter(line -> !line.isBlank())
                .toList();
    }

    private static void assertFits(List<String> lines) {
        assertFalse(lines.isEmpty());
        assertEquals(List.of(), lines.stream().filter(line -> line.length() > WIDTH).toList());
    }

    @Test
    void aTableFits() throws Exception {
        List<String> lines = shown("\"$L\" score model.safetensors activations.safetensors");
        assertFits(lines);
        assertTrue(lines.stream().anyMatch(line -> line.startsWith("layer ")), lines::toString);
        assertTrue(lines.stream().anyMatch(line -> line.startsWith("left out")), lines::toString);
    }

    /** Standard error is a terminal, while the result goes to a file. */
    @Test
    void theProgressBarFits() throws Exception {
        List<String> lines = shown("\"$L\" lab grokking --steps 300 --out run > out.txt");
        assertFits(lines);
        assertTrue(lines.getLast().contains("300/300"), lines::toString);
    }
}
