package io.github.logalign.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.cli.Command.Result;
import io.github.logalign.tensor.DataType;
import io.github.logalign.tensor.NpyWriter;
import io.github.logalign.tensor.SafetensorsWriter;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The score command: its rows, their contents, and the exit code. */
class ScoreIT {

    private static final List<String> KEYS = List.of(
            "layer", "weights", "tensor", "rows", "cols", "elementType", "activations", "activation", "tokens",
            "maskedTokens", "method", "driver", "precision", "overlap", "lar", "larErrorEstimate", "larStandardError",
            "larInterval", "groups", "groupedBy", "intervalReason", "overlapInterval", "effectiveDimensionInterval",
            "nullSpaceEnergyInterval", "effectiveDimension", "numericalRank", "nullSpaceEnergy", "weightSpread",
            "activationSpread", "stableRank", "updateLar",
            "updateOverlap", "updateRank", "updateFrom", "orientation", "orientationReason", "status", "reason",
            "warnings", "seconds");

    @TempDir
    Path folder;

    private Path weights = Path.of("");
    private Path activations = Path.of("");
    private final Random random = new Random(1);

    @BeforeEach
    void files() {
        weights = folder.resolve("w.safetensors");
        activations = folder.resolve("x.safetensors");
    }

    private float[] normal(int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    private static long[] shape(long... sizes) {
        return sizes;
    }

    private void standardFiles() {
        new SafetensorsWriter()
                .add("a.weight", shape(12, 8), normal(96))
                .add("b", shape(8, 8), normal(64))
                .add("c.weight", shape(5, 8), normal(40))
                .add("experts.weight", shape(3, 6, 8), normal(144))
                .add("norm.weight", shape(8), normal(8))
                .write(weights);
        new SafetensorsWriter()
                .add("a", shape(20, 8), normal(160))
                .add("b.input", shape(20, 8), normal(160))
                .add("experts", shape(20, 8), normal(160))
                .add("labels", DataType.I64, shape(20), MemorySegment.ofArray(new long[20]))
                .write(activations);
    }

    private Result score(String... more) {
        String[] args = Stream.concat(
                Stream.of("score", "--weights", weights.toString(), "--activations", activations.toString()),
                Stream.of(more))
                .toArray(String[]::new);
        return new Command().run(args);
    }

    private static List<String> layers(Result result) {
        return Json.layers(result.out()).stream().map(row -> String.valueOf(row.get("layer"))).toList();
    }

    @Test
    void aRowForEveryActivation() {
        standardFiles();
        Result result = score("--format", "json");
        assertEquals(0, result.code(), () -> String.join("\n", result.err()));
        assertEquals(List.of("a", "b", "experts[0]", "experts[1]", "experts[2]"), layers(result));
        for (Map<String, Object> row : Json.layers(result.out())) {
            assertEquals(KEYS, List.copyOf(row.keySet()));
            assertEquals("ok", row.get("status"));
            assertNull(row.get("reason"));
        }
        assertTrue(result.err().stream().anyMatch(line -> line.contains("1 other weight")), result.err()::toString);
        assertTrue(result.err().stream().anyMatch(line -> line.contains("not activations")), result.err()::toString);
        assertEquals(
                Set.of("logalign", "java", "os", "cpu", "simd", "blas", "threads"),
                Json.environment(result.out()).keySet());
        assertEquals(1L, Json.object(result.out()).get("schema"));
    }

    /** What one types first. */
    @Test
    void filesNeedNoOptions() throws IOException {
        standardFiles();
        List<Map<String, Object>> rows = Json.layers(score("--format", "json").out());
        Path run = Files.createDirectory(folder.resolve("checkpoint-1"));
        Files.copy(weights, run.resolve("model.safetensors"));
        Files.copy(activations, run.resolve("activations.safetensors"));
        for (List<String> files : List.of(
                List.of(weights.toString(), activations.toString()), List.of(run.toString()))) {
            List<String> command = new ArrayList<>(List.of("score"));
            command.addAll(files);
            command.addAll(List.of("--format", "json"));
            Result result = new Command().run(command.toArray(String[]::new));
            assertEquals(0, result.code(), () -> String.join("\n", result.err()));
            List<Map<String, Object>> found = Json.layers(result.out());
            assertEquals(rows.stream().map(row -> row.get("lar")).toList(),
                    found.stream().map(row -> row.get("lar")).toList());
        }
        Result empty = new Command().run("score", Files.createDirectory(folder.resolve("empty")).toString());
        assertEquals(1, empty.code());
        assertTrue(empty.err().getFirst().contains("it holds no weights"), empty.err()::toString);
        Path distributed = Files.createDirectory(folder.resolve("checkpoint-2"));
        Files.createFile(distributed.resolve("__0_0.distcp"));
        Result named = new Command().run("score", distributed.toString());
        assertEquals(1, named.code());
        assertTrue(named.err().getFirst().contains("dcp_to_torch"), named.err()::toString);
    }

    @Test
    void whatChangedBetweenTwoCheckpoints() {
        Path weights0 = folder.resolve("w0.safetensors");
        Path activations0 = folder.resolve("x0.safetensors");
        float[] a = normal(96);
        new SafetensorsWriter().add("a.weight", shape(12, 8), a).add("b", shape(8, 8), normal(64)).write(weights0);
        new SafetensorsWriter().add("a", shape(20, 8), normal(160)).add("b", shape(19, 8), normal(152))
                .write(activations0);
        a[3] += 1;
        new SafetensorsWriter().add("a.weight", shape(12, 8), a).add("b", shape(8, 8), normal(64)).write(weights);
        new SafetensorsWriter().add("a", shape(20, 8), normal(160)).add("b", shape(20, 8), normal(160))
                .write(activations);
        Result plain = score("--format", "json");
        String[] minus = {"--minus-weights", weights0.toString(), "--minus-activations", activations0.toString()};
        Result pairs = score(minus[0], minus[1], minus[2], minus[3], "--pairs", "--format", "json");
        assertEquals(0, pairs.code(), () -> String.join("\n", pairs.err()));
        Map<String, Object> row = Json.layers(pairs.out()).getFirst();
        assertEquals(Json.layers(plain.out()).getFirst().get("lar"), row.get("lar"));
        assertEquals(1L, part(row, "updateRank", "numerical"));
        assertEquals(weights0.toString(), part(row, "updateFrom", "weights"));
        assertEquals("a", part(row, "updateFrom", "activation"));
        assertTrue(pairs.err().stream().anyMatch(line -> line.contains("same tokens")), pairs.err()::toString);

        Result both = score(minus[0], minus[1], minus[2], minus[3], "--format", "json");
        assertEquals(1, both.code());
        assertEquals("ok", Json.layers(both.out()).getFirst().get("status"));
        assertEquals("failed", Json.layers(both.out()).getLast().get("status"));
        assertEquals(part(row, "updateLar", "dzdW"), Json.layers(both.out()).getFirst().get("lar"));
        Result weightsAlone = new Command().run("score", "--weights", weights.toString(), "--activations",
                activations0.toString(), minus[0], minus[1], "--format", "json");
        assertEquals(part(row, "updateLar", "z0dW"), Json.layers(weightsAlone.out()).getFirst().get("lar"));

        Result table = score(minus[0], minus[1], minus[2], minus[3], "--pairs");
        assertTrue(table.out().contains("z0,dW"), table.out());
        assertEquals(2, score("--pairs", minus[0], minus[1]).code());
        assertEquals(2, score(minus[0], minus[1], "--manifest", weights.toString()).code());
    }

    private static Object part(Map<String, Object> row, String group, String name) {
        return Objects.requireNonNull(((Map<?, ?>) Objects.requireNonNull(row.get(group))).get(name));
    }

    /** The package holds no runtime for models. */
    @Test
    void aModelNeedsWhatRunsIt() {
        standardFiles();
        Result result = new Command().run("score", "--model", weights.toString(), "--inputs", activations.toString());
        assertEquals(1, result.code());
        assertEquals("", result.out());
        assertEquals(1, result.err().size(), result.err()::toString);
        assertTrue(result.err().getFirst().contains("logalign-onnxruntime"), result.err()::toString);
    }

    @Test
    void quietSuppressesNotes() {
        standardFiles();
        assertEquals(List.of(), score("--quiet").err());
    }

    @Test
    void namesMapsAndPatternsSelect() {
        standardFiles();
        assertEquals(List.of("a"), layers(score("--tensor", "a.weight", "--format", "json")));
        assertEquals(
                List.of("c"), layers(score("--tensor", "c.weight", "--activation", "a", "--format", "json")));
        assertEquals(List.of("experts[1]"), layers(score("--tensor", "experts.weight[1]", "--activation", "experts",
                "--format", "json")));
        assertEquals(List.of("b"), layers(score("--activation", "b.input", "--format", "json")));
        assertEquals(
                List.of("c", "a", "b", "experts[0]", "experts[1]", "experts[2]"),
                layers(score("--map", "c.*=a", "--format", "json")));
        assertEquals(List.of("a"), layers(score("--include", "a*", "--format", "json")));
        assertEquals(List.of("a", "b"), layers(score("--exclude", "exp*", "--format", "json")));
        Result included = score("--include", "c*", "--format", "json");
        assertEquals(1, included.code());
        assertEquals("skipped", Json.layers(included.out()).getFirst().get("status"));
        for (String option : List.of("--include", "--exclude", "--transposed")) {
            Result nothing = score(option, "nothing*");
            assertEquals(1, nothing.code());
            assertEquals("", nothing.out());
            assertTrue(nothing.err().getFirst().contains("\"nothing*\" matches nothing"), nothing.err()::toString);
        }
        Result map = score("--map", "zzz*=a");
        assertEquals(1, map.code());
        assertTrue(map.err().getFirst().contains("matches nothing"), map.err()::toString);
    }

    @Test
    void wrongUsageGivesOneLineAndExitCodeTwo() {
        standardFiles();
        String[][] wrong = {
            {"--nonsense"}, {"--method", "fast"}, {"--precision", "half"}, {"--threads", "0"}, {"--threads", "many"},
            {"--map", "a"}, {"--map", "a=*"}, {"--format", "xml"}, {"--method", "norm", "--spectra", "s"}, {"stray"}
        };
        for (String[] args : wrong) {
            Result result = score(args);
            assertEquals(2, result.code(), () -> String.join(" ", args));
            assertEquals("", result.out());
            assertEquals(1, result.err().size(), result.err()::toString);
            assertTrue(result.err().getFirst().endsWith("see logalign score --help"), result.err()::toString);
        }
        assertEquals(2, new Command().run().code());
        assertEquals(2, new Command().run("frobnicate").code());
        assertEquals(2, new Command().run("score").code());
    }

    @Test
    void helpVersionAndCompletion() {
        Result help = new Command().run("--help");
        assertEquals(0, help.code());
        for (String command : List.of("score", "spectrum", "inspect", "doctor")) {
            assertTrue(help.out().contains(command), command);
            Result own = new Command().run(command, "--help");
            assertEquals(0, own.code());
            assertTrue(own.out().contains("Usage: logalign " + command), own.out());
        }
        assertTrue(new Command().run("--version").out().startsWith("logalign "));
        assertTrue(new Command().run("generate-completion").out().contains("complete -F"));
    }

    @Test
    void csvHasTheSameColumns() throws IOException {
        standardFiles();
        Path csv = folder.resolve("scores.csv");
        Result result = score("--format", "csv", "--out", csv.toString(), "--quiet");
        assertEquals(0, result.code());
        assertEquals("", result.out());
        List<String> lines = Files.readAllLines(csv);
        assertEquals(6, lines.size());
        String header = lines.getFirst();
        assertTrue(header.startsWith("layer,weights,tensor,rows,cols,"), header);
        assertTrue(header.contains("weightSpread.entropy,weightSpread.effectiveRank"), header);
        assertTrue(header.endsWith("status,reason,warnings,seconds"), header);
        assertEquals(header.split(",", -1).length, lines.get(1).split(",", -1).length);
    }

    @Test
    void npyFilesAreScored() {
        NpyWriter.write(folder.resolve("head.npy"), normal(96), 12, 8);
        NpyWriter.write(folder.resolve("inputs.npy"), normal(80), 10, 8);
        weights = folder.resolve("head.npy");
        activations = folder.resolve("inputs.npy");
        Result result = score("--format", "json");
        assertEquals(0, result.code(), () -> String.join("\n", result.err()));
        Map<String, Object> row = Json.layers(result.out()).getFirst();
        assertEquals("head", row.get("layer"));
        assertNull(row.get("tensor"));
        assertNull(row.get("activation"));
    }

    @Test
    void anEmptyNameIsAccepted() {
        new SafetensorsWriter().add("", shape(12, 8), normal(96)).add("z", shape(3, 8), normal(24)).write(weights);
        new SafetensorsWriter().add("", shape(9, 8), normal(72)).add("y", shape(3, 8), normal(24)).write(activations);
        Result result = score("--tensor", "", "--activation", "", "--format", "json");
        assertEquals(0, result.code(), () -> String.join("\n", result.err()));
        Map<String, Object> row = Json.layers(result.out()).getFirst();
        assertEquals("", row.get("tensor"));
        assertEquals("", row.get("activation"));
        assertEquals(12L, row.get("rows"));
    }

    @Test
    void tiedHeadsAreFoundAndReported() {
        new SafetensorsWriter()
                .add("model.embed_tokens.weight", shape(12, 8), normal(96))
                .add("model.layers.0.weight", shape(8, 8), normal(64))
                .write(weights);
        new SafetensorsWriter().add("lm_head", shape(9, 8), normal(72)).write(activations);
        for (String[] args : new String[][]{{}, {"--tensor", "lm_head.weight"}}) {
            Result result = score(Stream.concat(Stream.of(args), Stream.of("--format", "json")).toArray(String[]::new));
            assertEquals(0, result.code(), () -> String.join("\n", result.err()));
            Map<String, Object> row = Json.layers(result.out()).getFirst();
            assertEquals("model.embed_tokens.weight", row.get("tensor"));
            assertTrue(String.valueOf(row.get("warnings")).contains("tied"), row::toString);
        }
    }

    @Test
    void masksExcludeTokens() {
        float[] x = normal(80);
        for (int i = 0; i < 8; i++) {
            x[2 * 8 + i] = Float.NaN;
            x[5 * 8 + i] = Float.NaN;
        }
        byte[] bools = new byte[10];
        long[] labels = new long[10];
        int[] shortLabels = new int[10];
        for (int t = 0; t < 10; t++) {
            boolean counts = t != 2 && t != 5;
            bools[t] = (byte) (counts ? 1 : 0);
            labels[t] = counts ? (t == 0 ? 0 : t) : -100;
            shortLabels[t] = (int) labels[t];
        }
        new SafetensorsWriter().add("a.weight", shape(12, 8), normal(96)).write(weights);
        new SafetensorsWriter()
                .add("a", shape(10, 8), x)
                .add("flags", DataType.U8, shape(10), MemorySegment.ofArray(bools))
                .add("labels", DataType.I64, shape(2, 5), MemorySegment.ofArray(labels))
                .add("short", DataType.I32, shape(10), MemorySegment.ofArray(shortLabels))
                .add("few", DataType.BOOL, shape(9), MemorySegment.ofArray(new byte[9]))
                .write(activations);
        Set<Object> values = new TreeSet<>();
        for (String name : List.of("flags", "labels", "short")) {
            for (String method : List.of("svd", "norm")) {
                Result result = score("--mask", activations + ":" + name, "--method", method, "--format", "json",
                        "--quiet");
                assertEquals(0, result.code(), () -> String.join("\n", result.err()));
                Map<String, Object> row = Json.layers(result.out()).getFirst();
                assertEquals(8L, row.get("tokens"));
                assertEquals(2L, row.get("maskedTokens"));
                values.add(Math.round(Json.number(row, "lar") * 1e12));
            }
        }
        assertEquals(1, values.size());
        Result few = score("--mask", activations + ":few", "--quiet");
        assertEquals(1, few.code());
        assertTrue(few.err().getFirst().contains("9 values"), few.err()::toString);
        Result unclear = score("--mask", activations.toString(), "--quiet");
        assertEquals(1, unclear.code());
        assertTrue(unclear.err().getFirst().contains("FILE:NAME"), unclear.err()::toString);
    }

    @Test
    void transposedWeightsMustBeDeclared() {
        new SafetensorsWriter().add("a.weight", shape(8, 12), normal(96)).write(weights);
        new SafetensorsWriter().add("a", shape(10, 8), normal(80)).write(activations);
        Result refused = score("--quiet");
        assertEquals(1, refused.code());
        assertTrue(refused.err().getFirst().contains("--transposed"), refused.err()::toString);
        Result asked = score("--transposed", "a*", "--format", "json");
        assertEquals(0, asked.code(), () -> String.join("\n", asked.err()));
        assertEquals(12L, Json.layers(asked.out()).getFirst().get("rows"));
    }

    @Test
    void badLayersFailTheirRowsOnly() {
        float[] bad = normal(96);
        bad[50] = Float.NaN;
        new SafetensorsWriter()
                .add("bad.weight", shape(12, 8), bad)
                .add("good.weight", shape(12, 8), normal(96))
                .add("zero.weight", shape(12, 8), new float[96])
                .add("one.weight", shape(12, 1), normal(12))
                .add("norows.weight", shape(0, 8), new float[0])
                .write(weights);
        new SafetensorsWriter()
                .add("bad", shape(10, 8), normal(80))
                .add("good", shape(10, 8), normal(80))
                .add("zero", shape(10, 8), normal(80))
                .add("one", shape(10, 1), normal(10))
                .add("norows", shape(10, 8), normal(80))
                .add("missing", shape(10, 8), normal(80))
                .write(activations);
        Result result = score("--format", "json", "--quiet");
        assertEquals(1, result.code());
        List<String> statuses = Json.layers(result.out()).stream().map(row -> String.valueOf(row.get("status")))
                .toList();
        assertEquals(List.of("failed", "ok", "undefined", "undefined", "undefined", "skipped"), statuses);
        assertEquals(5, result.err().size(), result.err()::toString);
        assertTrue(result.err().getFirst().contains("w.safetensors"), result.err()::toString);
        assertTrue(result.err().getFirst().contains("row 6, column 2"), result.err()::toString);
        assertTrue(result.err().stream().noneMatch(line -> line.contains("Exception") || line.contains("\tat ")));
        Result table = score("--quiet");
        assertTrue(table.out().contains("undefined"), table.out());
    }

    @Test
    void aMapToMissingActivationsSkipsItsLayer() {
        new SafetensorsWriter().add("a.weight", shape(12, 8), normal(96)).write(weights);
        new SafetensorsWriter().add("a", shape(10, 8), normal(80)).add("c", shape(10, 8), normal(80))
                .write(activations);
        Result result = score("--map", "a.*=b", "--format", "json", "--quiet");
        assertEquals(1, result.code());
        List<Map<String, Object>> rows = Json.layers(result.out()).stream()
                .filter(row -> "a.weight".equals(row.get("tensor")))
                .toList();
        assertEquals(1, rows.size(), rows::toString);
        assertEquals("skipped", rows.getFirst().get("status"));
    }

    @Test
    void noOverlapGivesMinusInfinity() {
        new SafetensorsWriter().add("a.weight", shape(1, 4), new float[]{1, 0, 0, 0}).write(weights);
        new SafetensorsWriter().add("a", shape(1, 4), new float[]{0, 1, 0, 0}).write(activations);
        Result result = score("--format", "json");
        assertEquals(0, result.code());
        assertEquals("-Infinity", Json.layers(result.out()).getFirst().get("lar"));
        assertEquals("Infinity", Json.layers(result.out()).getFirst().get("effectiveDimension"));
        assertTrue(score("--format", "csv").out().contains("-Infinity"));
    }

    @Test
    void hostileNamesAreEscapedEverywhere() throws IOException {
        String name = "=cmd|'/c calc'!A1\u001b[31m\u202e\n,\"\u0000../../x";
        new SafetensorsWriter().add(name + ".weight", shape(12, 8), normal(96)).write(weights);
        new SafetensorsWriter().add(name, shape(10, 8), normal(80)).write(activations);
        Path spectra = folder.resolve("spectra");
        for (String format : List.of("table", "json", "csv")) {
            Result result = score("--format", format, "--spectra", spectra.toString());
            assertEquals(0, result.code(), () -> String.join("\n", result.err()));
            assertTrue(result.out().codePoints().noneMatch(c -> c == 0x1b || c == 0x202e || c == 0), format);
            if (format.equals("csv")) {
                assertEquals(2, result.out().lines().count());
                assertTrue(result.out().lines().skip(1).findFirst().orElseThrow().startsWith("\"'=cmd"), result.out());
            }
        }
        try (Stream<Path> files = Files.walk(folder)) {
            List<String> names = files.filter(Files::isRegularFile)
                    .map(file -> folder.relativize(file).toString())
                    .sorted()
                    .collect(Collectors.toList());
            assertEquals(6, names.size(), names::toString);
            assertTrue(names.remove("spectra/spectra.json"));
            assertTrue(names.stream().filter(file -> file.startsWith("spectra/")).allMatch(
                    file -> file.matches("spectra/[A-Za-z0-9._\\[\\]-]+-[0-9a-f]{8}\\.(p|q|sigma)\\.npy")),
                    names::toString);
        }
    }

    @Test
    void aFailedWriteLeavesNoFilesAndKeepsOldOnes() throws IOException {
        standardFiles();
        Path out = folder.resolve("missing").resolve("scores.json");
        Result result = score("--format", "json", "--out", out.toString(), "--quiet");
        assertEquals(1, result.code());
        assertEquals(1, result.err().size());
        assertFalse(Files.exists(out));
        Path existing = Files.writeString(folder.resolve("old.json"), "old");
        Result failed = score("--tensor", "no such", "--format", "json", "--out", existing.toString(), "--force");
        assertEquals(1, failed.code());
        assertEquals("old", Files.readString(existing));
        Result full = new Command().run("score", "--weights", weights.toString(), "--activations",
                activations.toString(), "--quiet", "--out", "/dev/full");
        assertEquals(1, full.code(), full::toString);
        try (Stream<Path> files = Files.list(folder)) {
            assertTrue(files.noneMatch(file -> file.toString().contains(".tmp")));
        }
    }

    @Test
    void invalidSettingsAreErrors() {
        standardFiles();
        Result width = new Command().with("LOGALIGN_SIMD", "1024").run("doctor");
        assertEquals(1, width.code());
        assertTrue(width.err().getFirst().contains("LOGALIGN_SIMD"), width.err()::toString);
        Result blas = new Command()
                .with("LOGALIGN_BLAS", "/no/such/library.so")
                .run("score", "--weights", weights.toString(), "--activations", activations.toString(), "--quiet");
        assertEquals(1, blas.code());
        assertTrue(blas.err().getFirst().contains("/no/such/library.so"), blas.err()::toString);
        Result norm = new Command()
                .with("LOGALIGN_BLAS", "/no/such/library.so")
                .run("score", "--weights", weights.toString(), "--activations", activations.toString(), "--quiet",
                        "--method", "norm");
        assertEquals(0, norm.code(), () -> String.join("\n", norm.err()));
    }

    @Test
    void spectraOfEveryMatrix() throws IOException {
        standardFiles();
        Result result = new Command().run(
                "spectrum", "--weights", weights.toString(), "--format", "json", "--spectra",
                folder.resolve("s").toString());
        assertEquals(0, result.code(), () -> String.join("\n", result.err()));
        assertEquals(List.of("a", "b", "c", "experts[0]", "experts[1]", "experts[2]"), layers(result));
        for (Map<String, Object> row : Json.layers(result.out())) {
            assertEquals(KEYS, List.copyOf(row.keySet()));
            assertNull(row.get("lar"));
            assertTrue(row.get("weightSpread") != null);
        }
        try (Stream<Path> files = Files.list(folder.resolve("s"))) {
            assertEquals(13, files.count(), "four layers with three files each, and the index");
        }
        assertEquals(2, new Command().run("spectrum", "--weights", weights.toString(), "--method", "norm").code());
    }

    @Test
    void inspectShowsFilesAndPlans() {
        standardFiles();
        Result result = new Command().run("inspect", weights.toString(), "--activations", activations.toString());
        assertEquals(0, result.code());
        assertTrue(result.out().contains("experts.weight"), result.out());
        assertTrue(result.out().contains("score would compute"), result.out());
        assertTrue(result.out().contains("unused"), result.out());
    }

    @Test
    void shardsFormOneCheckpoint() throws IOException {
        new SafetensorsWriter().add("a.weight", shape(12, 8), normal(96)).write(folder.resolve("m-1.safetensors"));
        new SafetensorsWriter().add("b.weight", shape(12, 8), normal(96)).write(folder.resolve("m-2.safetensors"));
        weights = Files.writeString(
                folder.resolve("model.safetensors.index.json"),
                "{\"weight_map\":{\"a.weight\":\"m-1.safetensors\",\"b.weight\":\"m-2.safetensors\"}}");
        new SafetensorsWriter().add("a", shape(9, 8), normal(72)).add("b", shape(9, 8), normal(72)).write(activations);
        Result result = score("--format", "json");
        assertEquals(0, result.code(), () -> String.join("\n", result.err()));
        assertTrue(String.valueOf(Json.layers(result.out()).get(1).get("weights")).endsWith("m-2.safetensors"));
    }

    @Test
    void everyCommandShowsOrientations() throws IOException {
        weights = folder.resolve("step_5.weights.safetensors");
        activations = folder.resolve("step_5.activations.safetensors");
        new SafetensorsWriter()
                .add("h.0.attn.c_attn.weight", shape(8, 24), normal(192))
                .add("h.0.attn.c_proj.weight", shape(8, 8), normal(64))
                .write(weights);
        new SafetensorsWriter().add("h.0.attn.c_proj", shape(20, 8), normal(160)).write(activations);
        Files.writeString(folder.resolve("config.json"), "{\"model_type\": \"gpt2\"}");
        Map<String, Object> row = Json.layers(score("--format", "json").out()).getFirst();
        assertEquals("input-output", row.get("orientation"));
        assertTrue(String.valueOf(row.get("orientationReason")).contains("gpt2"), row::toString);
        assertTrue(score().out().contains("8 x 8 T"), score().out());
        Result series = new Command().run("track", folder.toString(), "--format", "csv", "--quiet");
        assertEquals(0, series.code(), () -> String.join("\n", series.err()));
        assertTrue(series.out().contains("input-output"), series.out());
        Result table = new Command().run("track", folder.toString(), "--stored", "output-input", "--format", "csv");
        assertTrue(table.out().contains("output-input,--stored") || table.out().contains("'--stored"), table.out());
        Result inspect = new Command().run("inspect", weights.toString(), "--activations", activations.toString());
        assertTrue(inspect.out().contains("matrix, input x output"), inspect.out());
        assertTrue(inspect.out().contains("stored input x output: config.json says gpt2"), inspect.out());
        Result spectrum = new Command().run("spectrum", "--weights", weights.toString());
        assertTrue(spectrum.out().contains("24 x 8 T"), spectrum.out());
        Result wrong = score("--stored", "input-output");
        assertEquals(2, wrong.code());
        assertTrue(wrong.err().getFirst().contains("--transposed GLOB"), wrong.err()::toString);
    }
}
