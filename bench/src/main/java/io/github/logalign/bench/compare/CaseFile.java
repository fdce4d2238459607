package io.github.logalign.bench.compare;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.github.logalign.Environment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/** Writes what was measured in a case, for the summary to read. */
final class CaseFile {

    private CaseFile() {}

    static void write(Path file, Case measured, List<String> flags) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        try (JsonGenerator json = new JsonFactory().createGenerator(Files.newBufferedWriter(file))
                .useDefaultPrettyPrinter()) {
            json.writeStartObject();
            json.writeStringField("case", measured.name);
            json.writeStringField("conditions", conditions(flags));
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

    private static String conditions(List<String> flags) {
        Environment here = Environment.current();
        return String.format(Locale.ROOT, "%s. %s, %d cores; Java %s%s; %s; %s.", LocalDate.now(), here.cpu(),
                Runtime.getRuntime().availableProcessors(), here.java(),
                flags.isEmpty() ? "" : " with " + String.join(" ", flags), here.os(),
                Objects.requireNonNull(here.blas()).config());
    }

    private static void numbers(JsonGenerator json, String name, List<Double> numbers) throws IOException {
        json.writeArrayFieldStart(name);
        for (double number : numbers) {
            json.writeNumber(number);
        }
        json.writeEndArray();
    }
}
