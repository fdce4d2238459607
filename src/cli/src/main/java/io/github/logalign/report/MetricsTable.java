package io.github.logalign.report;

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
 * A log of metrics as a table of text, whatever its format: CSV, JSON Lines, an array of objects, or the
 * {@code trainer_state.json} of Hugging Face's trainer.
 *
 * @param columns the names, each once
 * @param rows as many cells as columns; null where a row has no such value
 * @param notes what was left out in reading
 */
record MetricsTable(List<String> columns, List<List<@Nullable String>> rows, List<String> notes) {

    /**
     * Reads a file; its content tells the format.
     *
     * @throws LogalignException if it cannot be read or is no such table
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
                throw new LogalignException(Names.printable(path) + ": two columns are called \""
                        + Names.printable(column) + "\"; rename one");
            }
        }
        List<List<@Nullable String>> rows = new ArrayList<>(lines.size());
        for (List<String> line : lines.subList(1, lines.size())) {
            rows.add(new ArrayList<>(line));
        }
        return new MetricsTable(columns, rows, cut ? List.of(CutLine.NOTE) : List.of());
    }

    /** A table of rows that name their values; its columns are in the order in which they first came. */
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
