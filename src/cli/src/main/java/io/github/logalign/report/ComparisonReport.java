package io.github.logalign.report;

import io.github.logalign.Environment;
import io.github.logalign.track.Comparison;
import io.github.logalign.track.ComparisonColumns;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;

/** A comparison as JSON or as a table. */
public final class ComparisonReport {

    private static final TableColumn<Comparison> STEPS = new TableColumn<>(
            "steps", row -> row.first().step() + " to " + row.second().step());

    private static final List<TableColumn<Comparison>> COLUMNS = List.of(
            TableColumn.of(ComparisonColumns.LAYER),
            STEPS,
            TableColumn.of(ComparisonColumns.FIRST_LAR),
            TableColumn.of(ComparisonColumns.DIFFERENCE),
            TableColumn.ofError(Comparison::difference),
            TableColumn.of(ComparisonColumns.ADJUSTED),
            TableColumn.of(ComparisonColumns.TOKENS));

    /** What a narrow terminal lacks, the first first. */
    private static final List<TableColumn<Comparison>> DISPENSABLE = List.of(
            TableColumn.of(ComparisonColumns.FIRST_LAR),
            STEPS,
            TableColumn.of(ComparisonColumns.TOKENS));

    private ComparisonReport() {}

    /**
     * Writes JSON.
     *
     * @param out where to; not closed
     * @param environment what computed
     * @param threads with how many threads
     * @param rows what was compared
     * @throws IOException if writing fails
     */
    public static void writeJson(OutputStream out, Environment environment, int threads, List<Comparison> rows)
            throws IOException {
        JsonReport.write(out, environment, threads, "rows", ComparisonColumns.ALL, rows);
    }

    /**
     * A table for people.
     *
     * @param rows what was compared
     * @param width of the terminal in characters
     * @return the table
     */
    public static String table(List<Comparison> rows, int width) {
        return TableColumn.table(COLUMNS, rows, DISPENSABLE).format(width);
    }
}
