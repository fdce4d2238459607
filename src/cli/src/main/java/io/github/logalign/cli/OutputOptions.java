package io.github.logalign.cli;

import io.github.logalign.internal.io.AtomicFile;
import io.github.logalign.internal.io.Names;
import io.github.logalign.internal.io.OpenFiles;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine;

/** Where the result goes, and in what form. */
final class OutputOptions {

    /** The name that stands for standard output; a file of this name is ./-. */
    static final Path STANDARD_OUTPUT = Path.of("-");

    /** The forms of a result. */
    enum Format {
        TABLE(".txt"), JSON(".json"), CSV(".csv");

        private final String ending;

        Format(String ending) {
            this.ending = ending;
        }

        String label() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** Null for an ending that tells nothing. */
        static @Nullable Format byEnding(String name) {
            String lower = name.toLowerCase(Locale.ROOT);
            for (Format format : values()) {
                if (lower.endsWith(format.ending)) {
                    return format;
                }
            }
            return null;
        }
    }

    @Option(names = "--format", paramLabel = "table|json|csv",
            description = "Form of the result (default: by the ending of --out, .json, .csv or .txt, or else table).")
    private @Nullable Format format;

    @Writes(value = OwnFile.ROWS, orStandardOutput = true)
    @Option(names = "--out", paramLabel = "FILE",
            description = "Write the result to this file, not to standard output (-).")
    private @Nullable Path out;

    @Mixin
    final ForceOption force = new ForceOption();

    @Option(names = "--quiet", description = "No progress and no notes on standard error; failures are still told.")
    boolean quiet;

    /**
     * The form that the options ask for.
     *
     * @throws ParameterException if they contradict each other, or the ending of {@code --out} names no form
     */
    Format format(CommandLine commandLine) {
        Path out = file();
        Format byEnding = out == null ? null : Format.byEnding(String.valueOf(out.getFileName()));
        if (out != null && format != null && byEnding != null && format != byEnding) {
            throw new ParameterException(commandLine, "--out " + Names.printable(out) + " has the ending of "
                    + byEnding.label() + ", and --format says " + format.label() + "; correct one of them");
        }
        if (out != null && format == null && byEnding == null && hasEnding(out)) {
            throw new ParameterException(commandLine,
                    "--out " + Names.printable(out) + " must end in .json, .csv or .txt,"
                            + " or in nothing for a table; correct it, or name the form with --format");
        }
        return format != null ? format : byEnding != null ? byEnding : Format.TABLE;
    }

    /** Null for standard output. */
    private @Nullable Path file() {
        return out == null || out.equals(STANDARD_OUTPUT) ? null : out;
    }

    /** A dot in front hides a file, and a device or descriptor has no form by its name. */
    private static boolean hasEnding(Path out) {
        return String.valueOf(out.getFileName()).indexOf('.', 1) > 0 && !OpenFiles.isStream(out);
    }

    /** How many characters a line may have. */
    int width() {
        return file() == null ? Terminal.width() : Integer.MAX_VALUE / 2;
    }

    /** Writes the result whole or not at all. */
    void write(PrintWriter standardOutput, AtomicFile.Body content) throws IOException {
        Path file = file();
        if (file != null) {
            AtomicFile.write(file, content);
            return;
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        content.writeTo(bytes);
        standardOutput.print(bytes.toString(StandardCharsets.UTF_8));
        standardOutput.flush();
    }
}
