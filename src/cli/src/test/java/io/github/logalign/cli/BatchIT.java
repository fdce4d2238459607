package io.github.logalign.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.cli.Command.Result;
import io.github.logalign.tensor.DataType;
import io.github.logalign.tensor.SafetensorsWriter;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** score --manifest: whatever ends it, the rows are those of an undisturbed run. */
class BatchIT {

    private static final int CHECKPOINTS = 6;
    private static final int LAYERS = 20;
    private static final int TOKENS = 40;
    private static final String BROKEN = "broken.safetensors";

    @TempDir
    Path folder;

    private final Random random = new Random(8);

    private Result run(String... args) {
        return new Command().in(folder).run(args);
    }

    private Result score(String out, String... more) {
        return run(Stream.concat(
                Stream.of("score", "--manifest", "jobs.jsonl", "--out", out, "--quiet"), Stream.of(more))
                .toArray(String[]::new));
    }

    private static void assertCode(int code, Result result) {
        assertEquals(code, result.code(), result::toString);
    }

    private float[] normal(int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    private static long[] shape(long... sides) {
        return sides;
    }

    /** Checkpoints of layers of several shapes, a dump for each, and one that is damaged. */
    @BeforeEach
    void workload() throws IOException {
        List<String> lines = new ArrayList<>();
        for (int step = 0; step < CHECKPOINTS; step++) {
            SafetensorsWriter weights = new SafetensorsWriter();
            SafetensorsWriter dump = new SafetensorsWriter();
            for (int layer = 0; layer < LAYERS; layer++) {
                int n = 24 + 8 * (layer % 4);
                int m = 30 + 11 * (layer % 3);
                weights.add("h" + layer + ".weight", shape(m, n), normal(m * n));
                dump.add("h" + layer, shape(TOKENS, n), normal(TOKENS * n));
                lines.add(line(step, "h" + layer + ".weight", layer % 5 == 0));
            }
            byte[] mask = new byte[TOKENS];
            for (int token = 0; token < TOKENS; token++) {
                mask[token] = (byte) (random.nextInt(4) == 0 ? 0 : 1);
            }
            dump.add("mask", DataType.BOOL, shape(TOKENS), MemorySegment.ofArray(mask));
            weights.write(folder.resolve("w" + step + ".safetensors"));
            dump.write(folder.resolve("x" + step + ".safetensors"));
        }
        Files.writeString(folder.resolve(BROKEN), "no tensors");
        lines.add(7,
                "{\"weights\": \"" + BROKEN + "\", \"activations\": \"x0.safetensors\", \"labels\": {\"run\": \"b\"}}");
        Files.write(folder.resolve("jobs.jsonl"), lines);
    }

    private static String line(int step, String tensor, boolean masked) {
        return "{\"weights\": \"w" + step + ".safetensors\", \"tensor\": \"" + tensor + "\", \"activations\": \"x"
                + step
                + ".safetensors\"" + (masked ? ", \"mask\": \":mask\"" : "")
                + ", \"labels\": {\"run\": \"a\", \"step\": "
                + step + "}}";
    }

    private List<Map<String, Object>> rows(String file) throws IOException {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (String line : Files.readAllLines(folder.resolve(file))) {
            Map<String, Object> row = Json.object(line);
            row.remove("seconds");
            rows.add(row);
        }
        return rows;
    }

    private int journalLines() throws IOException {
        Path journal = folder.resolve("out.jsonl.journal");
        return Files.exists(journal) ? (int) Files.readString(journal).chars().filter(c -> c == '\n').count() : 0;
    }

    @Test
    void rowsAreThoseOfSingleScores() throws IOException {
        Result result = score("out.jsonl");
        assertCode(1, result);
        assertEquals(1, result.err().size(), result.err()::toString);
        assertTrue(result.err().getFirst().contains(BROKEN), result.err()::toString);
        List<Map<String, Object>> rows = rows("out.jsonl");
        assertEquals(CHECKPOINTS * LAYERS + 1, rows.size());
        for (int step : new int[]{0, CHECKPOINTS - 1}) {
            for (String mask : new String[]{null, ":mask"}) {
                compareWithSingle(rows, step, mask);
            }
        }
        Map<String, Object> broken = rows.get(7);
        assertEquals("failed", broken.get("status"));
        assertEquals(Map.of("run", "b"), broken.get("labels"));
    }

    private void compareWithSingle(List<Map<String, Object>> rows, int step, @Nullable String mask) {
        List<String> args = new ArrayList<>(List.of("score", "--weights", file("w", step), "--activations",
                file("x", step), "--format", "json", "--quiet"));
        args.addAll(mask == null ? List.of() : List.of("--mask", mask));
        List<Map<String, Object>> single = Json.layers(run(args.toArray(String[]::new)).out());
        int compared = 0;
        for (Map<String, Object> expected : single) {
            expected.remove("seconds");
            for (Map<String, Object> row : rows) {
                boolean masked = !Long.valueOf(0).equals(row.get("maskedTokens"));
                if (Objects.equals(expected.get("layer"), row.get("layer"))
                        && Objects.equals(expected.get("weights"), row.get("weights"))
                        && masked == (mask != null)) {
                    Map<String, Object> copy = new LinkedHashMap<>(row);
                    List.of("job", "part", "labels").forEach(copy::remove);
                    assertEquals(expected, copy);
                    compared++;
                }
            }
        }
        assertEquals(mask == null ? LAYERS - LAYERS / 5 : LAYERS / 5, compared);
    }

    private String file(String kind, int step) {
        return folder.resolve(kind + step + ".safetensors").toString();
    }

    /** Twenty times in one batch, each as soon as some more rows are in the journal. */
    @Test
    @Timeout(300)
    void nothingIsLostHoweverOftenItIsKilled() throws Exception {
        score("whole.jsonl");
        for (int kill = 0; kill < 20; kill++) {
            int wanted = journalLines() + random.nextInt(5);
            List<String> args = new ArrayList<>(
                    List.of("score", "--manifest", "jobs.jsonl", "--out", "out.jsonl", "--threads", "2"));
            if (kill > 0) {
                args.add("--resume");
            }
            Process process = new Command().in(folder).start(
                    folder.resolve("stdout"), folder.resolve("stderr"), args.toArray(String[]::new));
            while (process.isAlive() && journalLines() <= wanted) {
                Thread.onSpinWait();
            }
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly().waitFor();
            assertFalse(Files.exists(folder.resolve("out.jsonl")) && kill < 5);
        }
        assertCode(1, score("out.jsonl", "--resume"));
        assertEquals(rows("whole.jsonl"), rows("out.jsonl"));
        assertEquals(Files.readAllLines(folder.resolve("out.jsonl.journal")).stream()
                .filter(line -> line.startsWith("{\"job\"")).count(), rows("out.jsonl").size());
    }

    @Test
    @Timeout(60)
    void aSignalEndsItInOrder() throws Exception {
        score("whole.jsonl");
        Path err = folder.resolve("stderr");
        Process process = new Command().in(folder).start(folder.resolve("stdout"), err,
                "score", "--manifest", "jobs.jsonl", "--out", "out.jsonl", "--threads", "1");
        while (process.isAlive() && journalLines() < 5) {
            Thread.onSpinWait();
        }
        process.destroy();
        int code = process.waitFor();
        if (code == 143) {
            assertTrue(Files.readString(err).contains("continue with --resume"), Files.readString(err));
        }
        assertCode(1, score("out.jsonl", "--resume"));
        assertEquals(rows("whole.jsonl"), rows("out.jsonl"));
    }

    @Test
    void aFullDiskLosesNothing() throws Exception {
        score("whole.jsonl");
        Path limited = folder.resolve("limited");
        Files.writeString(limited, "#!/bin/bash\nulimit -f 48 && exec " + Command.path() + " \"$@\"\n");
        assertTrue(limited.toFile().setExecutable(true));
        Result full = new Command().by(limited).in(folder).with("LOGALIGN_OPTS", "-XX:-UsePerfData")
                .run("score", "--manifest", "jobs.jsonl", "--out", "out.jsonl", "--quiet");
        assertCode(1, full);
        assertTrue(full.err().getLast().contains("continue with --resume"), full.err()::toString);
        assertFalse(Files.exists(folder.resolve("out.jsonl")));
        assertCode(1, score("out.jsonl", "--resume"));
        assertEquals(rows("whole.jsonl"), rows("out.jsonl"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "--method gram | --method was svd, not gram",
        "--precision single | --precision was double, not single",
        "--exclude h1 | --exclude was not given, not h1",
        "--shard 1/2 | --shard was 1/1, not 1/2",
    })
    void otherOptionsAreRefused(String options, String message) {
        score("out.jsonl");
        List<String> args = new ArrayList<>(List.of(options.split(" ", -1)));
        args.add("--resume");
        Result refused = score("out.jsonl", args.toArray(String[]::new));
        assertCode(1, refused);
        assertEquals(1, refused.err().size(), refused.err()::toString);
        assertTrue(refused.err().getFirst().contains(message), refused.err()::toString);
    }

    @Test
    void anEditedManifestIsRefused() throws IOException {
        score("out.jsonl");
        Path manifest = folder.resolve("jobs.jsonl");
        List<String> lines = new ArrayList<>(Files.readAllLines(manifest));
        lines.removeLast();
        Files.write(manifest, lines);
        Result refused = score("out.jsonl", "--resume");
        assertCode(1, refused);
        assertTrue(refused.err().getFirst().contains("the manifest was edited"), refused.err()::toString);
    }

    @Test
    void aChangedInputIsRefusedOnceARowIsOfIt() throws IOException {
        score("out.jsonl");
        Files.copy(folder.resolve("w1.safetensors"), folder.resolve("w0.safetensors"),
                StandardCopyOption.REPLACE_EXISTING);
        Result refused = score("out.jsonl", "--resume");
        assertCode(1, refused);
        assertTrue(refused.err().getFirst().contains("w0.safetensors: has changed or is gone since job 1"),
                refused.err()::toString);
    }

    @Test
    void aConfigThatAppearsIsAChangeToo() throws IOException {
        score("out.jsonl");
        Files.writeString(folder.resolve("config.json"), "{\"model_type\": \"gpt2\"}");
        Result refused = score("out.jsonl", "--resume");
        assertCode(1, refused);
        assertTrue(refused.err().getFirst().contains("config.json: has changed or is gone since job"),
                refused.err()::toString);
    }

    @Test
    void failedJobsAreTriedAgainOnRequest() throws IOException {
        score("out.jsonl");
        Files.copy(folder.resolve("w0.safetensors"), folder.resolve(BROKEN), StandardCopyOption.REPLACE_EXISTING);
        assertCode(1, score("out.jsonl", "--resume"));
        assertEquals("failed", rows("out.jsonl").get(7).get("status"));
        assertCode(0, score("out.jsonl", "--resume", "--retry-failed"));
        List<Map<String, Object>> rows = rows("out.jsonl");
        assertEquals(CHECKPOINTS * LAYERS + LAYERS, rows.size());
        assertTrue(rows.stream().allMatch(row -> Objects.equals(row.get("status"), "ok")));
        assertCode(0, score("out.jsonl", "--resume"));
    }

    @Test
    void shardsJoinToTheWhole() throws IOException {
        score("whole.jsonl");
        score("whole.csv");
        List<String> journals = new ArrayList<>();
        for (int shard = 1; shard <= 3; shard++) {
            score("part" + shard + ".jsonl", "--shard", shard + "/3");
            journals.add("part" + shard + ".jsonl.journal");
        }
        for (String out : List.of("joined.jsonl", "joined.csv")) {
            List<String> args = new ArrayList<>(List.of("export", "--out", out));
            args.addAll(journals);
            assertCode(0, run(args.toArray(String[]::new)));
        }
        assertEquals(rows("whole.jsonl"), rows("joined.jsonl"));
        assertEquals(withoutSeconds("whole.csv"), withoutSeconds("joined.csv"));
        Result part = run("export", "--out", "some.jsonl", journals.getFirst());
        assertCode(0, part);
        assertTrue(part.err().getFirst().contains("jobs have no row yet"), part.err()::toString);
        Result twice = run("export", "--out", "twice.jsonl", journals.getFirst(), journals.getFirst());
        assertCode(1, twice);
        assertTrue(twice.err().getFirst().contains("join each shard once"), twice.err()::toString);
    }

    private List<String> withoutSeconds(String file) throws IOException {
        return Files.readAllLines(folder.resolve(file)).stream()
                .map(line -> line.substring(0, line.lastIndexOf(','))).toList();
    }

    @Test
    void parquetHoldsTheSameRows() throws IOException, SQLException {
        score("out.parquet");
        assertCode(0, run("export", "out.parquet.journal", "--out", "out.jsonl", "--quiet"));
        List<Map<String, Object>> rows = rows("out.jsonl");
        try (Connection connection = DriverManager.getConnection("jdbc:duckdb:");
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery("select job, part, labels.run, labels.step, layer, lar,"
                        + " maskedTokens, weightSpread.entropy, status, reason from '" + folder.resolve("out.parquet")
                        + "'")) {
            for (Map<String, Object> row : rows) {
                assertTrue(result.next());
                Map<?, ?> labels = (Map<?, ?>) Objects.requireNonNull(row.get("labels"));
                Object spread = row.get("weightSpread");
                List<Object> expected = Arrays.asList(row.get("job"), row.get("part"), labels.get("run"),
                        labels.get("step"), row.get("layer"), row.get("lar"), row.get("maskedTokens"),
                        spread == null ? null : ((Map<?, ?>) spread).get("entropy"), row.get("status"),
                        row.get("reason"));
                for (int column = 0; column < expected.size(); column++) {
                    assertEquals(expected.get(column), result.getObject(column + 1));
                }
            }
            assertFalse(result.next());
        }
        assertCode(1, score("out.parquet", "--force"));
    }

    /** A manifest of runs gives the rows that track would. */
    @Test
    void aManifestIsWrittenFromRuns() throws IOException {
        for (int step = 0; step < 2; step++) {
            Path checkpoint = Files.createDirectories(folder.resolve("runs/a/checkpoint-" + (step + 1) * 100));
            Files.copy(folder.resolve("w" + step + ".safetensors"), checkpoint.resolve("model.safetensors"));
            Files.copy(folder.resolve("x" + step + ".safetensors"), checkpoint.resolve("activations.safetensors"));
        }
        Files.createDirectory(folder.resolve("lists"));
        assertCode(0, run("manifest", "runs/a", "--mask", ":mask", "--out", "lists/runs.jsonl"));
        assertEquals("{\"weights\":\"../runs/a/checkpoint-100/model.safetensors\",\"activations\":"
                + "\"../runs/a/checkpoint-100/activations.safetensors\",\"mask\":\":mask\","
                + "\"labels\":{\"run\":\"a\",\"step\":100}}",
                Files.readAllLines(folder.resolve("lists/runs.jsonl")).getFirst());
        Result toScreen = run("manifest", "runs/a");
        assertEquals(2, toScreen.out().lines().count());
        assertTrue(toScreen.out().startsWith("{\"weights\":\"runs/a/checkpoint-100/"), toScreen.out());
        assertCode(0, run("score", "--manifest", "lists/runs.jsonl", "--out", "runs.jsonl", "--quiet"));
        List<Map<String, Object>> rows = rows("runs.jsonl");
        assertEquals(2 * LAYERS, rows.size());
        assertEquals(Map.of("run", "a", "step", "200"), rows.getLast().get("labels"));
        assertCode(1, run("manifest", "lists"));
        assertCode(2, run("manifest", "runs/a", "--out", "x0.safetensors"));
    }

    @Test
    void layersOfTooMuchMemoryAreRowsWithThatReason() throws IOException {
        assertCode(1, score("out.jsonl", "--max-memory", "210M"));
        for (Map<String, Object> row : rows("out.jsonl")) {
            String reason = String.valueOf(row.get("reason"));
            assertTrue(Long.valueOf(8).equals(row.get("job")) || reason.contains("and 10 MB are allowed"), reason);
        }
        score("whole.jsonl");
        assertCode(1, score("out.jsonl", "--resume", "--retry-failed", "--max-memory", "240M", "--threads", "2"));
        assertEquals(rows("whole.jsonl"), rows("out.jsonl"));
    }

    /** Whatever leads to an input: it stays as it is, also with --force. */
    @Test
    void noInputIsOverwritten() throws IOException {
        Files.copy(folder.resolve("x1.safetensors"), folder.resolve("mask.safetensors"));
        Files.writeString(folder.resolve("jobs.jsonl"), "{\"weights\": \"w0.safetensors\", \"tensor\": \"h0.weight\","
                + " \"activations\": \"x0.safetensors\", \"mask\": \"*=mask.safetensors:mask\"}\n");
        for (String input : List.of("w0.safetensors", "x0.safetensors", "mask.safetensors")) {
            Path link = Files.createSymbolicLink(folder.resolve("link-" + input + ".csv"), Path.of(input));
            byte[] before = Files.readAllBytes(folder.resolve(input));
            assertCode(2, score(link.toString(), "--force"));
            assertArrayEquals(before, Files.readAllBytes(folder.resolve(input)));
        }
        assertCode(0, score("out.csv"));
        assertCode(2, run("export", "out.csv.journal", "--out", "link-mask.safetensors.csv", "--force"));
        Path checkpoint = Files.createDirectories(folder.resolve("run/checkpoint-1"));
        Files.copy(folder.resolve("w0.safetensors"), checkpoint.resolve("model.safetensors"));
        Files.copy(folder.resolve("x0.safetensors"), checkpoint.resolve("activations.safetensors"));
        Files.createSymbolicLink(folder.resolve("link.jsonl"), checkpoint.resolve("model.safetensors"));
        assertCode(2, run("manifest", "run", "--out", "link.jsonl", "--force"));
    }

    @Test
    void labelsMayHaveAnyName() throws IOException {
        Files.writeString(folder.resolve("jobs.jsonl"), "{\"weights\": \"w0.safetensors\", \"tensor\": \"h0.weight\","
                + " \"activations\": \"x0.safetensors\", \"labels\": {\"a,b\": \"c\", \"d\\\"e\": 1}}\n");
        assertCode(0, score("out.csv"));
        List<String> lines = Files.readAllLines(folder.resolve("out.csv"));
        assertTrue(lines.getFirst().startsWith("job,part,\"labels.a,b\",\"labels.d\"\"e\",layer,"), lines.getFirst());
        assertTrue(lines.get(1).startsWith("1,0,c,1,h0,"), lines.get(1));
        assertCode(0, score("out.parquet"));
    }

    /** Options that say how files are read hold for each file of the manifest. */
    @Test
    void untypedElementsAreReadAsStated() throws IOException {
        new SafetensorsWriter().add("x.weight", shape(4, 2), normal(8)).write(folder.resolve("w9.safetensors"));
        String header = "{'descr': '|V2', 'fortran_order': False, 'shape': (3, 2), }";
        byte[] npy = new byte[128 + 12];
        byte[] magic = "\u0093NUMPY\1\0v\0".getBytes(StandardCharsets.ISO_8859_1);
        System.arraycopy(magic, 0, npy, 0, magic.length);
        byte[] text = (header + " ".repeat(117 - header.length()) + "\n").getBytes(StandardCharsets.ISO_8859_1);
        System.arraycopy(text, 0, npy, magic.length, text.length);
        for (int at = 128; at < npy.length; at += 2) {
            npy[at + 1] = 0x3f;
        }
        Files.write(folder.resolve("x.npy"), npy);
        Files.writeString(folder.resolve("jobs.jsonl"),
                "{\"weights\": \"w9.safetensors\", \"activations\": \"x.npy\"}\n");
        assertCode(1, score("untyped.jsonl"));
        assertCode(0, score("out.jsonl", "--void16", "bf16"));
        assertEquals(3L, rows("out.jsonl").getFirst().get("tokens"));
        Result refused = score("out.jsonl", "--resume");
        assertCode(1, refused);
        assertTrue(refused.err().getFirst().contains("--void16 was bf16"), refused.err()::toString);
    }

    /** A journal is the batch's own; what is no journal stays as it is. */
    @Test
    void nothingIsOverwrittenUnasked() throws IOException {
        score("out.jsonl");
        assertCode(2, score("out.jsonl"));
        assertCode(1, score("out.jsonl", "--force"));
        Path notes = folder.resolve("notes.jsonl.journal");
        Files.writeString(notes, "my notes\n");
        assertCode(2, score("notes.jsonl"));
        assertCode(1, score("notes.jsonl", "--resume"));
        assertCode(1, run("export", notes.toString(), "--out", "other.jsonl"));
        assertEquals("my notes\n", Files.readString(notes));
        assertCode(2, run("export", "out.jsonl.journal", "--out", "jobs.jsonl"));
        assertCode(1, score("missing.jsonl", "--resume"));
    }
}
