package io.github.logalign.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.cli.Command.Result;
import io.github.logalign.tensor.SafetensorsWriter;
import io.github.logalign.tensor.TensorFile;
import io.github.logalign.testing.Limits;
import io.github.logalign.testing.Needs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The packaged command without LAPACK or with little memory, and when it is interrupted. */
class BoundaryIT {

    /** The columns of a matrix with one row; the Gram matrix of the columns takes 12.8 GB. */
    private static final int MANY_COLUMNS = 40_000;

    /** The size of a square matrix whose SVD takes long enough to be interrupted. */
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

    private static void assertNoLapack(String outcome, Result result) {
        assertEquals(1, result.code(), result::toString);
        assertEquals("", result.out());
        assertEquals(1, result.err().size(), result.err()::toString);
        assertTrue(result.err().getFirst().startsWith("logalign: no usable OpenBLAS; tried " + outcome),
                result.err()::toString);
    }

    @Test
    void withoutLapackOneLineIsPrintedAndNothingIsWritten() throws IOException {
        small();
        Command command = new Command().with("LOGALIGN_BLAS", "/none.so");
        String outcome = "/none.so (no such file)";
        Path out = folder.resolve("out.json");
        Path spectra = folder.resolve("spectra");
        for (String way : List.of("svd auto", "gram kernel", "auto blas", "norm blas")) {
            String[] method = way.split(" ", -1);
            assertNoLapack(outcome,
                    command.run("score", "--weights", weights.toString(), "--activations", activations.toString(),
                            "--method", method[0], "--products", method[1], "--out", out.toString()));
        }
        assertNoLapack(outcome,
                command.run("spectrum", "--weights", weights.toString(), "--spectra", spectra.toString()));
        Path run = folder.resolve("run");
        Path checkpoint = Files.createDirectories(run.resolve("checkpoint-1"));
        Files.copy(weights, checkpoint.resolve("model.safetensors"));
        Files.copy(activations, checkpoint.resolve("activations.safetensors"));
        assertNoLapack(outcome, command.run("track", run.toString(), "--out", out.toString()));
        assertFalse(Files.exists(out) || Files.exists(spectra), "something was written");
        assertNoLapack("/ (it is a folder, not a library)", new Command().with("LOGALIGN_BLAS", "/")
                .run("spectrum", "--weights", weights.toString()));
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
        // 2 GB of address space, enough for the JVM with a small heap.
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

    /** Whether this process ignores SIGINT, for example under nohup; its child processes then ignore it too. */
    private static boolean ignoresInterrupts() throws IOException {
        Path status = Path.of("/proc/self/status");
        return Files.exists(status) && Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("SigIgn:"))
                .anyMatch(line -> (Long.parseUnsignedLong(line.substring("SigIgn:".length()).strip(), 16) & 2) != 0);
    }

    private static boolean computesLayers(Process process) {
        try (Stream<Path> threads = Files.list(Path.of("/proc/" + process.pid() + "/task"))) {
            return threads.anyMatch(thread -> isCalled("logalign-layer", thread));
        } catch (IOException | UncheckedIOException ended) {
            return false;
        }
    }

    private static boolean isCalled(String name, Path thread) {
        try {
            return Files.readString(thread.resolve("comm")).strip().equals(name);
        } catch (IOException ended) {
            return false;
        }
    }

    private static boolean holdsCheckpoints(Path out) {
        try (Stream<Path> files = Files.walk(out)) {
            return files.anyMatch(file -> file.toString().endsWith(".safetensors"));
        } catch (IOException | UncheckedIOException notYet) {
            return false;
        }
    }

    private static boolean writes(Process process) {
        try {
            return process.getInputStream().available() > 0;
        } catch (IOException ended) {
            return false;
        }
    }

    /** Starts a command with enough work, interrupts it, and checks the files that it leaves. */
    private void interrupt(String signal, int code, Path out, Predicate<Process> atWork, String... args)
            throws IOException, InterruptedException {
        // Nobody reads the output, so a command that writes a lot blocks.
        List<String> line = new ArrayList<>(List.of(Command.path().toString()));
        line.addAll(List.of(args));
        Process process = new ProcessBuilder(line).redirectError(folder.resolve("err").toFile()).start();
        try {
            Limits.awaitThat(() -> !process.isAlive() || atWork.test(process));
            assertTrue(process.isAlive(), () -> "has ended already: " + line);
            new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid())).start().waitFor();
            process.waitFor();
            assertEquals(code, process.exitValue(), () -> String.join(" ", line));
        } finally {
            process.destroyForcibly();
        }
        assertFalse(Files.isRegularFile(out), "a partial result was written");
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
    void anInterruptedCommandReturnsTheExitCodeOfTheSignal(String command) throws IOException, InterruptedException {
        Needs.proc();
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
            Predicate<Process> atWork = switch (command) {
                case "score", "spectrum" -> BoundaryIT::computesLayers;
                case "lab", "demo" -> process -> holdsCheckpoints(out);
                default -> BoundaryIT::writes;
            };
            interrupt(signal, signal.equals("TERM") ? 143 : 130, out, atWork, args);
        }
    }
}
