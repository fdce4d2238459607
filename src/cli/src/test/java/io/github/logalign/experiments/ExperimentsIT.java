package io.github.logalign.experiments;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** docs/run-experiments in its smallest size: one seed, a few steps. */
class ExperimentsIT {

    private static final Path DOCS = Path.of("..", "..", "docs").toAbsolutePath().normalize();

    @TempDir
    Path folder;

    private String script(int expected, String... arguments) throws IOException, InterruptedException {
        Path text = folder.resolve("text");
        if (Files.notExists(text)) {
            Files.writeString(text, words());
        }
        ProcessBuilder builder = new ProcessBuilder(
                Stream.concat(Stream.of(DOCS.resolve("run-experiments").toString()), Stream.of(arguments)).toList())
                .redirectErrorStream(true);
        // Compiling well takes longer than these runs.
        builder.environment().put("LOGALIGN_OPTS", "-XX:TieredStopAtLevel=1");
        builder.environment().put("TEXT", text.toString());
        builder.environment().put("LOGALIGN", Objects.requireNonNull(System.getProperty("logalign.command")));
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(expected, process.waitFor(), output);
        return output;
    }

    /** More than the positions that a few steps of the small model see. */
    private static String words() {
        Random random = new Random(1);
        StringBuilder text = new StringBuilder();
        while (text.length() < 60_000) {
            text.append("the network learns what it sees ", 0, 1 + random.nextInt(31));
        }
        return text.toString();
    }

    @Test
    void whatIsMissingOrWasCutShortIsRunAgain() throws IOException, InterruptedException {
        Path runs = folder.resolve("runs");
        script(0, runs.toString(), "1", "small", "60");
        Path kept = runs.resolve("repetition-10/seed-01/metrics.csv");
        Path again = runs.resolve("repetition-31/seed-01");
        FileTime before = Files.getLastModifiedTime(kept);
        String metrics = Files.readString(again.resolve("metrics.csv"));
        Files.move(again, again.resolveSibling("part"));
        script(0, runs.toString(), "1", "small", "60");
        assertEquals(before, Files.getLastModifiedTime(kept), "a finished seed is kept");
        assertEquals(metrics, Files.readString(again.resolve("metrics.csv")), "the same seed gives the same run");
        assertTrue(Files.notExists(again.resolveSibling("part")));
        for (Group group : Group.values()) {
            LabRun run = group.read(runs).getFirst();
            assertEquals(60, run.last(), group.label);
            assertTrue(run.metric(group.loss, 60) > 0, group.label);
        }
        assertTrue(script(1, runs.toString(), "1", "small", "70").contains("another setting"));
    }
}
