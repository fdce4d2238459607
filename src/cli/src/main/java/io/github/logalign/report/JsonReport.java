package io.github.logalign.report;

import com.fasterxml.jackson.core.JsonGenerator;
import io.github.logalign.Environment;
import io.github.logalign.score.Column;
import io.github.logalign.score.LayerColumns;
import io.github.logalign.score.LayerScore;
import java.io.IOException;
import java.io.OutputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Rows as JSON, schema 1. Characters beyond ASCII are escaped, so that hostile names do nothing to a terminal. */
public final class JsonReport {

    static final int SCHEMA = 1;

    private JsonReport() {}

    /**
     * Writes rows.
     *
     * @param out where to; not closed
     * @param environment what computed
     * @param threads with how many threads
     * @param rows what was computed
     * @throws IOException if writing fails
     */
    public static void write(OutputStream out, Environment environment, int threads, List<LayerScore> rows)
            throws IOException {
        write(out, environment, threads, "layers", LayerColumns.ALL, rows);
    }

    /** Rows of any schema, as an array of the given name. */
    static <R> void write(OutputStream out, Environment environment, int threads, String name,
            List<Column<R, ?>> columns, List<R> rows) throws IOException {
        try (JsonGenerator json = JsonValues.generator(out)) {
            json.writeStartObject();
            json.writeNumberField("schema", SCHEMA);
            json.writeFieldName("environment");
            JsonValues.write(json, environmentFields(environment, threads));
            json.writeArrayFieldStart(name);
            for (R row : rows) {
                JsonValues.write(json, Fields.of(columns, row));
            }
            json.writeEndArray();
            json.writeEndObject();
            json.writeRaw("\n");
        }
    }

    static Map<String, Object> environmentFields(Environment environment, int threads) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("logalign", environment.version());
        fields.put("java", environment.java());
        fields.put("os", environment.os());
        fields.put("cpu", environment.cpu());
        fields.put("simd", environment.simdBits() + " bits: " + environment.simdReason());
        fields.put("blas", blas(environment));
        fields.put("threads", threads);
        return fields;
    }

    private static String blas(Environment environment) {
        if (environment.blas() == null) {
            return "none";
        }
        String config = environment.blas().config();
        return config == null ? environment.blas().path() : config;
    }
}
