package io.github.logalign.bench.results;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run of some benchmarks replaces their results and leaves those of the others. */
@Tag("yardstick")
class JmhFilesTest {

    @TempDir
    Path folder;

    @Test
    void whatWasNotMeasuredAgainStays() throws IOException {
        keep(result("NormFormBenchmark", "F32", "3.0E-4"), result("NormFormBenchmark", "BF16", "2"));
        keep(result("NormFormBenchmark", "BF16", "5"), result("GramBenchmark", "F64", "7"));
        Results results = Results.read(folder.resolve("zen5"));
        assertEquals(Optional.of(3.0e-4), score(results, "NormFormBenchmark", "F32"));
        assertEquals(Optional.of(5.0), score(results, "NormFormBenchmark", "BF16"));
        assertEquals(Optional.of(7.0), score(results, "GramBenchmark", "F64"));
    }

    @Test
    void aFileForEachClassWithOneResultForEachChoice() throws IOException {
        keep(result("NormFormBenchmark", "F32", "1"), result("GramBenchmark", "F32", "1"));
        keep(result("NormFormBenchmark", "F32", "2"));
        Path norm = folder.resolve("zen5").resolve("jmh-norm-form.json");
        assertEquals(1, Json.elements(Json.read(norm)).size());
        assertEquals(1, Json.elements(Json.read(norm.resolveSibling("jmh-gram.json"))).size());
    }

    /** Texts with quotes, whole numbers and lists are what they were. */
    @Test
    void nothingIsLost() throws IOException {
        Path file = folder.resolve("some.json");
        Object value = Map.of("a \"b\"", List.of(1L, 1e-300, "NaN", Map.of()));
        Json.write(file, value);
        assertEquals(value, Json.read(file));
    }

    private void keep(String... results) throws IOException {
        Path measured = folder.resolve("measured.json");
        Files.writeString(measured, "[" + String.join(",", results) + "]");
        JmhFiles.keep(measured, folder.resolve("zen5"));
    }

    private static String result(String type, String input, String score) {
        return """
                {"benchmark": "io.github.logalign.bench.%s.run", "forks": 1, "params": {"input": "%s"},
                 "primaryMetric": {"rawData": [[%s]]}}""".formatted(type, input, score);
    }

    private static Optional<Double> score(Results results, String type, String input) {
        return results.benchmark(type + ".run", Map.of("input", input));
    }
}
