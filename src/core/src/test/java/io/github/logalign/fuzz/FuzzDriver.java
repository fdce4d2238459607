package io.github.logalign.fuzz;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What Jazzer calls, in a JVM for one target: the properties {@code fuzz.targets} and {@code fuzz.target} name it. */
public final class FuzzDriver {

    private static final FuzzTarget TARGET = FuzzTargets
            .find(FuzzTargets.of(System.getProperty("fuzz.targets", "")), System.getProperty("fuzz.target", ""))
            .orElseThrow();
    private static final Path FOLDER = folder();

    private FuzzDriver() {}

    private static Path folder() {
        try {
            Path folder = Files.createTempDirectory("fuzz");
            TARGET.prepare(folder);
            return folder;
        } catch (IOException failed) {
            throw new ExceptionInInitializerError(failed);
        }
    }

    /**
     * Runs one input.
     *
     * @param input the input that Jazzer generated
     * @throws IOException if the input cannot be written to its file
     */
    public static void fuzzerTestOneInput(byte[] input) throws IOException {
        TARGET.run(input, FOLDER);
    }
}
