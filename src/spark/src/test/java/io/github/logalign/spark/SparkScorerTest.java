package io.github.logalign.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.batch.BatchColumns;
import io.github.logalign.batch.BatchJob;
import io.github.logalign.batch.BatchRow;
import io.github.logalign.batch.BatchScorer;
import io.github.logalign.batch.BatchSink;
import io.github.logalign.batch.JobFiles;
import io.github.logalign.batch.Manifest;
import io.github.logalign.matrix.NormRoute;
import io.github.logalign.matrix.Precision;
import io.github.logalign.matrix.Products;
import io.github.logalign.matrix.SvdRoute;
import io.github.logalign.score.Column;
import io.github.logalign.score.ScoreMethod;
import io.github.logalign.score.ScoreOptions;
import io.github.logalign.score.Selection;
import io.github.logalign.tensor.ReadOptions;
import io.github.logalign.testing.Workload;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows of Spark are those of the library, wherever the files are. */
class SparkScorerTest {

    private static final ScoreOptions OPTIONS = new ScoreOptions(
            ScoreMethod.SVD, Precision.DOUBLE, SvdRoute.AUTO, NormRoute.AUTO, Products.BLAS);

    private static final SparkScorer SCORER = new SparkScorer(OPTIONS, Selection.ALL, ReadOptions.DEFAULT);

    private static SparkSession spark;

    @TempDir
    static Path folder;

    @BeforeAll
    static void begin() throws Exception {
        spark = Sessions.local();
        Workload.write(folder, 3);
    }

    @AfterAll
    static void end() {
        spark.stop();
    }

    private static Manifest manifest(String location) {
        return HadoopFiles.manifest(location, spark.sparkContext().hadoopConfiguration());
    }

    private static List<Row> score(SparkScorer scorer, Manifest manifest) {
        return new ArrayList<>(scorer.score(JobTable.of(spark, manifest.jobs()), manifest.labels())
                .orderBy("job", "part").collectAsList());
    }

    private static List<BatchRow> expected(List<BatchJob> jobs) throws InterruptedException {
        List<BatchRow> rows = Collections.synchronizedList(new ArrayList<>());
        new BatchScorer(OPTIONS, Selection.ALL, ReadOptions.DEFAULT, 1, Long.MAX_VALUE).score(jobs, new BatchSink() {
            @Override
            public boolean isDone(int job, int part) {
                return false;
            }

            @Override
            public void accept(BatchRow row) {
                rows.add(row);
            }

            @Override
            public void planned(int job, int layers, int wanted) {
                // Rows are what counts.
            }
        });
        rows.sort(Comparator.comparingInt(BatchRow::job).thenComparingInt(BatchRow::part));
        return rows;
    }

    /** All values but the time, by the columns' names. */
    private static Map<String, @Nullable Object> values(Row row, List<String> labels) {
        Map<String, @Nullable Object> values = new TreeMap<>();
        for (Column<BatchRow, ?> column : BatchColumns.of(labels)) {
            int dot = column.name().indexOf('.');
            Row group = dot < 0 ? row : row.getStruct(row.fieldIndex(column.name().substring(0, dot)));
            if (group == null) {
                values.put(column.name(), null);
                continue;
            }
            int index = group.fieldIndex(column.name().substring(dot + 1));
            Object value = group.isNullAt(index) ? null : group.get(index);
            values.put(column.name(), value instanceof scala.collection.Seq<?> ? group.getList(index) : value);
        }
        values.remove("seconds");
        return values;
    }

    private static Map<String, @Nullable Object> values(BatchRow row, List<String> labels) {
        Map<String, @Nullable Object> values = new TreeMap<>();
        BatchColumns.of(labels).forEach(column -> values.put(column.name(), column.value(row)));
        values.remove("seconds");
        return values;
    }

    private static void assertRows(List<BatchRow> expected, List<Row> rows, List<String> labels) {
        assertEquals(expected.size(), rows.size());
        for (int i = 0; i < rows.size(); i++) {
            assertEquals(values(expected.get(i), labels), values(rows.get(i), labels));
        }
    }

    @Test
    void rowsAreThoseOfTheLibrary() throws Exception {
        Manifest manifest = manifest(folder.resolve(Workload.MANIFEST).toString());
        assertEquals(Manifest.read(folder.resolve(Workload.MANIFEST)).jobs(), manifest.jobs());
        List<Row> rows = score(SCORER, manifest);
        assertRows(expected(manifest.jobs()), rows, manifest.labels());
        assertEquals(Workload.BROKEN, rows.stream().filter(row -> row.getAs("status").equals("failed")).count());
    }

    @Test
    void jobsSurviveTheirTable() {
        Manifest manifest = manifest(folder.resolve(Workload.MANIFEST).toString());
        List<BatchJob> read = JobTable.of(spark, manifest.jobs()).orderBy("number").collectAsList().stream()
                .map(JobTable::job).toList();
        assertEquals(manifest.jobs(), read);
    }

    @Test
    void jobsMayComeFromAQuery() {
        Dataset<Row> jobs = spark.sql("select 1 as number, array('" + folder.resolve(Workload.weights(0))
                + "') as weights,"
                + " cast(null as int) as weights_axis, cast(null as int) as activations_axis,"
                + " 'h.2.weight' as tensor, array('" + folder.resolve(Workload.activations(0)) + "') as activations,"
                + " cast(null as string) as activation, cast(null as string) as mask, cast(null as string) as folder,"
                + " cast(null as map<string, string>) as labels");
        List<Row> rows = SCORER.score(jobs, List.of()).collectAsList();
        assertEquals(1, rows.size());
        assertEquals("ok", rows.getFirst().getAs("status"));
    }

    @Test
    void remoteFilesGiveTheSameRows() throws Exception {
        Manifest manifest = manifest("store:" + folder.resolve(Workload.MANIFEST));
        assertTrue(manifest.jobs().stream().allMatch(job -> job.weights().names().getFirst().startsWith("store:")));
        List<Row> rows = score(SCORER, manifest);
        List<BatchRow> expected = expected(Manifest.read(folder.resolve(Workload.MANIFEST)).jobs());
        assertEquals(expected.size(), rows.size());
        for (int i = 0; i < rows.size(); i++) {
            Map<String, @Nullable Object> local = values(expected.get(i), manifest.labels());
            local.replaceAll((_, value) -> value instanceof String text
                    ? text.replace(folder.toString(), "store:" + folder)
                    : value);
            assertEquals(local, values(rows.get(i), manifest.labels()));
        }
    }

    @Test
    void remoteFilesMayNeedMoreRoomThanThereIs() throws Exception {
        Manifest manifest = manifest("store:" + folder.resolve(Workload.MANIFEST));
        long checkpoint = Files.size(folder.resolve(Workload.weights(0)));
        long dump = Files.size(folder.resolve(Workload.activations(0)));
        List<Row> rows = score(SCORER.withLocalBytes(checkpoint + dump + 1000), manifest);
        assertEquals(Workload.BROKEN, rows.stream().filter(row -> row.getAs("status").equals("failed")).count());
        List<Row> refused = score(SCORER.withLocalBytes(checkpoint), manifest);
        assertTrue(refused.stream().allMatch(row -> row.getAs("status").equals("failed")));
        assertTrue(refused.stream().anyMatch(row -> row.<String>getAs("reason").contains("--local-space")));
    }

    @Test
    void aJobWithRoomIsScoredAfterOneWithoutThatNeedsTheSameFiles() throws Exception {
        String weights = "store:" + folder.resolve(Workload.weights(0));
        String dump = "store:" + folder.resolve(Workload.activations(0));
        String other = "store:" + folder.resolve(Workload.activations(1));
        // Jobs of one number go to one task.
        List<BatchJob> jobs = Stream.of(JobFiles.of(dump, other), JobFiles.of(dump))
                .map(files -> new BatchJob(1, JobFiles.of(weights), "h.2.weight", files, null, null, "", Map.of()))
                .toList();
        long room = Files.size(folder.resolve(Workload.weights(0)))
                + Files.size(folder.resolve(Workload.activations(0)))
                + 1000;
        List<Row> rows = SCORER.withLocalBytes(room).score(JobTable.of(spark, jobs), List.of()).collectAsList();
        assertEquals(List.of("failed", "ok"), rows.stream().map(row -> row.<String>getAs("status")).sorted().toList());
    }

    @Test
    void aStoreThatFailsCostsAnAttemptAndNoRow() throws Exception {
        // Not retried in local mode: the failure ends the application instead of becoming a row.
        Manifest manifest = manifest("store:" + folder.resolve(Workload.MANIFEST));
        StoreFileSystem.FAILURES.set(1);
        try {
            assertThrows(Exception.class, () -> score(SCORER.withLocalBytes(50_000_000), manifest));
        } finally {
            StoreFileSystem.FAILURES.set(0);
        }
        assertEquals(manifest.jobs().size(), score(SCORER.withLocalBytes(50_000_000), manifest).size());
    }

    @Test
    void remoteShardsMasksAndPatternsAreFound() throws Exception {
        Path sharded = Files.createDirectories(folder.resolve("sharded"));
        Files.copy(folder.resolve(Workload.weights(0)), sharded.resolve("part.safetensors"));
        Files.writeString(sharded.resolve("model.safetensors.index.json"),
                "{\"weight_map\": {\"h.2.weight\": \"part.safetensors\", \"h.3.weight\": \"part.safetensors\"}}");
        Files.copy(folder.resolve(Workload.activations(0)), sharded.resolve("rank-0.safetensors"));
        Files.copy(folder.resolve(Workload.activations(1)), sharded.resolve("rank-1.safetensors"));
        Files.writeString(sharded.resolve("jobs.jsonl"), """
                {"weights": "model.safetensors.index.json", "tensor": "h.*", "activations": "rank-?.safetensors", \
                "mask": "../%s:mask"}
                """.formatted(Workload.activations(2)));
        List<BatchRow> expected = expected(Manifest.read(sharded.resolve("jobs.jsonl")).jobs());
        List<Row> rows = score(SCORER, manifest("store:" + sharded.resolve("jobs.jsonl")));
        assertEquals(expected.size(), rows.size(), rows::toString);
        assertEquals(2, rows.stream().filter(row -> row.getAs("status").equals("ok")).count());
        for (int i = 0; i < rows.size(); i++) {
            assertEquals(values(expected.get(i), List.of()).get("lar"), values(rows.get(i), List.of()).get("lar"));
            assertTrue(rows.get(i).<String>getAs("weights").startsWith("store:"),
                    rows.get(i)::toString);
        }
    }

    @Test
    void theSchemaIsThatOfTheCommand() {
        List<String> names = new ArrayList<>();
        new RowTable(List.of("run", "step")).schema().foreach(field -> {
            names.add(field.name());
            assertTrue(field.nullable());
            return null;
        });
        assertEquals(names.stream().distinct().toList(), names);
        assertEquals(List.of("job", "part", "labels"), names.subList(0, 3));
        assertFalse(names.stream().anyMatch(name -> name.contains(".")));
    }

    @Test
    void nothingIsLeftInTheFolderOfCopiesBeyondItsBound() throws Exception {
        Manifest manifest = manifest("store:" + folder.resolve(Workload.MANIFEST));
        long bound = Files.size(folder.resolve(Workload.weights(0)))
                + Files.size(folder.resolve(Workload.activations(0)))
                + 2000;
        score(SCORER.withLocalBytes(bound), manifest);
        Path copies = Path.of(org.apache.spark.util.Utils.getLocalDir(spark.sparkContext().conf()),
                "logalign-" + bound);
        try (Stream<Path> files = Files.walk(copies)) {
            List<Path> regular = files.filter(Files::isRegularFile).toList();
            assertTrue(regular.stream().mapToLong(file -> file.toFile().length()).sum() <= bound, regular::toString);
            assertTrue(regular.stream().noneMatch(file -> file.toString().endsWith(".part")), regular::toString);
        }
    }
}
