package io.github.logalign.bench.compare;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.github.logalign.Environment;
import io.github.logalign.bench.results.Conditions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;

/** Writes what was measured in a case, for the summary to read. */
final class CaseFile {

    private CaseFile() {}

    static void write(Path file, Case measured, Conditions conditions) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        try (JsonGenerator json = new JsonFactory().createGenerator(Files.newBufferedWriter(file))
                .useDefaultPrettyPrinter()) {
            json.writeStartObject();
            json.writeStringField("case", measured.name);
            json.writeStringField("conditions", conditions(measured, conditions));
            json.writeArrayFieldStart("rows");
            for (Measured row : measured.rows) {
                json.writeStartObject();
                json.writeStringField("name", row.name());
                json.writeStringField("version", row.version);
                numbers(json, "first", row.first);
                numbers(json, "seconds", row.seconds);
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        }
    }

    /** OpenBLAS as the contestants had it: it is another one in this process. */
    private static String conditions(Case measured, Conditions conditions) {
        Environment here = Environment.current();
        return String.format(Locale.ROOT, "%s. %s, %d cores; Java %s%s; %s; %s.", LocalDate.now(), here.cpu(),
                Runtime.getRuntime().availableProcessors(), here.java(),
                conditions.flags().isEmpty() ? "" : " with " + String.join(" ", conditions.flags()), here.os(),
                measured.rows.getFirst().blas);
    }

    private static void numbers(JsonGenerator json, String name, List<Double> numbers) throws IOException {
        json.writeArrayFieldStart(name);
        for (double number : numbers) {
            json.writeNumber(number);
        }
        json.writeEndArray();
    }
}
