package io.github.logalign.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.cli.Command.Result;
import io.github.logalign.tensor.SafetensorsWriter;
import io.github.logalign.tensor.TensorFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The packaged command where something is lacking around it, or it is told to stop. */
class BoundaryIT {

    /** Columns of a matrix of one row; the Gram matrix of its columns takes 12.8 GB. */
    private static final int MANY_COLUMNS = 40_000;

    /** Of a square matrix whose SVD takes long enough to be interrupted. */
    private static final int SIDE = 3000;

    @TempDir
    Path folder;

    private Path weights;
    private Path activations;

    @BeforeEach
    void files() {
        weights = folder.resolve("w.safetensors");
        activations = folder.resolve("x.safetensors");
    }

    private static float[] normal(int count, long seed) {
        Random random = new Random(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    private void small() {
        new SafetensorsWriter()
                .add("a.weight", new long[]{12, 8}, normal(96, 1))
                .add("b.weight", new long[]{9, 8}, normal(72, 2))
                .write(weights);
        new SafetensorsWriter()
                .add("a", new long[]{10, 8}, normal(80, 3))
                .add("b", new long[]{11, 8}, normal(88, 4))
                .write(activations);
    }

    private static void assertFailedRows(String reason, int rows, Result result) {
        String err = String.join("\n", result.err());
        assertEquals(1, result.code(), err);
        assertFalse(err.contains("unexpected"), err);
        List<Map<String, Object>> layers = Json.layers(result.out());
        assertEquals(rows, layers.size(), err);
        for (Map<String, Object> row : layers) {
            assertEquals("failed", String.valueOf(row.get("status")).toLowerCase(Locale.ROOT));
            assertTrue(String.valueOf(row.get("reason")).contains(reason), row::toString);
        }
    }

    @Test
    void withoutLapackEveryRowFailsWithTheReason() {
        small();
        for (String way : List.of("svd auto", "gram kernel", "auto blas", "norm blas")) {
            String[] method = way.split(" ", -1);
            Result result = new Command().with("LOGALIGN_BLAS", "/none.so")
                    .run("score", "--weights", weights.toString(), "--activations", activations.toString(),
                            "--method", method[0], "--products", method[1], "--format", "json");
            assertFailedRows("no usable OpenBLAS; tried /none.so", 2, result);
        }
        assertFailedRows("no usable OpenBLAS", 2, new Command().with("LOGALIGN_BLAS", "/none.so")
                .run("spectrum", "--weights", weights.toString(), "--format", "json"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"demo --steps 25", "lab grokking --steps 25"})
    void withoutLapackNothingIsTrained(String command) {
        List<String> args = new ArrayList<>(Arrays.asList(command.split(" ", -1)));
        args.addAll(List.of("--out", folder.resolve("run").toString()));
        Result result = new Command().with("LOGALIGN_BLAS", "/none.so").run(args.toArray(String[]::new));
        assertEquals(1, result.code());
        assertEquals(1, result.err().size(), result.err()::toString);
        assertTrue(result.err().getFirst().startsWith("logalign: no usable OpenBLAS"), result.err()::toString);
    }

    @Test
    void withoutMemoryTheRowFailsWithTheReason() throws IOException {
        new SafetensorsWriter().add("a.weight", new long[]{1, MANY_COLUMNS}, normal(MANY_COLUMNS, 1)).write(weights);
        new SafetensorsWriter().add("a", new long[]{1, MANY_COLUMNS}, normal(MANY_COLUMNS, 2)).write(activations);
        // 2 GB of addresses: enough for the JVM with a small heap.
        Path limited = folder.resolve("limited");
        Files.writeString(limited, "#!/bin/sh\nulimit -v 2000000 && exec " + Command.path() + " \"$@\"\n");
        assertTrue(limited.toFile().setExecutable(true));
        Result result = new Command().by(limited)
                .with("LOGALIGN_OPTS", "-Xmx128m -XX:CompressedClassSpaceSize=64m -XX:ReservedCodeCacheSize=64m")
                .with("MALLOC_ARENA_MAX", "1")
                .with("OPENBLAS_NUM_THREADS", "1")
                .run("score", "--weights", weights.toString(), "--activations", activations.toString(), "--method",
                        "norm", "--route", "inner", "--format", "json");
        assertFailedRows("out of memory", 1, result);
    }

    /** Whether this process ignores SIGINT, as what nohup starts does: then so does what it starts. */
    private static boolean ignoresInterrupts() throws IOException {
        Path status = Path.of("/proc/self/status");
        return Files.exists(status) && Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("SigIgn:"))
                .anyMatch(line -> (Long.parseUnsignedLong(line.substring("SigIgn:".length()).strip(), 16) & 2) != 0);
    }

    /** Starts a command that has enough to do, interrupts it, and looks at what it leaves. */
    private void interrupt(String signal, int code, Path out, String... args) throws IOException,
            InterruptedException {
        // Nobody reads the output: what writes a lot waits.
        List<String> line = new ArrayList<>(List.of(Command.path().toString()));
        line.addAll(List.of(args));
        Process process = new ProcessBuilder(line).redirectError(folder.resolve("err").toFile()).start();
        try {
            // Well under way.
            Thread.sleep(2000);
            assertTrue(process.isAlive(), () -> "has ended already: " + line);
            new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start().waitFor();
            process.waitFor();
            assertEquals(code, process.exitValue(), () -> String.join(" ", line));
        } finally {
            process.destroyForcibly();
        }
        assertFalse(Files.isRegularFile(out), "half a result is there");
        try (Stream<Path> left = Files.walk(folder)) {
            for (Path file : left.filter(Files::isRegularFile).toList()) {
                assertFalse(file.toString().endsWith(".tmp"), file::toString);
                if (file.toString().endsWith(".safetensors")) {
                    TensorFile.open(file).close();
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"score", "spectrum", "lab", "demo", "inspect"})
    void anInterruptedCommandSaysSoByItsExitCode(String command) throws IOException, InterruptedException {
        new SafetensorsWriter().add("a.weight", new long[]{SIDE, SIDE}, normal(SIDE * SIDE, 1)).write(weights);
        new SafetensorsWriter().add("a", new long[]{4, SIDE}, normal(4 * SIDE, 2)).write(activations);
        Path names = folder.resolve("names.safetensors");
        SafetensorsWriter many = new SafetensorsWriter();
        for (int i = 0; i < 20_000; i++) {
            many.add("layers." + i + ".norm", new long[]{1}, new float[1]);
        }
        many.write(names);
        List<String> signals = ignoresInterrupts() ? List.of("TERM") : List.of("TERM", "INT");
        for (String signal : signals) {
            Path out = folder.resolve("out-" + signal);
            String[] args = switch (command) {
                case "score" -> new String[]{"score", "--weights", weights.toString(), "--activations",
                    activations.toString(), "--format", "json", "--out", out.toString()};
                case "spectrum" -> new String[]{"spectrum", "--weights", weights.toString(), "--format", "json",
                    "--out", out.toString()};
                case "lab" -> new String[]{"lab", "grokking", "--quiet", "--out", out.toString()};
                case "demo" -> new String[]{"demo", "--quiet", "--out", out.toString()};
                default -> new String[]{"inspect", names.toString()};
            };
            interrupt(signal, signal.equals("TERM") ? 143 : 130, out, args);
        }
    }
}
