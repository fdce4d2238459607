package io.github.logalign.report;

import io.github.logalign.internal.io.CsvReader;
import io.github.logalign.internal.io.Names;
import io.github.logalign.matrix.LogalignException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A log of metrics as a table of text, read from CSV, JSON Lines, an array of objects, or the
 * {@code trainer_state.json} of Hugging Face's trainer.
 *
 * @param columns the names of the columns, all different
 * @param rows the rows, with one cell per column; null if a row has no such value
 * @param notes notes on data skipped while reading
 */
record MetricsTable(List<String> columns, List<List<@Nullable String>> rows, List<String> notes) {

    /**
     * Reads a file. The format is detected from its content.
     *
     * @throws LogalignException if the file cannot be read or is not such a table
     */
    static MetricsTable read(Path path) {
        String text = CsvReader.text(path);
        String start = (text.startsWith("\ufeff") ? text.substring(1) : text).stripLeading();
        return start.startsWith("{") || start.startsWith("[") ? JsonMetrics.read(path, start) : readCsv(path, text);
    }

    private static MetricsTable readCsv(Path path, String text) {
        boolean cut = CutLine.isLastOf(path, text);
        List<List<String>> lines = CsvReader.read(path, cut ? CutLine.without(text) : text);
        List<String> columns = lines.getFirst().stream().map(String::strip).toList();
        Set<String> seen = new LinkedHashSet<>();
        for (String column : columns) {
            if (!column.isEmpty() && !seen.add(column)) {
                throw new LogalignException(Names.printable(path) + ": two columns are named \""
                        + Names.printable(column) + "\"; rename one");
            }
        }
        List<List<@Nullable String>> rows = new ArrayList<>(lines.size());
        for (List<String> line : lines.subList(1, lines.size())) {
            rows.add(new ArrayList<>(line));
        }
        return new MetricsTable(columns, rows, cut ? List.of(CutLine.NOTE) : List.of());
    }

    /** Creates a table from rows of named values. The columns are in the order of first appearance. */
    static MetricsTable of(List<Map<String, String>> entries, List<String> notes) {
        Set<String> names = new LinkedHashSet<>();
        entries.forEach(entry -> names.addAll(entry.keySet()));
        List<String> columns = List.copyOf(names);
        List<List<@Nullable String>> rows = new ArrayList<>(entries.size());
        for (Map<String, String> entry : entries) {
            List<@Nullable String> row = new ArrayList<>(columns.size());
            columns.forEach(column -> row.add(entry.get(column)));
            rows.add(row);
        }
        return new MetricsTable(columns, rows, notes);
    }
}
