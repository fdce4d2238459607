package io.github.logalign.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.cli.Command.Result;
import io.github.logalign.testing.Workload;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** 2,000 jobs in one batch give the rows of single calls, to the last bit. */
class WorkloadIT {

    private static final int CHECKPOINTS = 40;

    @TempDir
    Path folder;

    private Result run(String... args) {
        return new Command().in(folder).run(args);
    }

    /**
     * What a row says, but for its time and its place in the batch, notes on masks, which a single call gives by layers, and the
     * evidence of its orientation, of which a call that reads all layers has more.
     */
    private static Map<String, Object> facts(Map<String, Object> row) {
        Map<String, Object> facts = new LinkedHashMap<>(row);
        List.of("job", "part", "labels", "seconds", "warnings", "orientationReason").forEach(facts::remove);
        return facts;
    }

    /** The rows of a checkpoint by a single call, by the names of the weights. */
    private Map<Object, Map<String, Object>> single(int step, String... more) {
        List<String> args = new ArrayList<>(List.of("score",
                "--weights", folder.resolve(Workload.weights(step)).toString(),
                "--activations", folder.resolve(Workload.activations(step)).toString(),
                "--format", "json", "--products", "blas", "--threads", "1", "--quiet"));
        args.addAll(List.of("--mask", "embedding=:mask"));
        for (int layer = 5; layer < Workload.LAYERS; layer += 5) {
            args.addAll(List.of("--mask", "h." + layer + "=:mask"));
        }
        args.addAll(List.of(more));
        Result result = run(args.toArray(String[]::new));
        assertEquals(0, result.code(), result::toString);
        Map<Object, Map<String, Object>> rows = new HashMap<>();
        Json.layers(result.out()).forEach(row -> rows.put(name(row), facts(row)));
        assertEquals(Workload.LAYERS, rows.size());
        return rows;
    }

    private static Object name(Map<String, Object> row) {
        return Objects.requireNonNull(row.get("tensor"));
    }

    private List<Map<String, Object>> batch(String out, String... more) throws IOException {
        Result result = run(Stream.concat(Stream.of("score", "--manifest", Workload.MANIFEST, "--out", out,
                "--products", "blas", "--threads", "2", "--quiet"), Stream.of(more)).toArray(String[]::new));
        assertEquals(1, result.code(), result::toString);
        return Files.readAllLines(folder.resolve(out)).stream().map(Json::object).toList();
    }

    @Test
    void rowsAreThoseOfSingleCalls() throws IOException {
        int jobs = Workload.write(folder, CHECKPOINTS);
        List<Map<String, Object>> rows = batch("rows.jsonl");
        assertEquals(2000, jobs);
        assertEquals(jobs, rows.size());
        int failed = 0;
        Map<Object, Map<String, Object>> single = Map.of();
        for (int i = 0; i < jobs; i++) {
            if (i % Workload.LAYERS == 0) {
                single = single(i / Workload.LAYERS);
            }
            Map<String, Object> row = rows.get(i);
            assertEquals(i + 1L, row.get("job"));
            if ("failed".equals(row.get("status"))) {
                failed++;
            } else {
                assertEquals(single.get(name(row)), facts(row));
            }
        }
        assertEquals(Workload.BROKEN, failed);
    }

    @Test
    void keptSpectraGiveTheSameRows() throws IOException {
        int checkpoints = 3;
        int jobs = Workload.write(folder, checkpoints);
        List<Map<String, Object>> computed = batch("rows.jsonl");
        Map<Object, Map<String, Object>> single = single(0);
        for (int step = 0; step < checkpoints; step++) {
            Result kept = run("spectrum", "--weights", Workload.weights(step), "--keep", "kept", "--products", "blas",
                    "--quiet", "--out", "spectra-" + step + ".json", "--format", "json");
            assertEquals(0, kept.code(), kept::toString);
        }
        long files = files("kept");
        // The head is tied, and one layer is the same in all checkpoints.
        assertEquals(jobs - checkpoints - (checkpoints - 1), files);
        List<Map<String, Object>> rows = batch("again.jsonl", "--kept", "kept");
        for (int i = 0; i < jobs; i++) {
            assertEquals(facts(computed.get(i)), facts(rows.get(i)));
        }
        assertEquals(single, single(0, "--kept", "kept"));
        assertEquals(files, files("kept"));
        try (Stream<Path> kept = Files.list(folder.resolve("kept"))) {
            Path first = kept.findFirst().orElseThrow();
            long size = Files.size(first);
            Files.writeString(first, "damaged");
            Result replaced = run("spectrum", "--weights", Workload.weights(0), "--keep", "kept", "--products", "blas",
                    "--quiet");
            Result others = run("spectrum", "--weights", Workload.weights(1), "--keep", "kept", "--products", "blas",
                    "--quiet");
            run("spectrum", "--weights", Workload.weights(2), "--keep", "kept", "--products", "blas", "--quiet");
            assertEquals(0, replaced.code() + others.code(), replaced::toString);
            assertEquals(size, Files.size(first));
        }
        Result none = run("score", "--manifest", Workload.MANIFEST, "--out", "none.jsonl", "--kept", "missing");
        assertEquals(1, none.code(), none::toString);
        assertTrue(none.err().getFirst().contains("missing: there is no such folder"), none::toString);
    }

    @Test
    void spectraMayBeListsOfARow() throws Exception {
        int jobs = Workload.write(folder, 3);
        List<Map<String, Object>> rows = batch("rows.jsonl", "--with-spectra");
        for (Map<String, Object> row : rows) {
            if ("ok".equals(row.get("status"))) {
                List<?> p = (List<?>) Objects.requireNonNull(row.get("p"));
                List<?> q = (List<?>) Objects.requireNonNull(row.get("q"));
                double overlap = 0;
                for (int i = 0; i < p.size(); i++) {
                    overlap += ((Number) p.get(i)).doubleValue() * ((Number) q.get(i)).doubleValue();
                }
                assertEquals(Json.number(row, "overlap"), overlap, 1e-14);
            }
        }
        for (String out : List.of("rows.parquet", "rows.csv")) {
            Result exported = run("export", "rows.jsonl.journal", "--out", out);
            assertEquals(0, exported.code(), exported::toString);
        }
        assertTrue(Files.readString(folder.resolve("rows.csv")).contains(",\"[0."));
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(
                        """
                                select count(*), sum(len(sigma)), max(abs(list_sum(list_transform(list_zip(p, q), lambda pair: pair[1] * pair[2])) - overlap)),
                                    max(abs(list_sum(p) - 1)), max(abs(pow(sigma[1], 2) / list_sum(list_transform(sigma, lambda each: each * each)) - p[1])),
                                    sum((p is null)::int)
                                from '%s'"""
                                .formatted(folder.resolve("rows.parquet")))) {
            assertTrue(result.next());
            assertEquals(jobs, result.getLong(1));
            assertEquals(rows.stream().filter(row -> row.get("sigma") instanceof List<?>)
                    .mapToLong(row -> ((List<?>) Objects.requireNonNull(row.get("sigma"))).size()).sum(),
                    result.getLong(2));
            assertEquals(0, result.getDouble(3), 1e-14);
            assertEquals(0, result.getDouble(4), 1e-12);
            assertEquals(0, result.getDouble(5), 1e-12);
            assertEquals(Workload.BROKEN, result.getLong(6));
        }
        Result norm = run("score", "--manifest", Workload.MANIFEST, "--out", "n.csv", "--with-spectra", "--method",
                "norm");
        assertEquals(2, norm.code(), norm::toString);
    }

    private long files(String name) throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve(name))) {
            return files.count();
        }
    }
}
