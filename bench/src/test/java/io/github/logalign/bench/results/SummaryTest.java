package io.github.logalign.bench.results;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Pages that quote results say what the results say, and a ratio that is less than wanted is shown as that. */
@Tag("yardstick")
class SummaryTest {

    private static final String ROW = """
            {"name": "%s", "version": "1", "first": [4.0, 6.0, 5.0], "seconds": [%s]}""";

    @TempDir
    Path folder;

    @Test
    void pagesAreUpToDate() throws IOException {
        assertEquals(List.of(), Summary.outdated(), "run the program Summary, see bench/README.md");
    }

    @ParameterizedTest
    @CsvSource({
        "'AMD EPYC (family 26, model 2)', false, zen5",
        "'AMD EPYC (family 26, model 2)', true, zen5-avx2",
        "'AMD EPYC 7763 64-Core Processor (family 25, model 1)', false, zen3",
        "'AMD EPYC (family 25, model 17)', false, zen4",
        "'Intel(R) Xeon(R) CPU @ 2.20GHz (family 6, model 79)', false, intel-r-xeon-r-cpu-2-20ghz-6-79",
        "aarch64, false, aarch64",
    })
    void aFolderForEachCpu(String cpu, boolean narrow, String name) {
        assertEquals(name, Machine.of(cpu, narrow).folder());
    }

    @Test
    void ratiosAreThoseOfMedians() throws IOException {
        Results results = results("zen5", "0.5, 0.1, 0.2");
        String table = Summary.table(List.of(results));
        assertTrue(line(table, "50,257 x 768 against C").endsWith("| **0.50**, -, - |"), table);
        // The median of the first computations over that of the others.
        assertTrue(line(table, "first pass over 50,257 x 768").endsWith("| **25.0**, **10.0**, - |"), table);
    }

    @Test
    void theGoalsAreThoseOfTheWidth() throws IOException {
        Results wide = results("zen5", "1");
        Results narrow = results("zen5-avx2", "1");
        String row = line(Summary.table(List.of(narrow, wide)), "projection kernel against C, F64");
        assertTrue(row.endsWith("| 1.03, -, -, -, - | **1.03**, -, -, -, - |"), row);
    }

    /** The front page has no goals, and no machine without a score. */
    @Test
    void theFrontPageShowsWhatWasReached() throws IOException {
        results("zen4", "1");
        Files.delete(folder.resolve("zen4").resolve(Results.fileOf("score of 50,257 x 768 F32")));
        String table = Summary.ratios(List.of(results("zen5", "0.5"), Results.read(folder.resolve("zen4"))));
        assertTrue(table.startsWith(
                "| what | zen5 |\n| --- | --- |\n| 50,257 x 768 against C: svd, gram, gram single | 0.20, -, - |"),
                table);
    }

    private Results results(String machine, String svd) throws IOException {
        Path results = Files.createDirectories(folder.resolve(machine));
        String rows = String.join(",", ROW.formatted("C svd", "0.1"), ROW.formatted("logalign svd", svd),
                ROW.formatted("logalign gram", "0.5"));
        Files.writeString(results.resolve(Results.fileOf("score of 50,257 x 768 F32")),
                "{\"case\": \"score of 50,257 x 768 F32\", \"conditions\": \"here\", \"rows\": [" + rows + "]}");
        Files.writeString(results.resolve("jmh-projection.json"), "[" + jmh("c", 1.03) + "," + jmh("vector", 1) + "]");
        return Results.read(results);
    }

    private static String jmh(String implementation, double score) {
        return """
                {"benchmark": "io.github.logalign.bench.ProjectionBenchmark.project",
                 "params": {"input": "F64", "n": "256", "implementation": "%s"},
                 "primaryMetric": {"rawData": [[%s]]}}""".formatted(implementation, score);
    }

    @Test
    void aBenchmarkIsFoundByAllItsParameters() throws IOException {
        Results results = results("zen5", "1");
        Map<String, String> parameters = Map.of("input", "F64", "n", "256", "implementation", "c");
        assertEquals(1.03, results.benchmark("ProjectionBenchmark.project", parameters).orElseThrow());
        assertTrue(results.benchmark("ProjectionBenchmark.project", Map.of("n", "256")).isEmpty());
    }

    private static String line(String table, String start) {
        return table.lines().filter(line -> line.startsWith("| " + start)).findFirst().orElseThrow();
    }
}
