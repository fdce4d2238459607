package io.github.logalign.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Runs the packaged command as a user would. */
final class Command {

    /** The warning that the JVM prints whenever the Vector API is in use. */
    private static final String JVM_NOTE = "WARNING: Using incubator modules";

    private final Map<String, String> environment = new HashMap<>();
    private @Nullable Path folder;
    private Path executable = path();

    /**
     * The result of a run.
     *
     * @param code the exit code
     * @param out standard output
     * @param err the lines of standard error, without those of the JVM
     */
    record Result(int code, String out, List<String> err) {}

    static Path path() {
        return Path.of(Objects.requireNonNull(
                System.getProperty("logalign.command"), "the property logalign.command names the packaged command"));
    }

    Command with(String variable, String value) {
        environment.put(variable, value);
        return this;
    }

    Command in(Path newFolder) {
        folder = newFolder;
        return this;
    }

    Command by(Path newExecutable) {
        executable = newExecutable;
        return this;
    }

    Process start(Path out, Path err, String... args) throws IOException {
        List<String> line = new ArrayList<>();
        line.add(executable.toString());
        line.addAll(List.of(args));
        ProcessBuilder builder = new ProcessBuilder(line).redirectOutput(out.toFile()).redirectError(err.toFile());
        if (folder != null) {
            builder.directory(folder.toFile());
        }
        environment.forEach((variable, value) -> {
            if (value.isEmpty()) {
                builder.environment().remove(variable);
            } else {
                builder.environment().put(variable, value);
            }
        });
        return builder.start();
    }

    Result run(String... args) {
        try {
            Path out = Files.createTempFile("logalign-out", ".txt");
            Path err = Files.createTempFile("logalign-err", ".txt");
            try {
                Process process = start(out, err, args);
                try {
                    return new Result(process.waitFor(), Files.readString(out), lines(err));
                } finally {
                    process.destroyForcibly();
                }
            } finally {
                Files.delete(out);
                Files.delete(err);
            }
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        } catch (InterruptedException interrupted) {
            throw new AssertionError("did not end: " + List.of(args), interrupted);
        }
    }

    static List<String> lines(Path err) throws IOException {
        return Files.readString(err, StandardCharsets.UTF_8)
                .lines()
                .filter(line -> !line.startsWith(JVM_NOTE))
                .toList();
    }
}
