package io.github.logalign.cli;

import static io.github.logalign.cli.Json.rows;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.cli.Command.Result;
import io.github.logalign.tensor.DataType;
import io.github.logalign.tensor.SafetensorsWriter;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** compare, and what track --baseline says of the same runs. */
class CompareIT {

    private static final int WIDTH = 16;
    private static final int TOKENS = 640;

    @TempDir
    Path folder;

    /** A run whose tokens are those of a text; its layers know them the better, the larger the gain is. */
    private void run(String name, String text, double gain) throws IOException {
        Path run = Files.createDirectories(folder.resolve(name));
        for (long step = 100; step <= 400; step += 100) {
            Random tokens = new Random(text.hashCode());
            float[] inputs = new float[TOKENS * WIDTH];
            for (int i = 0; i < inputs.length; i++) {
                boolean strong = i % WIDTH < 2;
                inputs[i] = (float) (tokens.nextGaussian() * (strong ? 1 + gain * step / 100 : 1));
            }
            Random weights = new Random(7);
            float[] weight = new float[WIDTH * WIDTH];
            for (int i = 0; i < weight.length; i++) {
                weight[i] = (float) (weights.nextGaussian() * (i % WIDTH < 2 ? 4 : 1));
            }
            new SafetensorsWriter().add("head", new long[]{TOKENS, WIDTH}, inputs)
                    .add("block", new long[]{TOKENS, WIDTH}, inputs)
                    .add("keep", DataType.I64, new long[]{TOKENS}, MemorySegment.ofArray(
                            LongStream.range(0, TOKENS).map(token -> token < TOKENS / 2 ? 1 : 0).toArray()))
                    .add("ids", DataType.I64, new long[]{TOKENS}, MemorySegment.ofArray(
                            LongStream.range(0, TOKENS).map(token -> token + text.hashCode()).toArray()))
                    .metadata("text", text)
                    .write(run.resolve("step_" + step + ".activations.safetensors"));
            new SafetensorsWriter().add("head.weight", new long[]{WIDTH, WIDTH}, weight)
                    .add("block.weight", new long[]{WIDTH, WIDTH}, weight)
                    .write(run.resolve("step_" + step + ".weights.safetensors"));
        }
    }

    @BeforeEach
    void runs() throws IOException {
        run("usual", "tales", 0.5);
        run("slow", "tales", 0.1);
        run("other", "news", 0.1);
    }

    private Result command(String... arguments) {
        return new Command().in(folder).run(arguments);
    }

    private String ok(String... arguments) {
        Result result = command(arguments);
        assertEquals(0, result.code(), () -> String.join("\n", result.err()));
        return result.out();
    }

    /** The row of the same layer and step as one of track. */
    private static Map<String, Object> sameAs(Map<String, Object> of, List<Map<String, Object>> rows, String step) {
        return rows.stream()
                .filter(row -> Objects.equals(of.get("layer"), row.get("layer"))
                        && Objects.equals(of.get("step"), row.get(step)))
                .findFirst().orElseThrow();
    }

    @SuppressWarnings("unchecked")
    private static double end(Map<String, Object> row, String interval, String end) {
        return Json.number((Map<String, Object>) Objects.requireNonNull(row.get(interval)), end);
    }

    @Test
    void aSeriesSaysWhatItsCheckpointsSay() {
        ok("track", "usual", "--out", "usual.json", "--method", "norm");
        ok("track", "slow", "--out", "slow.json", "--method", "norm");
        String ofCheckpoints = ok("compare", "usual", "slow", "--format", "json");
        List<Map<String, Object>> rows = rows(ofCheckpoints);
        assertEquals(8, rows.size());
        assertEquals(rows, rows(ok("compare", "usual.json", "slow.json", "--format", "json")));
        assertEquals(rows, rows(ok("compare", "usual.json", "slow", "--format", "json")));
        assertTrue(rows.stream().allMatch(row -> "same".equals(row.get("tokens"))), ofCheckpoints);
        List<Map<String, Object>> one = rows(
                ok("compare", "usual@200", "slow@300", "--include", "head", "--format", "json"));
        assertEquals(1, one.size());
        for (String side : List.of("usual.json", "usual")) {
            assertEquals(values(rows.stream().filter(row -> !"head".equals(row.get("layer"))).toList()), values(rows(
                    ok("compare", side, "slow", "--exclude", "head.weight", "--format", "json"))), side);
        }
        assertEquals(200L, one.getFirst().get("firstStep"));
        assertEquals(300L, one.getFirst().get("secondStep"));
    }

    /** Without the p-values, which depend on the number of rows. */
    private static List<List<Object>> values(List<Map<String, Object>> rows) {
        return rows.stream().map(row -> Stream.of("layer", "secondLar", "difference", "firstStep")
                .map(name -> Objects.requireNonNull(row.get(name))).toList()).toList();
    }

    @Test
    void aBaselineIsComparedAsCompareDoes() {
        ok("track", "usual", "--out", "usual.json");
        List<Map<String, Object>> compared = rows(
                ok("compare", "slow", "usual", "--method", "svd", "--format", "json"));
        for (String baseline : List.of("usual", "usual.json")) {
            // The second time, all rows are taken from the file.
            for (int time = 0; time < 2; time++) {
                String out = "slow-" + baseline.length() + ".json";
                List<Map<String, Object>> tracked = rows(
                        ok("track", "slow", "--baseline", baseline, "--out", out, "--format", "json"));
                assertEquals(8, tracked.size());
                for (Map<String, Object> row : tracked) {
                    Map<String, Object> same = sameAs(row, compared, "firstStep");
                    assertEquals("same", row.get("deviationTokens"));
                    assertEquals(Json.number(same, "difference"), Json.number(row, "deviation"), 1e-15);
                    assertEquals(Json.number(same, "standardError"), Json.number(row, "deviationStandardError"), 1e-15);
                    for (String end : List.of("low", "high", "level")) {
                        assertEquals(end(same, "interval", end), end(row, "deviationInterval", end), 1e-15);
                    }
                    assertEquals(same.get("pValue"), row.get("deviationPValue"));
                }
            }
        }
        String table = ok("track", "slow", "--baseline", "usual", "--report", "report.html");
        assertTrue(table.lines().findFirst().orElseThrow().matches(".* deviation +\\+- .*"), table);
    }

    @Test
    void otherTokensAreNotPaired() {
        List<Map<String, Object>> tracked = rows(ok("track", "other", "--baseline", "usual", "--format", "json"));
        List<Map<String, Object>> same = rows(ok("track", "slow", "--baseline", "usual", "--format", "json"));
        for (Map<String, Object> row : tracked) {
            assertEquals("other", row.get("deviationTokens"));
            double paired = Json.number(
                    sameAs(row, same, "step"), "deviationStandardError");
            assertTrue(paired < Json.number(row, "deviationStandardError"), row::toString);
        }
        Map<String, Object> alone = rows(ok("track", "other", "--format", "json")).getFirst();
        assertNull(alone.get("deviationInterval"));
        assertNull(alone.get("deviationTokens"));
    }

    /** What an option says of the tokens does not hold against their ids. */
    @Test
    void sameTokensAreNotBelievedAgainstTheirIds() {
        assertRefused(2, "the ids, labels or masks beside the activations differ; leave out --same-tokens",
                "compare", "usual", "other", "--same-tokens");
    }

    /** Each series has samples of its own, and those of another are not taken for them. */
    @Test
    void samplesBelongToTheirSeries() throws IOException {
        ok("track", "usual", "--out", "run.json");
        ok("track", "slow", "--out", "run.csv");
        List<Map<String, Object>> rows = rows(ok("compare", "run.json", "run.csv", "--format", "json"));
        assertEquals(
                rows(ok("compare", "usual", "slow", "--method", "svd", "--format", "json")).getFirst().get("firstLar"),
                rows.getFirst().get("firstLar"));
        Files.copy(folder.resolve("run.csv.samples.jsonl"), folder.resolve("run.json.samples.jsonl"),
                StandardCopyOption.REPLACE_EXISTING);
        assertRefused(1, "has nothing of its rows; delete the series", "compare", "run.json", "run.csv");
    }

    @Test
    void aComparisonIsWrittenAgain() {
        for (String out : List.of("compared.json", "compared.csv", "compared.txt")) {
            String format = out.endsWith("txt") ? "table" : out.substring(out.indexOf('.') + 1);
            for (int time = 0; time < 2; time++) {
                ok("compare", "usual@100", "slow@100", "--format", format, "--out", out);
            }
        }
        ok("track", "usual", "--out", "series.json");
        assertEquals(2, command("compare", "usual@100", "slow@100", "--out", "series.json").code(), "it is a series");
    }

    /** A layer that is not scored cannot raise an alarm, so it is not watched. */
    @Test
    void onlyScoredLayersAreWatched() {
        ok("track", "usual", "--out", "usual.json");
        for (String baseline : List.of("usual", "usual.json")) {
            Result result = command("track", "slow", "--baseline", baseline, "--layer", "block", "--format", "json");
            Map<String, Object> alarms = Json.object(result.out());
            assertTrue(!alarms.toString().contains("layer=head"), result.out());
        }
    }

    @Test
    void masksLeaveTokensOut() throws IOException {
        ok("track", "usual", "--mask", ":keep", "--out", "usual.json");
        Map<String, Object> masked = rows(Files.readString(folder.resolve("usual.json"))).getFirst();
        assertEquals(TOKENS / 2L, masked.get("tokens"));
        assertEquals(TOKENS / 2L, masked.get("maskedTokens"));
        assertEquals("--mask :keep", masked.get("layoutOptions"));
        List<Map<String, Object>> scored = Json.layers(ok("score", "--weights", "usual/step_100.weights.safetensors",
                "--activations", "usual/step_100.activations.safetensors", "--mask", ":keep", "--format", "json"));
        assertEquals(scored.getFirst().get("lar"), masked.get("lar"));
        Map<String, Object> compared = rows(
                ok("compare", "usual@100", "slow@100", "--mask", ":keep", "--method", "svd", "--format", "json"))
                .getFirst();
        assertEquals(Json.number(masked, "lar"), Json.number(compared, "firstLar"), 1e-12);
        Result again = command("track", "usual", "--out", "usual.json", "--format", "json");
        assertEquals(0L, rows(again.out()).getFirst().get("maskedTokens"), "without the mask it is computed anew");
        assertRefused(2, "--mask: ", "track", "usual", "--mask", "a=:*.mask");
        Result absent = command("track", "usual", "--mask", ":none");
        assertEquals(1, absent.code());
        assertTrue(absent.err().getFirst().contains("there is no tensor 'none'"), absent.err()::toString);
    }

    @Test
    void whatCannotBeComparedIsSaid() throws IOException {
        assertRefused(2, "both sides are usual", "compare", "usual", "usual");
        assertRefused(1, "it has no checkpoint of step 150; it has 100, 200, 300, 400", "compare", "usual@150", "slow");
        Path late = Files.createDirectories(folder.resolve("late"));
        for (String kind : List.of("weights", "activations")) {
            for (int step : List.of(5000, 6000)) {
                Files.copy(folder.resolve("slow/step_100." + kind + ".safetensors"),
                        late.resolve("step_" + step + "." + kind + ".safetensors"));
            }
        }
        assertRefused(1, "have no step in common", "compare", "usual", "late");
        ok("track", "usual", "--out", "usual.json");
        ok("track", "slow", "--out", "slow.csv");
        Path samples = folder.resolve("usual.json.samples.jsonl");
        String whole = Files.readString(samples);
        Files.writeString(samples, whole.substring(0, whole.length() - 40));
        assertRefused(1, "usual.json.samples.jsonl, line 9: ", "compare", "usual.json", "slow.csv");
        assertRefused(1, "usual.json.samples.jsonl, line 9: ", "track", "slow", "--baseline", "usual.json");
        Files.delete(samples);
        assertRefused(1, "usual.json.samples.jsonl beside it is missing; delete the series", "compare", "usual.json",
                "slow.csv");
        assertNull(rows(ok("track", "slow", "--baseline", "usual.json", "--format", "json")).getFirst()
                .get("deviationTokens"));
    }

    private void assertRefused(int code, String message, String... arguments) {
        Result result = command(arguments);
        assertEquals(code, result.code(), () -> String.join("\n", result.err()));
        assertEquals(1, result.err().size(), result.err()::toString);
        assertTrue(result.err().getFirst().contains(message), result.err()::toString);
        assertEquals("", result.out());
    }
}
