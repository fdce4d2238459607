package io.github.logalign.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.testing.Workload;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The application, submitted to clusters of processes: 2,000 jobs give the rows of the command, each once. */
class SparkIT {

    private static final int CHECKPOINTS = 40;

    private static int jobs;

    @TempDir
    static Path folder;

    private static Path expected() {
        return folder.resolve("expected.parquet");
    }

    @BeforeAll
    static void scoreByTheCommand() throws Exception {
        jobs = Workload.write(folder, CHECKPOINTS);
        assertEquals(CHECKPOINTS * Workload.LAYERS, jobs);
        Process command = new ProcessBuilder(
                Objects.requireNonNull(System.getProperty("logalign.command")), "score", "--manifest",
                Workload.MANIFEST,
                "--out", expected().toString(), "--products", "blas", "--threads", "1", "--with-spectra", "--quiet")
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("command.txt").toFile())
                .start();
        // 1: some jobs cannot be scored.
        assertEquals(1, command.waitFor(), () -> text(folder.resolve("command.txt")));
        SparkProcesses.makeHome(folder);
    }

    @AfterAll
    static void end() {
        Sessions.local().stop();
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static SparkProcesses submit(String master, Path out, String... configuration) throws IOException {
        return SparkProcesses.submit(folder, master, List.of(configuration), List.of(
                "--manifest", folder.resolve(Workload.MANIFEST).toString(), "--out", out.toString(), "--products",
                "blas"));
    }

    /** Compares all values but the time. */
    private static void assertRows(Path out) {
        SparkSession spark = Sessions.local();
        Dataset<Row> wanted = spark.read().parquet(expected().toString()).drop("seconds", "p", "q", "sigma");
        Dataset<Row> rows = spark.read().parquet(out.toString()).drop("seconds");
        assertEquals(wanted.schema().catalogString(), rows.schema().catalogString());
        assertEquals(jobs, rows.count());
        assertEquals(jobs, wanted.count());
        assertEquals(List.of(), rows.exceptAll(wanted).takeAsList(3));
        assertEquals(List.of(), wanted.exceptAll(rows).takeAsList(3));
        assertEquals(Workload.BROKEN, rows.filter("status = 'failed' and reason is not null and lar is null").count());
        assertEquals(jobs - Workload.BROKEN,
                rows.filter("status = 'ok' and lar > 0 and effectiveDimension >= 1").count());
        // The rows are in the order of the manifest.
        List<Long> order = rows.select("job").collectAsList().stream().map(row -> row.getLong(0)).toList();
        assertEquals(order.stream().sorted().toList(), order);
    }

    @Test
    void sparkReadsWhatTheCommandWrites() {
        Dataset<Row> rows = Sessions.local().read().parquet(expected().toString());
        assertEquals(jobs, rows.count());
        assertEquals(jobs - Workload.BROKEN, rows.filter("""
                abs(aggregate(zip_with(p, q, (a, b) -> a * b), 0D, (sum, product) -> sum + product) - overlap) < 1e-14
                and size(sigma) = size(p)""").count());
        assertEquals(Workload.BROKEN, rows.filter("p is null and q is null and sigma is null").count());
    }

    @ParameterizedTest
    @ValueSource(strings = {"local[2]", "local-cluster[2,1,1024]"})
    void rowsAreThoseOfTheCommand(String master) throws Exception {
        Path out = folder.resolve("rows-" + master.length());
        SparkProcesses driver = submit(master, out);
        assertEquals(0, driver.waitFor(), driver::err);
        assertTrue(driver.err().contains("5 failed"), driver::err);
        assertRows(out);
    }

    @Test
    void rowsOfAStandaloneClusterAreThoseOfTheCommand() throws Exception {
        Path out = folder.resolve("rows-standalone");
        try (SparkProcesses.Cluster cluster = SparkProcesses.cluster(folder)) {
            SparkProcesses driver = submit(cluster.url(), out);
            assertEquals(0, driver.waitFor(), driver::err);
            assertRows(out);
        }
    }

    @Test
    void anExecutorThatIsKilledCostsNoRow() throws Exception {
        Path out = folder.resolve("rows-killed");
        try (SparkProcesses.Cluster cluster = SparkProcesses.cluster(folder)) {
            SparkProcesses driver = submit(cluster.url(), out);
            cluster.killAnExecutorThatHasFinishedATask(driver);
            assertEquals(0, driver.waitFor(), driver::err);
            assertTrue(driver.err().contains("Lost executor"), driver::err);
            assertRows(out);
        }
    }

    @Test
    void badUseGivesOneLine() throws Exception {
        Path out = folder.resolve("rows-bad");
        SparkProcesses missing = SparkProcesses.submit(folder, "local[2]", List.of(),
                List.of("--manifest", folder.resolve("none.jsonl").toString(), "--out", out.toString()));
        assertEquals(1, missing.waitFor(), missing::err);
        assertTrue(missing.err().contains("logalign: " + folder.resolve("none.jsonl") + ": there is no such file"),
                missing::err);
        SparkProcesses wrong = SparkProcesses.submit(folder, "local[2]", List.of(), List.of("--manifest", "a.jsonl"));
        assertEquals(2, wrong.waitFor(), wrong::err);
        SparkProcesses exists = SparkProcesses.submit(folder, "local[2]", List.of(), List.of(
                "--manifest", folder.resolve(Workload.MANIFEST).toString(), "--out", folder.toString()));
        assertEquals(1, exists.waitFor(), exists::err);
        assertTrue(exists.err().contains("it exists"), exists::err);
        SparkProcesses unwritable = SparkProcesses.submit(folder, "local[2]", List.of(), List.of(
                "--manifest", folder.resolve(Workload.MANIFEST).toString(), "--out", "/proc/rows"));
        assertEquals(1, unwritable.waitFor(), unwritable::err);
        assertTrue(unwritable.err().contains("logalign: /proc/rows: the folder cannot be made"), unwritable::err);
        assertFalse(unwritable.err().contains("Finished task"), unwritable::err);
        assertFalse(Files.exists(out));
        try (Stream<Path> files = Files.list(folder)) {
            assertTrue(new ArrayList<>(files.toList()).contains(folder.resolve(Workload.MANIFEST)));
        }
    }
}
