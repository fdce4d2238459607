package io.github.logalign.bench.results;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What JMH measured on a machine: a file for each class, with the latest result for each choice of parameters. */
final class JmhFiles {

    static final String PREFIX = "jmh-";
    private static final String CLASS = "Benchmark";

    private JmhFiles() {}

    /** Puts the results of a run into the files; what was not measured again stays. */
    static void keep(Path measured, Path folder) throws IOException {
        Files.createDirectories(folder);
        Map<String, List<Object>> byFile = new LinkedHashMap<>();
        for (Object result : Json.elements(Json.read(measured))) {
            byFile.computeIfAbsent(fileOf(result), name -> new ArrayList<>()).add(result);
        }
        for (Map.Entry<String, List<Object>> each : byFile.entrySet()) {
            Path file = folder.resolve(each.getKey());
            Map<Object, Object> results = new LinkedHashMap<>();
            if (Files.exists(file)) {
                Json.elements(Json.read(file)).forEach(result -> results.put(identity(result), result));
            }
            each.getValue().forEach(result -> results.put(identity(result), result));
            Json.write(file, List.copyOf(results.values()));
        }
    }

    /** Such as jmh-norm-form.json for NormFormBenchmark. */
    private static String fileOf(Object result) {
        String method = String.valueOf(Json.field(result, "benchmark"));
        String type = method.substring(0, method.lastIndexOf('.'));
        type = type.substring(type.lastIndexOf('.') + 1).replaceFirst(CLASS + "$", "");
        return PREFIX + type.replaceAll("(?<=.)(?=[A-Z])", "-").toLowerCase(Locale.ROOT) + ".json";
    }

    private static Object identity(Object result) {
        return List.of(Json.field(result, "benchmark"), parameters(result));
    }

    /** The parameters of a result; not all benchmarks have some. */
    static Object parameters(Object result) {
        return result instanceof Map<?, ?> fields && fields.containsKey("params")
                ? Json.field(result, "params")
                : Map.of();
    }
}
