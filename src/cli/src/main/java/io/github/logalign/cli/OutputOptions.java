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

/** The destination and the format of the result. */
final class OutputOptions {

    /** The path that denotes standard output; write ./- for a file of this name. */
    static final Path STANDARD_OUTPUT = Path.of("-");

    /** The formats of a result. */
    enum Format {
        TABLE(".txt"), JSON(".json"), CSV(".csv");

        private final String ending;

        Format(String ending) {
            this.ending = ending;
        }

        String label() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** The format for the extension of a file name; null if the extension is unknown. */
        static @Nullable Format byExtension(String name) {
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
            description = "Format of the result (default: from the extension of --out, .json, .csv or .txt, "
                    + "otherwise table).")
    private @Nullable Format format;

    @Writes(value = OwnFile.ROWS, orStandardOutput = true)
    @Option(names = "--out", paramLabel = "FILE",
            description = "Write the result to this file instead of standard output (-).")
    private @Nullable Path out;

    @Mixin
    final ForceOption force = new ForceOption();

    @Option(names = "--quiet", description = "No progress and no notes on standard error; failures are still reported.")
    boolean quiet;

    /**
     * The format selected by the options.
     *
     * @throws ParameterException if the options contradict each other, or the extension of {@code --out} is unknown
     */
    Format format(CommandLine commandLine) {
        Path out = file();
        Format byExtension = out == null ? null : Format.byExtension(String.valueOf(out.getFileName()));
        if (out != null && format != null && byExtension != null && format != byExtension) {
            throw new ParameterException(commandLine, "--out " + Names.printable(out) + " has the extension of "
                    + byExtension.label() + ", but --format is " + format.label() + "; correct one of them");
        }
        if (out != null && format == null && byExtension == null && hasExtension(out)) {
            throw new ParameterException(commandLine,
                    "--out " + Names.printable(out) + " must end in .json, .csv or .txt, or have no extension for a "
                            + "table; correct it, or choose the format with --format");
        }
        return format != null ? format : byExtension != null ? byExtension : Format.TABLE;
    }

    boolean hasFormat() {
        return format != null;
    }

    /** The output file; null for standard output. */
    @Nullable
    Path file() {
        return out == null || out.equals(STANDARD_OUTPUT) ? null : out;
    }

    /**
     * Whether the name has an extension. A leading dot marks a hidden file, and devices and descriptors have no
     * extension.
     */
    private static boolean hasExtension(Path out) {
        return String.valueOf(out.getFileName()).indexOf('.', 1) > 0 && !OpenFiles.isStream(out);
    }

    /** The maximum width of a line, in characters. */
    int width() {
        return file() == null ? Terminal.width() : Integer.MAX_VALUE / 2;
    }

    /** Writes the complete result or nothing. */
    void write(PrintWriter standardOutput, AtomicFile.Body content) throws IOException {
        write(file(), standardOutput, content);
    }

    /** Writes the complete content or nothing, to standard output if there is no file. */
    static void write(@Nullable Path file, PrintWriter standardOutput, AtomicFile.Body content) throws IOException {
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
