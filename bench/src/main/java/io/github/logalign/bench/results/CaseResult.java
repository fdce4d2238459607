package io.github.logalign.bench.results;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * A case of the comparison as it was measured.
 *
 * @param name of the case
 * @param conditions when it was measured, on what, with what
 * @param rows one for each contestant
 */
public record CaseResult(String name, String conditions, List<Row> rows) {

    /**
     * A contestant.
     *
     * @param name who, with how many threads, and whether late in a process
     * @param version of the contestant
     * @param first the seconds of the first computation of a process, one a round; empty where they were not kept
     * @param seconds those that count, one a round
     */
    public record Row(String name, String version, List<Double> first, List<Double> seconds) {

        double median() {
            return CaseResult.median(seconds);
        }

        double fastest() {
            return Collections.min(seconds);
        }

        double slowest() {
            return Collections.max(seconds);
        }
    }

    static CaseResult read(Path file) throws IOException {
        Object root = Json.read(file);
        List<Row> rows = new ArrayList<>();
        for (Object row : Json.elements(Json.field(root, "rows"))) {
            rows.add(new Row(String.valueOf(Json.field(row, "name")), String.valueOf(Json.field(row, "version")),
                    Json.numbers(Json.field(row, "first")), Json.numbers(Json.field(row, "seconds"))));
        }
        return new CaseResult(String.valueOf(Json.field(root, "case")),
                String.valueOf(Json.field(root, "conditions")), rows);
    }

    /** A contestant's row. */
    Optional<Row> row(String rowName) {
        return rows.stream().filter(row -> row.name().equals(rowName)).findFirst();
    }

    static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int half = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(half) : (sorted.get(half - 1) + sorted.get(half)) / 2;
    }
}
