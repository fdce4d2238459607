package io.github.logalign.report;

import com.fasterxml.jackson.core.JsonGenerator;
import io.github.logalign.Environment;
import io.github.logalign.internal.io.AtomicFile;
import io.github.logalign.internal.io.Names;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.track.Alarm;
import io.github.logalign.track.Alarms;
import io.github.logalign.track.Series;
import io.github.logalign.track.SeriesColumns;
import io.github.logalign.track.SeriesRow;
import io.github.logalign.track.Standing;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * Series in files: JSON {@code {"schema": 1, "environment": {...}, "rows": [...], "alarms": [...], "watch": {...}}}, or CSV with the same
 * fields of a row, which are {@link SeriesColumns}, and no alarms.
 */
public final class SeriesFile {

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
     * @param alarms what fired and what did not; CSV has no place for them
     * @throws IllegalArgumentException if the name ends otherwise
     * @throws LogalignException if the file cannot be written
     */
    public static void write(Path path, Environment environment, int threads, Series series, Alarms alarms) {
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
     * @param alarms what fired and what did not
     * @throws IOException if writing fails
     */
    public static void writeJson(
            OutputStream out, Environment environment, int threads, Series series, Alarms alarms)
            throws IOException {
        try (JsonGenerator json = JsonValues.generator(out)) {
            json.writeStartObject();
            json.writeNumberField("schema", JsonReport.SCHEMA);
            json.writeFieldName("environment");
            JsonValues.write(json, JsonReport.environmentFields(environment, threads));
            json.writeArrayFieldStart("rows");
            for (SeriesRow row : series.rows()) {
                JsonValues.write(json, Fields.of(SeriesColumns.ALL, row));
            }
            json.writeEndArray();
            json.writeArrayFieldStart("alarms");
            for (Alarm alarm : alarms.fired()) {
                JsonValues.write(json, fields(alarm));
            }
            json.writeEndArray();
            if (alarms.falseAlarms() != null) {
                json.writeFieldName("watch");
                JsonValues.write(json, watch(alarms));
            }
            json.writeEndObject();
            json.writeRaw("\n");
        }
    }

    private static Map<String, Object> fields(Alarm alarm) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("layer", alarm.layer());
        fields.put("kind", alarm.kind().label());
        fields.put("step", alarm.step());
        fields.put("value", alarm.value());
        fields.put("threshold", alarm.threshold());
        fields.put("basis", alarm.kind().isHeuristic() ? "heuristic" : "stated rate");
        Alarm.Strength strength = alarm.strength();
        if (strength != null) {
            fields.put("eValue", strength.eValue());
            fields.put("neededEValue", strength.neededEValue());
            fields.put("falseAlarms", strength.falseAlarms());
            fields.put("smallestRate", strength.smallestRate());
        }
        fields.put("evidence", alarm.evidence());
        return fields;
    }

    private static Map<String, Object> watch(Alarms alarms) {
        Map<String, Object> watch = new LinkedHashMap<>();
        watch.put("falseAlarms", Objects.requireNonNull(alarms.falseAlarms()));
        watch.put("evidence", alarms.standings().stream().map(SeriesFile::fields).toList());
        List<Map<String, Object>> unwatched = new ArrayList<>();
        new TreeMap<>(alarms.unwatched()).forEach((layer, reason) -> {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("layer", layer);
            fields.put("reason", reason);
            unwatched.add(fields);
        });
        watch.put("notWatched", unwatched);
        return watch;
    }

    private static Map<String, Object> fields(Standing standing) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("layer", standing.layer());
        fields.put("kind", standing.kind().label());
        fields.put("eValue", standing.eValue());
        fields.put("neededEValue", standing.neededEValue());
        fields.put("step", standing.step());
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
        CsvReport.write(out, SeriesColumns.ALL, series.rows());
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
        List<SeriesRow> rows = isJson(path) ? SeriesReader.json(path) : SeriesReader.csv(path);
        try {
            return Series.of(rows);
        } catch (IllegalArgumentException twice) {
            throw new LogalignException(Names.printable(path) + ": " + twice.getMessage() + "; repair the file", twice);
        }
    }
}
