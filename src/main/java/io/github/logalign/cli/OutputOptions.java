package io.github.logalign.cli;

import io.github.logalign.tensor.AtomicFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where the result goes, and in what form. */
final class OutputOptions {

    /** The forms of a result. */
    enum Format {
        TABLE, JSON, CSV
    }

    @Option(names = "--format", paramLabel = "table|json|csv", defaultValue = "table",
            description = "Form of the result (default: ${DEFAULT-VALUE}).")
    Format format = Format.TABLE;

    @Option(names = "--out", paramLabel = "FILE",
            description = "Write the result to this file, not to standard output.")
    private @Nullable Path out;

    @Option(names = "--quiet", description = "No progress and no notes on standard error; failures are still told.")
    boolean quiet;

    /** How many characters a line may have. */
    int width() {
        return out == null ? Terminal.width() : Integer.MAX_VALUE / 2;
    }

    /** Writes the result whole or not at all. */
    void write(PrintWriter standardOutput, AtomicFile.Body content) throws IOException {
        if (out != null) {
            AtomicFile.write(out, content);
            return;
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        content.writeTo(bytes);
        standardOutput.print(bytes.toString(StandardCharsets.UTF_8));
        standardOutput.flush();
    }
}
