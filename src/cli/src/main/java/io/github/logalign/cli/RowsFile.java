package io.github.logalign.cli;

import io.github.logalign.Environment;
import io.github.logalign.batch.BatchRow;
import io.github.logalign.internal.io.AtomicFile;
import io.github.logalign.internal.io.Names;
import io.github.logalign.journal.JournalRows;
import io.github.logalign.parquet.ParquetFile;
import io.github.logalign.report.CsvReport;
import io.github.logalign.report.JsonLines;
import io.github.logalign.score.Column;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine;

/** The rows of a batch in a file, whose name says in which format. */
final class RowsFile {

    private enum Format {
        JSON_LINES, CSV, PARQUET
    }

    private final Path path;
    private final Format format;

    private RowsFile(Path path, Format format) {
        this.path = path;
        this.format = format;
    }

    /**
     * The file of an option.
     *
     * @throws ParameterException if its name says no format
     */
    static RowsFile of(CommandLine commandLine, Path path) {
        String name = String.valueOf(path.getFileName()).toLowerCase(Locale.ROOT);
        if (name.endsWith(".jsonl")) {
            return new RowsFile(path, Format.JSON_LINES);
        }
        if (name.endsWith(".csv")) {
            return new RowsFile(path, Format.CSV);
        }
        if (name.endsWith(".parquet")) {
            return new RowsFile(path, Format.PARQUET);
        }
        throw new ParameterException(commandLine,
                "--out " + Names.printable(path) + " must end in .parquet, .jsonl or .csv; correct the name");
    }

    /** Writes all rows or nothing. */
    void write(JournalRows rows) {
        List<Column<BatchRow, ?>> columns = rows.columns();
        AtomicFile.write(path, out -> {
            try {
                switch (format) {
                    case CSV -> CsvReport.write(out, columns, rows);
                    case PARQUET -> new ParquetFile<>(columns).write(out, rows,
                            "logalign version " + Environment.libraryVersion());
                    case JSON_LINES -> {
                        for (BatchRow row : rows) {
                            out.write(JsonLines.line(columns, row));
                        }
                    }
                }
            } catch (UncheckedIOException failed) {
                throw failed.getCause();
            }
        });
    }
}
