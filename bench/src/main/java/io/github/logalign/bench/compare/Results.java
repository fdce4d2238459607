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

/** The results as Markdown and JSON. */
final class Results {

    private Results() {}

    static void write(Path folder, List<Case> cases) throws IOException {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("comparison.md"), markdown(cases));
        json(folder.resolve("comparison.json"), cases);
    }

    private static String markdown(List<Case> cases) {
        Environment here = Environment.current();
        StringBuilder text = new StringBuilder("# Comparison\n\n");
        line(text, "%s. %s, %d cores; Java %s; %s; %s.", LocalDate.now(), here.cpu(),
                Runtime.getRuntime().availableProcessors(), here.java(), here.os(),
                Objects.requireNonNull(here.blas()).config());
        line(text,
                "Seconds are the third of three equal computations in one process, \"later\" the median of the last five of"
                        + " 10 to 80; median, fastest and slowest of all rounds.\n");
        for (Case each : cases) {
            line(text, "## %s\n", each.name);
            line(text, "| who | version | median s | fastest | slowest | time relative to the first |");
            line(text, "| --- | --- | ---: | ---: | ---: | ---: |");
            for (Measured row : each.rows) {
                line(text, "| %s | %s | %.4f | %.4f | %.4f | %.2f |", row.name(), row.version, row.median(),
                        row.fastest(), row.slowest(), row.median() / each.rows.getFirst().median());
            }
            line(text, "\n| ratio | reached | goal | aim |\n| --- | ---: | ---: | ---: |");
            for (Case.Goal goal : each.goals) {
                line(text, "| %s / %s | %.2f | %.2f | %.2f |", goal.slow(), goal.fast(), each.ratio(goal), goal.goal(),
                        goal.aim());
            }
            text.append('\n');
        }
        return text.toString();
    }

    private static void line(StringBuilder text, String format, Object... values) {
        text.append(String.format(Locale.ROOT, format, values)).append('\n');
    }

    private static void json(Path file, List<Case> cases) throws IOException {
        Environment here = Environment.current();
        try (JsonGenerator json = new JsonFactory().createGenerator(Files.newBufferedWriter(file))
                .useDefaultPrettyPrinter()) {
            json.writeStartObject();
            json.writeStringField("cpu", here.cpu());
            json.writeStringField("java", here.java());
            json.writeStringField("os", here.os());
            json.writeStringField("blas", Objects.requireNonNull(here.blas()).config());
            json.writeArrayFieldStart("cases");
            for (Case each : cases) {
                json.writeStartObject();
                json.writeStringField("name", each.name);
                json.writeArrayFieldStart("rows");
                for (Measured row : each.rows) {
                    json.writeStartObject();
                    json.writeStringField("contestant", row.contestant);
                    json.writeNumberField("threads", row.threads);
                    json.writeNumberField("repetitions", row.repetitions);
                    json.writeStringField("version", row.version);
                    json.writeArrayFieldStart("seconds");
                    for (double seconds : row.seconds) {
                        json.writeNumber(seconds);
                    }
                    json.writeEndArray();
                    json.writeEndObject();
                }
                json.writeEndArray();
                json.writeArrayFieldStart("ratios");
                for (Case.Goal goal : each.goals) {
                    json.writeStartObject();
                    json.writeStringField("slow", goal.slow());
                    json.writeStringField("fast", goal.fast());
                    json.writeNumberField("reached", each.ratio(goal));
                    json.writeNumberField("goal", goal.goal());
                    json.writeNumberField("aim", goal.aim());
                    json.writeEndObject();
                }
                json.writeEndArray();
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        }
    }
}
