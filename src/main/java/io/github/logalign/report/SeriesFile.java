package io.github.logalign.report;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import io.github.logalign.Environment;
import io.github.logalign.LogalignException;
import io.github.logalign.tensor.AtomicFile;
import io.github.logalign.tensor.Names;
import io.github.logalign.track.Alarm;
import io.github.logalign.track.Series;
import io.github.logalign.track.SeriesRow;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Series in files: JSON {@code {"schema": 1, "environment": {...}, "rows": [...], "alarms": [...]}}, or CSV with the same
 * fields of a row and no alarms. A row has the step, the fields of a scored layer, and baseline, deviation and slope.
 */
public final class SeriesFile {

    private static final List<String> DERIVED = List.of("baseline", "deviation", "slope");
    private static final String STEP = "step";

    private SeriesFile() {}

    /**
     * Tells whether a name is that of a series file.
     *
     * @param path a path
     * @return true if it ends in .json or .csv
     */
    public static boolean isSeriesName(Path path) {
        return isJson(path) || lowerCaseName(path).endsWith(".csv");
    }

    private static boolean isJson(Path path) {
        return lowerCaseName(path).endsWith(".json");
    }

    private static String lowerCaseName(Path path) {
        return String.valueOf(path.getFileName()).toLowerCase(Locale.ROOT);
    }

    /**
     * Writes a series to a file, whole or not at all.
     *
     * @param path a name that ends in .json or .csv
     * @param environment what computed
     * @param threads with how many threads
     * @param series the rows
     * @param alarms what fired; CSV has no place for them
     * @throws IllegalArgumentException if the name ends otherwise
     * @throws LogalignException if the file cannot be written
     */
    public static void write(Path path, Environment environment, int threads, Series series, List<Alarm> alarms) {
        if (!isSeriesName(path)) {
            throw new IllegalArgumentException("the file of a series ends in .json or .csv");
        }
        AtomicFile.write(path, out -> {
            if (isJson(path)) {
                writeJson(out, environment, threads, series, alarms);
            } else {
                writeCsv(out, series);
            }
        });
    }

    /**
     * Writes JSON.
     *
     * @param out where to; not closed
     * @param environment what computed
     * @param threads with how many threads
     * @param series the rows
     * @param alarms what fired
     * @throws IOException if writing fails
     */
    public static void writeJson(
            OutputStream out, Environment environment, int threads, Series series, List<Alarm> alarms)
            throws IOException {
        try (JsonGenerator json = JsonValues.generator(out)) {
            json.writeStartObject();
            json.writeNumberField("schema", JsonReport.SCHEMA);
            json.writeFieldName("environment");
            JsonValues.write(json, JsonReport.environmentFields(environment, threads));
            json.writeArrayFieldStart("rows");
            for (SeriesRow row : series.rows()) {
                JsonValues.write(json, fields(row));
            }
            json.writeEndArray();
            json.writeArrayFieldStart("alarms");
            for (Alarm alarm : alarms) {
                JsonValues.write(json, fields(alarm));
            }
            json.writeEndArray();
            json.writeEndObject();
            json.writeRaw("\n");
        }
    }

    private static Map<String, @Nullable Object> fields(SeriesRow row) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put(STEP, row.step());
        fields.putAll(Fields.of(row.score()));
        fields.put("baseline", row.baseline());
        fields.put("deviation", row.deviation());
        fields.put("slope", row.slope());
        return fields;
    }

    private static Map<String, Object> fields(Alarm alarm) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("layer", alarm.layer());
        fields.put("kind", alarm.kind().label());
        fields.put("step", alarm.step());
        fields.put("value", alarm.value());
        fields.put("threshold", alarm.threshold());
        fields.put("evidence", alarm.evidence());
        return fields;
    }

    /**
     * Writes CSV, the step first.
     *
     * @param out where to; not closed
     * @param series the rows
     * @throws IOException if writing fails
     */
    public static void writeCsv(OutputStream out, Series series) throws IOException {
        List<String> header = new ArrayList<>(List.of(STEP));
        header.addAll(CsvReport.header());
        header.addAll(DERIVED);
        CsvReport.writeLine(out, header);
        for (SeriesRow row : series.rows()) {
            List<String> cells = new ArrayList<>(List.of(CsvReport.cell(row.step())));
            cells.addAll(CsvReport.cells(row.score()));
            cells.add(CsvReport.cell(row.baseline()));
            cells.add(CsvReport.cell(row.deviation()));
            cells.add(CsvReport.cell(row.slope()));
            CsvReport.writeLine(out, cells);
        }
        out.flush();
    }

    /**
     * Reads a series.
     *
     * @param path a file that ends in .json or .csv
     * @return the rows with what was derived then; alarms are not read, as rows tell them
     * @throws LogalignException if it cannot be read or is no such file
     */
    public static Series read(Path path) {
        if (!isSeriesName(path)) {
            throw new LogalignException(
                    Names.printable(path) + ": is no series by its name; give a .json or .csv that track wrote");
        }
        List<SeriesRow> rows = isJson(path) ? readJson(path) : readCsv(path);
        try {
            return Series.of(rows);
        } catch (IllegalArgumentException twice) {
            throw new LogalignException(Names.printable(path) + ": " + twice.getMessage() + "; repair the file", twice);
        }
    }

    private static List<SeriesRow> readCsv(Path path) {
        List<List<String>> lines = CsvReader.read(path);
        List<String> header = lines.getFirst();
        if (!header.contains(STEP) || !header.contains("layer")) {
            throw new LogalignException(
                    Names.printable(path) + ": has no columns step and layer; give a series that track wrote");
        }
        List<SeriesRow> rows = new ArrayList<>();
        for (List<String> line : lines.subList(1, lines.size())) {
            Map<String, String> values = new HashMap<>();
            for (int c = 0; c < header.size(); c++) {
                if (!line.get(c).isEmpty()) {
                    values.put(header.get(c), unescaped(line.get(c)));
                }
            }
            String warnings = values.remove("warnings");
            rows.add(row(path, rows.size(), values, warnings == null ? List.of() : List.of(warnings)));
        }
        return rows;
    }

    /** Undoes what {@link CsvReport} does to text, so that layers keep their names. */
    private static String unescaped(String cell) {
        String text = cell;
        if (text.length() > 1 && text.charAt(0) == '\'' && startsFormula(text.substring(1))) {
            text = text.substring(1);
        }
        if (!text.contains("\\u")) {
            return text;
        }
        StringBuilder plain = new StringBuilder();
        int i = 0;
        while (i < text.length()) {
            if (text.startsWith("\\u", i) && i + 6 <= text.length()) {
                String digits = text.substring(i + 2, i + 6);
                if (digits.matches("[0-9A-F]{4}")) {
                    plain.append((char) Integer.parseInt(digits, 16));
                    i += 6;
                    continue;
                }
            }
            plain.append(text.charAt(i++));
        }
        // An escape that was in the name itself stays: only what escaping gives back was one of ours.
        return Names.escaped(plain.toString()).equals(text) ? plain.toString() : text;
    }

    private static boolean startsFormula(String text) {
        return CsvReport.FORMULA_STARTS.indexOf(text.charAt(0)) >= 0
                || text.startsWith("\\u0009")
                || text.startsWith("\\u000D");
    }

    private static SeriesRow row(Path path, int index, Map<String, String> values, List<String> warnings) {
        try {
            return RowReader.row(values, warnings);
        } catch (IllegalArgumentException | ArithmeticException wrong) {
            throw new LogalignException(
                    Names.printable(path) + ": row " + (index + 1) + ": " + wrong.getMessage() + "; repair the file",
                    wrong);
        }
    }

    private static List<SeriesRow> readJson(Path path) {
        JsonFactory factory = JsonFactory.builder()
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .build();
        try (JsonParser json = factory.createParser(CsvReader.text(path))) {
            List<SeriesRow> rows = null;
            boolean schema = false;
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw notSeries(path);
            }
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String name = json.currentName();
                JsonToken value = json.nextToken();
                if (name.equals("schema")) {
                    schema = value == JsonToken.VALUE_NUMBER_INT && json.getText().equals("" + JsonReport.SCHEMA);
                } else if (name.equals("rows") && value == JsonToken.START_ARRAY) {
                    rows = readRows(path, json);
                } else {
                    json.skipChildren();
                }
            }
            if (rows == null || !schema || json.nextToken() != null) {
                throw notSeries(path);
            }
            return rows;
        } catch (JsonProcessingException damaged) {
            throw new LogalignException(
                    Names.printable(path) + ": is damaged JSON at line "
                            + damaged.getLocation().getLineNr() + ": " + Names.printable(damaged.getOriginalMessage())
                            + "; delete it to start anew",
                    damaged);
        } catch (IOException failed) {
            throw new LogalignException(Names.printable(path) + ": cannot be read", failed);
        }
    }

    private static LogalignException notSeries(Path path) {
        return new LogalignException(
                Names.printable(path) + ": is JSON, but not a series of schema 1; give a file that track wrote");
    }

    private static List<SeriesRow> readRows(Path path, JsonParser json) throws IOException {
        List<SeriesRow> rows = new ArrayList<>();
        while (json.nextToken() == JsonToken.START_OBJECT) {
            Map<String, String> values = new HashMap<>();
            List<String> warnings = new ArrayList<>();
            readObject(path, json, "", values, warnings);
            rows.add(row(path, rows.size(), values, warnings));
        }
        if (json.currentToken() != JsonToken.END_ARRAY) {
            throw notSeries(path);
        }
        return rows;
    }

    private static void readObject(
            Path path, JsonParser json, String before, Map<String, String> values, List<String> warnings)
            throws IOException {
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String name = json.currentName();
            JsonToken value = json.nextToken();
            if (value == JsonToken.START_OBJECT && before.isEmpty()) {
                readObject(path, json, name + ".", values, warnings);
            } else if (value == JsonToken.START_ARRAY && name.equals("warnings")) {
                while (json.nextToken() == JsonToken.VALUE_STRING) {
                    warnings.add(json.getText());
                }
                if (json.currentToken() != JsonToken.END_ARRAY) {
                    throw notSeries(path);
                }
            } else if (value.isScalarValue()) {
                if (value != JsonToken.VALUE_NULL) {
                    values.put(before + name, json.getText());
                }
            } else {
                throw notSeries(path);
            }
        }
    }
}
