package io.github.logalign.report;

import io.github.logalign.score.Column;
import io.github.logalign.score.LayerColumns;
import io.github.logalign.score.LayerScore;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Rows as CSV (RFC 4180), one line each, the same fields as in JSON, nested ones with a dot, lists as JSON
 * arrays. Text that a spreadsheet would take for a formula gets an apostrophe before it.
 */
public final class CsvReport {

    private CsvReport() {}

    /**
     * Writes a header and rows.
     *
     * @param out where to; not closed
     * @param rows what was computed
     * @throws IOException if writing fails
     */
    public static void write(OutputStream out, List<LayerScore> rows) throws IOException {
        write(out, LayerColumns.ALL, rows);
    }

    /**
     * Writes a header and rows.
     *
     * @param out where to; not closed
     * @param columns the schema
     * @param rows read once
     * @param <R> the rows
     * @throws IOException if writing fails
     */
    public static <R> void write(OutputStream out, List<Column<R, ?>> columns, Iterable<R> rows) throws IOException {
        writeLine(out, columns.stream().map(column -> CsvCells.of(column.name())).toList());
        for (R row : rows) {
            writeLine(out, columns.stream().map(column -> CsvCells.of(column.value(row))).toList());
        }
        out.flush();
    }

    private static void writeLine(OutputStream out, List<String> cells) throws IOException {
        out.write((String.join(",", cells) + "\r\n").getBytes(StandardCharsets.UTF_8));
    }
}
