package io.github.logalign.cli;

import io.github.logalign.Environment;
import io.github.logalign.internal.io.Folders;
import io.github.logalign.internal.io.Names;
import io.github.logalign.internal.io.OpenFiles;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.report.SeriesEvents;
import io.github.logalign.report.SeriesFile;
import io.github.logalign.report.SeriesTable;
import io.github.logalign.track.Series;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine;

/** The outputs of a series: a file, a report, an event file for TensorBoard, and standard output. */
final class SeriesOutputs {

    @Writes(OwnFile.SERIES)
    @Option(
            names = "--out",
            paramLabel = "SERIES",
            description = "Write the series to this .json or .csv file after each checkpoint. Rows that it already "
                    + "holds are not scored again unless they failed or their files have changed. Rows of another "
                    + "run are refused; --force starts anew.")
    @Nullable
    Path out;

    @Writes(OwnFile.REPORT)
    @Option(names = "--report", paramLabel = "FILE.html", description = "Write a report with charts to this file.")
    @Nullable
    Path report;

    @Writes(value = OwnFile.EVENTS, files = SeriesEvents.FILE)
    @Option(
            names = "--tensorboard",
            paramLabel = "DIR",
            description = "Write LAR, k and the deviation of each layer to an event file in this folder, for TensorBoard, "
                    + "after each checkpoint. The folder is created if it does not exist.")
    private @Nullable Path tensorboard;

    @Option(
            names = "--format",
            paramLabel = "table|json|csv",
            defaultValue = "table",
            description = "Format of the result on standard output (default: ${DEFAULT-VALUE}).")
    private OutputOptions.Format format = OutputOptions.Format.TABLE;

    /** Checked before hours of work are spent in vain. */
    void checkFolders() {
        checkFolder(out);
        checkFolder(report);
    }

    /** The event file, or null. */
    @Nullable
    Path events() {
        return tensorboard == null ? null : tensorboard.resolve(SeriesEvents.FILE);
    }

    /** Makes the folder of the event file. Call after the outputs have been checked. */
    void makeFolder() {
        if (tensorboard != null) {
            Folders.make(tensorboard);
        }
    }

    private static void checkFolder(@Nullable Path file) {
        Path folder = file == null ? null : file.toAbsolutePath().getParent();
        if (file != null && folder != null && !Files.isDirectory(folder)) {
            throw new LogalignException(Names.printable(file)
                    + ": it cannot be written because its folder does not exist; create the folder first");
        }
    }

    void checkSeriesName(CommandLine commandLine) {
        if (out != null && !SeriesFile.isSeriesName(out)) {
            throw new ParameterException(commandLine, "--out must end in .json or .csv");
        }
    }

    void checkReportName(CommandLine commandLine) {
        if (report != null && !OpenFiles.isStream(report)
                && !report.toString().toLowerCase(Locale.ROOT).matches("(?s).+\\.html?")) {
            throw new ParameterException(commandLine, "--report must end in .html or .htm");
        }
    }

    void print(PrintWriter to, TrackRun tracked, int threads) throws IOException {
        Series series = tracked.series();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        switch (format) {
            case JSON -> SeriesFile.writeJson(bytes, Environment.current(), threads, series, tracked.alarms());
            case CSV -> SeriesFile.writeCsv(bytes, series);
            case TABLE ->
                bytes.writeBytes(SeriesTable.format(series, tracked.alarms(), Terminal.width())
                        .getBytes(StandardCharsets.UTF_8));
        }
        to.print(bytes.toString(StandardCharsets.UTF_8));
        to.flush();
    }
}
