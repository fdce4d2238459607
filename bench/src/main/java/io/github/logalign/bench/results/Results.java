package io.github.logalign.bench.results;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Everything that was measured on one machine: the cases of the comparison, and JMH's benchmarks. */
final class Results {

    /** The folders of all machines, from the project's root. */
    static final Path FOLDER = Path.of("bench", "results");

    private static final String COMPARISON = "comparison-";

    private final Machine machine;
    private final List<CaseResult> cases = new ArrayList<>();
    private final List<Object> benchmarks = new ArrayList<>();

    private Results(Machine machine) {
        this.machine = machine;
    }

    /** The name of a case's file. */
    static String fileOf(String caseName) {
        return COMPARISON + caseName.replace(",", "").replaceAll("[^A-Za-z0-9]+", "-") + ".json";
    }

    /** Reads a folder of results. */
    static Results read(Path folder) throws IOException {
        Results results = new Results(new Machine(folder.getFileName().toString()));
        for (Path file : files(folder)) {
            String name = file.getFileName().toString();
            if (name.startsWith(COMPARISON) && name.endsWith(".json")) {
                results.cases.add(CaseResult.read(file));
            } else if (name.startsWith(JmhFiles.PREFIX) && name.endsWith(".json")) {
                results.benchmarks.addAll(Json.elements(Json.read(file)));
            }
        }
        return results;
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }

    Machine machine() {
        return machine;
    }

    List<CaseResult> cases() {
        return cases;
    }

    /** A contestant's row in a case. */
    Optional<CaseResult.Row> row(String caseName, String rowName) {
        return cases.stream().filter(each -> each.name().equals(caseName)).flatMap(each -> each.row(rowName).stream())
                .findFirst();
    }

    /** The median of a benchmark's iterations with just these parameters, in its own unit. */
    Optional<Double> benchmark(String name, Map<String, String> parameters) {
        return benchmarks.stream()
                .filter(each -> String.valueOf(Json.field(each, "benchmark")).endsWith("." + name))
                .filter(each -> parameters(each).equals(parameters))
                .map(each -> Json.elements(Json.field(Json.field(each, "primaryMetric"), "rawData")))
                .map(forks -> CaseResult.median(forks.stream().flatMap(fork -> Json.numbers(fork).stream()).toList()))
                .reduce((earlier, later) -> later);
    }

    private static Map<String, String> parameters(Object benchmark) {
        Map<String, String> parameters = new HashMap<>();
        if (JmhFiles.parameters(benchmark) instanceof Map<?, ?> fields) {
            fields.forEach((name, value) -> parameters.put(String.valueOf(name), String.valueOf(value)));
        }
        return parameters;
    }
}
