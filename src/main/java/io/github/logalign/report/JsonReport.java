package io.github.logalign.report;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import io.github.logalign.Environment;
import io.github.logalign.score.LayerScore;
import java.io.IOException;
import java.io.OutputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Rows as JSON, schema 1. Characters beyond ASCII are escaped, so that hostile names do nothing to a terminal. */
public final class JsonReport {

    private static final int SCHEMA = 1;

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
        JsonFactory factory = JsonFactory.builder()
                .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
                .disable(StreamWriteFeature.AUTO_CLOSE_TARGET)
                .build();
        DefaultPrettyPrinter printer = new DefaultPrettyPrinter()
                .withObjectIndenter(new DefaultIndenter("  ", "\n"))
                .withArrayIndenter(new DefaultIndenter("  ", "\n"));
        try (JsonGenerator json = factory.createGenerator(out)) {
            json.setPrettyPrinter(printer);
            json.writeStartObject();
            json.writeNumberField("schema", SCHEMA);
            json.writeFieldName("environment");
            writeValue(json, environmentFields(environment, threads));
            json.writeArrayFieldStart("layers");
            for (LayerScore row : rows) {
                writeValue(json, Fields.of(row));
            }
            json.writeEndArray();
            json.writeEndObject();
            json.writeRaw("\n");
        }
    }

    private static Map<String, Object> environmentFields(Environment environment, int threads) {
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

    private static void writeValue(JsonGenerator json, @Nullable Object value) throws IOException {
        switch (value) {
            case null -> json.writeNull();
            case Map<?, ?> fields -> {
                json.writeStartObject();
                for (Map.Entry<?, ?> field : fields.entrySet()) {
                    json.writeFieldName(String.valueOf(field.getKey()));
                    writeValue(json, field.getValue());
                }
                json.writeEndObject();
            }
            case List<?> values -> {
                json.writeStartArray();
                for (Object element : values) {
                    writeValue(json, element);
                }
                json.writeEndArray();
            }
            case Double number -> {
                if (Double.isInfinite(number)) {
                    json.writeString(number.toString());
                } else {
                    json.writeNumber(number);
                }
            }
            case Integer number -> json.writeNumber(number);
            case Long number -> json.writeNumber(number);
            default -> json.writeString(value.toString());
        }
    }
}
