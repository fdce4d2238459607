package io.github.logalign.report;

import io.github.logalign.score.LayerScore;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

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
        writeLine(out, header());
        for (LayerScore row : rows) {
            writeLine(out, cells(row));
        }
        out.flush();
    }

    static List<String> header() {
        List<String> names = new ArrayList<>();
        for (String name : Fields.NAMES) {
            if (Fields.SPREADS.contains(name)) {
                Fields.SPREAD.forEach(part -> names.add(name + "." + part));
            } else {
                names.add(name);
            }
        }
        return names;
    }

    static List<String> cells(LayerScore row) {
        List<String> cells = new ArrayList<>();
        Fields.of(row).forEach((name, value) -> {
            if (Fields.SPREADS.contains(name)) {
                for (String part : Fields.SPREAD) {
                    cells.add(CsvCells.of(value instanceof Map<?, ?> spread ? spread.get(part) : null));
                }
            } else {
                cells.add(CsvCells.of(value));
            }
        });
        return cells;
    }

    static void writeLine(OutputStream out, List<String> cells) throws IOException {
        out.write((String.join(",", cells) + "\r\n").getBytes(StandardCharsets.UTF_8));
    }
}
