package io.github.logalign.report;

import io.github.logalign.score.LayerScore;
import io.github.logalign.tensor.Names;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Rows as CSV (RFC 4180), one line each, the same fields as in JSON, nested ones with a dot. Text that a spreadsheet would
 * take for a formula gets an apostrophe before it.
 */
public final class CsvReport {

    static final String FORMULA_STARTS = "=+-@\t\r";

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
                    cells.add(cell(value instanceof Map<?, ?> spread ? spread.get(part) : null));
                }
            } else {
                cells.add(cell(value));
            }
        });
        return cells;
    }

    static String cell(@Nullable Object value) {
        return switch (value) {
            case null -> "";
            case Number number -> number.toString();
            case List<?> values ->
                text(values.stream().map(String::valueOf).collect(Collectors.joining("; ")));
            default -> text(value.toString());
        };
    }

    private static String text(String value) {
        String safe = Names.escaped(value);
        if (!safe.isEmpty() && FORMULA_STARTS.indexOf(value.charAt(0)) >= 0) {
            safe = "'" + safe;
        }
        boolean plain = safe.chars().noneMatch(c -> c == '"' || c == ',' || c == '\'');
        return plain ? safe : '"' + safe.replace("\"", "\"\"") + '"';
    }

    static void writeLine(OutputStream out, List<String> cells) throws IOException {
        out.write((String.join(",", cells) + "\r\n").getBytes(StandardCharsets.UTF_8));
    }
}
