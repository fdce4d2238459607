package io.github.logalign.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.cli.Command.Result;
import io.github.logalign.report.SeriesFile;
import io.github.logalign.score.Outcome.Status;
import io.github.logalign.score.UpdateScore;
import io.github.logalign.tensor.SafetensorsWriter;
import io.github.logalign.testing.Limits;
import io.github.logalign.testing.Needs;
import io.github.logalign.track.Series;
import io.github.logalign.track.SeriesRow;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The track command on runs on disk: order, damage, resuming, following, alarms. */
class TrackIT {

    private static final int WIDTH = 16;

    @TempDir
    Path folder;

    /** Writes a checkpoint whose inputs have a given share in the weight's strongest direction. */
    static void checkpoint(Path run, long step, double share) throws IOException {
        Files.createDirectories(run);
        Random random = new Random(step);
        float[] weight = new float[WIDTH * WIDTH];
        for (int i = 0; i < WIDTH; i++) {
            weight[i * WIDTH + i] = i == 0 ? 10 : 1;
        }
        float[] inputs = new float[400 * WIDTH];
        for (int i = 0; i < inputs.length; i++) {
            inputs[i] = (float) (random.nextGaussian() * (i % WIDTH == 0 ? Math.sqrt(share) : 1));
        }
        new SafetensorsWriter().add("head", new long[]{400, WIDTH}, inputs)
                .write(run.resolve("step_" + step + ".activations.safetensors"));
        new SafetensorsWriter().add("head.weight", new long[]{WIDTH, WIDTH}, weight)
                .add("unrecorded.weight", new long[]{WIDTH, WIDTH}, weight)
                .write(run.resolve("step_" + step + ".weights.safetensors"));
    }

    static Result ok(Result result) {
        assertEquals(0, result.code(), () -> String.join("\n", result.err()));
        return result;
    }

    private static Path hybrid() {
        return Needs.sample().resolve("hybridstories");
    }

    private Path copyOfHybrid() throws IOException {
        Path run = Files.createDirectory(folder.resolve("run"));
        try (Stream<Path> files = Files.list(hybrid())) {
            for (Path file : files.toList()) {
                Files.copy(file, run.resolve(String.valueOf(file.getFileName())));
            }
        }
        return run;
    }

    @Test
    void aRealRunGivesTheReferenceValues() throws IOException {
        Path run = hybrid();
        Path out = folder.resolve("series.json");
        ok(new Command().run("track", run.toString(), "--out", out.toString(), "--no-alarms", "--quiet"));
        Series series = SeriesFile.read(out);
        assertEquals(20, series.rows().size(), "two layers at ten steps");
        for (String layer : series.layers()) {
            long[] steps = series.layer(layer).stream().mapToLong(SeriesRow::step).toArray();
            assertEquals(10, steps.length);
            assertTrue(Arrays.equals(steps, Arrays.stream(steps).sorted().toArray()), "steps are sorted");
        }
        int compared = 0;
        for (Map<String, Object> expected : Json.layers(
                Files.readString(Objects.requireNonNull(run.getParent()).resolve("expected.json")))) {
            String weights = String.valueOf(expected.get("weights"));
            if (weights.startsWith("hybridstories/step_")) {
                long step = Long.parseLong(weights.replaceAll("\\D+", " ").strip().split(" ", -1)[0]);
                String tensor = String.valueOf(expected.get("weight_key"));
                SeriesRow row = series.rows().stream()
                        .filter(each -> each.step() == step && tensor.equals(each.score().info().weight().name()))
                        .findFirst().orElseThrow();
                assertEquals(
                        Json.number(expected, "lar_svd"), row.score().scored().orElseThrow().lar(), 1e-9, weights);
                compared++;
            }
        }
        assertEquals(20, compared);
    }

    @Test
    void updatesAreCountedFromTheFirstCheckpoint() throws IOException {
        Path run = copyOfHybrid();
        Path out = folder.resolve("series.json");
        String[] track = {"track", run.toString(), "--out", out.toString(), "--no-alarms", "--layer", "lm_head",
            "--method", "norm", "--quiet", "--updates"};
        Result result = ok(new Command().run(track));
        assertTrue(result.out().contains("dz,dW"), result.out());
        List<SeriesRow> rows = SeriesFile.read(out).rows();
        assertEquals(10, rows.size());
        assertNull(rows.getFirst().score().update());
        for (SeriesRow row : rows.subList(1, rows.size())) {
            UpdateScore update = Objects.requireNonNull(row.score().update(), () -> row.score().warnings() + "");
            assertNotNull(update.oldInputsNewWeights());
            assertNotNull(update.newInputsOldWeights());
            assertNotNull(update.newInputsNewWeights());
            assertTrue(Objects.requireNonNull(update.weights()).file().contains("step_02000"));
        }
        ok(new Command().run(track));
        assertEquals(rows, SeriesFile.read(out).rows(), "nothing is scored again, which would take another time");
        ok(new Command().run(Arrays.copyOf(track, track.length - 1)));
        assertEquals(rows, SeriesFile.read(out).rows(), "without the option, rows keep what they have");

        Files.delete(out);
        Files.write(run.resolve("step_02000.weights.safetensors"), new byte[9]);
        assertEquals(1, new Command().run(track).code());
        SeriesRow last = SeriesFile.read(out).rows().getLast();
        assertTrue(last.score().scored().isPresent());
        assertTrue(last.score().warnings().stream().anyMatch(
                warning -> warning.contains("its change has no ratios") && warning.contains("step_02000")));
    }

    @Test
    void aTruncatedCheckpointFailsItsRowOnly() throws IOException {
        Path run = copyOfHybrid();
        Path broken = run.resolve("step_08000.weights.safetensors");
        Files.write(broken, Arrays.copyOf(Files.readAllBytes(broken), 1000));
        Path out = folder.resolve("series.csv");
        Result result = new Command().run("track", run.toString(),
                "--out", out.toString(), "--quiet");
        assertEquals(1, result.code());
        assertTrue(result.err().stream().anyMatch(line -> line.contains("step_08000.weights.safetensors")));
        Series series = SeriesFile.read(out);
        for (String layer : series.layers()) {
            assertEquals(9, series.layer(layer).size(), layer);
        }
        List<SeriesRow> failed = series.rows().stream()
                .filter(row -> row.score().outcome().status() == Status.FAILED).toList();
        assertEquals(1, failed.size());
        assertEquals(8000, failed.getFirst().step());
        assertTrue(String.valueOf(failed.getFirst().score().reason()).contains("step_08000"));
    }

    @Test
    void aSecondCallScoresOnlyWhatIsNew() throws IOException {
        Path run = folder.resolve("run");
        for (long step : List.of(900L, 1000L, 2000L, 10_000L)) {
            checkpoint(run, step, 1);
        }
        Path out = folder.resolve("series.csv");
        ok(new Command().run("track", run.toString(), "--out", out.toString()));
        String first = Files.readString(out);
        ok(new Command().run("track", run.toString(), "--out", out.toString()));
        assertEquals(first, Files.readString(out), "even the times of scoring are kept");
        checkpoint(run, 20_000, 1);
        ok(new Command().run("track", run.toString(), "--out", out.toString()));
        Series series = SeriesFile.read(out);
        assertEquals(
                List.of(900L, 1000L, 2000L, 10_000L, 20_000L), series.rows().stream().map(SeriesRow::step).toList());
        assertTrue(Files.readString(out).startsWith(first.substring(0, first.length() / 2)),
                "old rows stay as they were");
    }

    @Test
    void aRewrittenCheckpointIsScoredAgainWithANote() throws IOException {
        Path run = folder.resolve("run");
        checkpoint(run, 100, 1);
        checkpoint(run, 200, 1);
        for (String name : List.of("series.csv", "series.json")) {
            Path out = folder.resolve(name);
            ok(new Command().run("track", run.toString(), "--out", out.toString()));
            SeriesRow first = SeriesFile.read(out).rows().getFirst();
            checkpoint(run, 200, name.length());
            Result result = ok(new Command().run("track", run.toString(), "--out", out.toString()));
            assertEquals(1, result.err().size(), result.err().toString());
            assertTrue(result.err().getFirst().contains("step 200 is scored again"), result.err().getFirst());
            Series series = SeriesFile.read(out);
            assertEquals(first, series.rows().getFirst(), "the other step is kept");
            Path anew = folder.resolve("new-" + name);
            ok(new Command().run("track", run.toString(), "--out", anew.toString()));
            assertEquals(
                    SeriesFile.read(anew).rows().getLast().score().scored(), series.rows().getLast().score().scored());
        }
    }

    private static long steps(Path out) {
        return SeriesFile.read(out).rows().stream().mapToLong(SeriesRow::step).distinct().count();
    }

    @Test
    void aSeriesBelongsToOneRun() throws IOException {
        Path a = folder.resolve("a");
        Path b = folder.resolve("b");
        checkpoint(a, 100, 1);
        checkpoint(a, 200, 1);
        checkpoint(b, 100, 2);
        checkpoint(b, 300, 2);
        Path out = folder.resolve("ab.json");
        ok(new Command().in(folder).run("track", "a", "--out", "ab.json", "--no-alarms"));
        String before = Files.readString(out);
        Result refused = new Command().in(folder).run("track", "b", "--out", "ab.json", "--no-alarms");
        assertEquals(2, refused.code());
        assertEquals(1, refused.err().size(), refused.err()::toString);
        assertTrue(refused.err().getFirst().contains("another run, a;"), refused.err()::toString);
        assertTrue(refused.err().getFirst().contains("--force"), refused.err()::toString);
        assertEquals(before, Files.readString(out));
        ok(new Command().in(a).run("track", ".", "--out", "../ab.json", "--no-alarms"));
        assertEquals(before, Files.readString(out), "the same folder under another name");

        Files.move(a, folder.resolve("moved"));
        checkpoint(folder.resolve("moved"), 300, 1);
        Result moved = ok(new Command().in(folder).run("track", "moved", "--out", "ab.json", "--no-alarms"));
        assertTrue(moved.err().getFirst().contains("which was moved"), moved.err()::toString);
        assertEquals(3, steps(out));

        ok(new Command().in(folder).run("track", "b", "--out", "ab.json", "--no-alarms", "--force"));
        assertEquals(2, steps(out), "started anew");
    }

    @Test
    void onlySelectedLayersAreShown() throws IOException {
        Path run = folder.resolve("run");
        Files.createDirectories(run);
        Random random = new Random(1);
        float[] inputs = new float[40 * WIDTH];
        float[] weight = new float[WIDTH * WIDTH];
        for (int i = 0; i < inputs.length; i++) {
            inputs[i] = (float) random.nextGaussian();
            weight[i % weight.length] = (float) random.nextGaussian();
        }
        long[] shape = {WIDTH, WIDTH};
        new SafetensorsWriter().add("one.weight", shape, weight).add("two.weight", shape, weight)
                .write(run.resolve("step_1.weights.safetensors"));
        new SafetensorsWriter().add("one", new long[]{40, WIDTH}, inputs).add("two", new long[]{40, WIDTH}, inputs)
                .write(run.resolve("step_1.activations.safetensors"));
        Path out = folder.resolve("series.csv");
        ok(new Command().run("track", run.toString(), "--out", out.toString()));
        Path baseline = Files.copy(out, folder.resolve("baseline.csv"));
        Map<String, List<String>> selections = Map.of("table", List.of("--layer", "one"), "csv",
                List.of("--include", "one"), "json", List.of("--exclude", "two.weight"));
        for (String format : selections.keySet()) {
            Path report = folder.resolve(format + ".html");
            List<String> command = new ArrayList<>(List.of("track", run.toString(), "--out", out.toString(), "--format",
                    format, "--report", report.toString(), "--baseline", baseline.toString()));
            command.addAll(Objects.requireNonNull(selections.get(format)));
            Result result = ok(new Command().run(command.toArray(String[]::new)));
            assertTrue(result.out().contains("one"), result.out());
            assertFalse(result.out().contains("two"), result.out());
            assertFalse(Files.readString(report).contains(">two<"), "the report");
            assertEquals(List.of("one", "two"), SeriesFile.read(out).layers(), "the file keeps its rows");
        }
    }

    @Test
    void adviceOnADamagedSeriesDependsOnItsUse() throws IOException {
        Path run = folder.resolve("run");
        checkpoint(run, 100, 1);
        Path half = folder.resolve("half.json");
        ok(new Command().run("track", run.toString(), "--out", half.toString()));
        String whole = Files.readString(half);
        Files.writeString(half, whole.substring(0, whole.length() - 40));
        Result baseline = new Command().run("track", run.toString(), "--baseline", half.toString());
        assertEquals(1, baseline.code());
        assertEquals(1, baseline.err().size(), baseline.err()::toString);
        assertFalse(baseline.err().getFirst().contains("anew"), baseline.err()::toString);
        Result out = new Command().run("track", run.toString(), "--out", half.toString());
        assertEquals(1, out.code());
        assertTrue(out.err().getFirst().endsWith("repair the file, or start anew with --force"), out.err()::toString);
        ok(new Command().run("track", run.toString(), "--out", half.toString(), "--force"));
        assertEquals(1, steps(half));
    }

    @Test
    void oneCauseGivesOneLine() throws IOException {
        Path run = folder.resolve("run");
        for (long step = 100; step <= 1000; step += 100) {
            checkpoint(run, step, 1);
        }
        Path out = folder.resolve("series.json");
        for (String option : List.of("--layer", "--exclude", "--transposed", "--map")) {
            String pattern = option.equals("--map") ? "zzz=head" : "zzz";
            Result typo = new Command().run("track", run.toString(), option, pattern, "--out", out.toString());
            assertEquals(1, typo.code());
            assertEquals(1, typo.err().size(), typo.err().toString());
            assertTrue(typo.err().getFirst().contains("zzz"), typo.err().getFirst());
            assertFalse(Files.exists(out), "no series is written");
        }
        for (long step = 100; step <= 900; step += 100) {
            Files.delete(run.resolve("step_" + step + ".activations.safetensors"));
        }
        Result missing = new Command().run("track", run.toString(), "--out", out.toString());
        assertEquals(1, missing.code());
        assertEquals(2, missing.err().size(), missing.err().toString());
        assertTrue(missing.err().getFirst().contains("step_100.weights.safetensors"), missing.err().getFirst());
        assertTrue(missing.err().getLast().contains("8 more checkpoints, steps 200 to 900"), missing.err().getLast());
        assertEquals(10, SeriesFile.read(out).rows().size(), "every checkpoint has a row");
    }

    @Test
    void leftoversVersionsAndOtherFormatsAreReported() throws IOException {
        Path run = folder.resolve("run");
        checkpoint(run, 100, 1);
        for (String part : List.of(".weights.safetensors", ".activations.safetensors")) {
            Files.copy(run.resolve("step_100" + part), run.resolve("epoch=1-step=100-v1" + part));
        }
        Path leftover = Files.createDirectories(run.resolve("tmp-checkpoint-100"));
        Files.copy(run.resolve("step_100.weights.safetensors"), leftover.resolve("model.safetensors"));
        Result result = ok(new Command().run("track", run.toString(), "--format", "csv"));
        assertEquals(2, result.out().lines().count());
        assertTrue(result.out().contains("step=100-v1"), "the later version is used");
        assertEquals(2, result.err().size(), result.err().toString());
        assertTrue(result.err().stream().anyMatch(line -> line.contains("later version")), result.err().toString());
        assertTrue(result.err().stream().anyMatch(line -> line.contains("tmp-checkpoint")), result.err().toString());
        Files.write(Files.createDirectories(run.resolve("checkpoint-200")).resolve("pytorch_model.bin"), new byte[1]);
        Result unreadable = new Command().run("track", run.toString(), "--format", "csv", "--quiet");
        assertEquals(1, unreadable.code());
        assertEquals(3, unreadable.out().lines().count(), "the unreadable checkpoint has a row");
        assertTrue(unreadable.err().getFirst().contains("pytorch_model.bin"), unreadable.err().getFirst());
    }

    @Test
    void mapsPairDifferentNames() throws IOException {
        Path run = folder.resolve("run");
        checkpoint(run, 100, 1);
        Result result = ok(new Command().run(
                "track", run.toString(), "--map", "unrecorded.weight=head", "--format", "csv"));
        assertTrue(result.out().contains("\n100,unrecorded,"), result.out());
    }

    /** Layers that share one recorded input, and the same pairs as score makes. */
    @Test
    void severalWeightsAreMappedToOneInput() throws IOException {
        Path run = Files.createDirectories(folder.resolve("run"));
        Random random = new Random(7);
        long[] square = {WIDTH, WIDTH};
        List<String> parts = List.of("q", "k", "v");
        SafetensorsWriter weights = new SafetensorsWriter();
        SafetensorsWriter inputs = new SafetensorsWriter();
        for (int layer = 0; layer < 2; layer++) {
            for (String part : parts) {
                weights.add("layers." + layer + "." + part + "_proj.weight", square, normal(random, WIDTH * WIDTH));
            }
            inputs.add("layers." + layer + ".attn_in", new long[]{40, WIDTH}, normal(random, 40 * WIDTH));
        }
        Path ofWeights = run.resolve("step_1.weights.safetensors");
        Path ofInputs = run.resolve("step_1.activations.safetensors");
        weights.write(ofWeights);
        inputs.write(ofInputs);
        List<String> options = new ArrayList<>(List.of("--exclude", "layers.1.v_proj", "--format", "csv"));
        for (String part : parts) {
            options.addAll(List.of("--map", "*." + part + "_proj.weight=*.attn_in"));
        }
        Path out = folder.resolve("series.csv");
        List<String> tracked = columns(options, "layer,lar", "track", run.toString(), "--out", out.toString());
        List<String> scored = columns(options, "layer,lar", "score", ofWeights.toString(), ofInputs.toString());
        assertEquals(5, tracked.size(), tracked::toString);
        assertEquals(scored, tracked);
        assertEquals(5, tracked.stream().map(row -> row.substring(row.indexOf(','))).distinct().count(),
                "of weights of their own");
        options.removeAll(List.of("--exclude", "layers.1.v_proj"));
        Result all = ok(command(options, "track", run.toString(), "--out", out.toString()));
        assertEquals(6, SeriesFile.read(out).rows().size(), "another selection leaves the rows as they are");
        assertEquals(List.of(), all.err());
        options.removeLast();
        options.removeLast();
        Result fewer = ok(command(options, "track", run.toString(), "--out", out.toString()));
        assertEquals(4, SeriesFile.read(out).rows().size(), "rows of another pairing");
        assertTrue(String.join("\n", fewer.err()).contains(
                "were removed: layers.0.v_proj, layers.1.v_proj"), fewer.err()::toString);
    }

    private static float[] normal(Random random, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    private static Result command(List<String> options, String... first) {
        List<String> all = new ArrayList<>(List.of(first));
        all.addAll(options);
        return new Command().run(all.toArray(String[]::new));
    }

    /** These columns of the rows of CSV, sorted. */
    private static List<String> columns(List<String> options, String names, String... first) {
        List<String> lines = ok(command(options, first)).out().lines().toList();
        List<String> header = List.of(lines.getFirst().split(",", -1));
        return lines.stream().skip(1).map(line -> line.split(",", -1)).map(cells -> Stream.of(names.split(",", -1))
                .map(name -> cells[header.indexOf(name)]).collect(Collectors.joining(","))).sorted().toList();
    }

    @Test
    void metricsAreReadFromSeveralFiles() throws IOException {
        Path run = folder.resolve("run");
        checkpoint(run, 100, 1);
        Path train = Files.writeString(folder.resolve("run-x-tag-train_loss.csv"), "Wall time,Step,Value\n1,100,2\n");
        Path trainer = Files.writeString(folder.resolve("trainer_state.json"),
                "{\"log_history\": [{\"step\": 100, \"eval_loss\": 2.5, \"note\": \"x\"}]}");
        Path report = folder.resolve("report.html");
        Result result = ok(new Command().run("track", run.toString(), "--metrics", train.toString(), "--metrics",
                trainer.toString(), "--report", report.toString()));
        assertEquals(1, result.err().size(), result.err().toString());
        assertTrue(result.err().getFirst().contains("\"note\": skipped"), result.err().getFirst());
        assertTrue(Files.readString(report).contains("generalisation gap"));
    }

    @Test
    void aDecliningRunFiresAlarmsAndItsBaselineDoesNot() throws IOException {
        Path steady = folder.resolve("steady");
        Path declining = folder.resolve("declining");
        for (long step = 0; step < 4000; step += 100) {
            checkpoint(steady, step, 8);
            checkpoint(declining, step, 8 / (1 + step / 200.0));
        }
        Path series = folder.resolve("steady.csv");
        ok(new Command().run("track", steady.toString(), "--out", series.toString()));
        Path report = folder.resolve("report.html");
        Result result = new Command().run("track", declining.toString(), "--baseline", series.toString(), "--report",
                report.toString(), "--fail-on-alarm");
        assertEquals(3, result.code(), () -> String.join("\n", result.err()));
        assertTrue(result.out().contains("ALARM below-baseline at") && result.out().contains("ALARM faster-decline at"),
                result.out());
        assertTrue(Files.readString(report).contains("below-baseline"));
        Path json = folder.resolve("declining.json");
        Result byFolder = new Command().run("track", declining.toString(), "--baseline", steady.toString(), "--out",
                json.toString());
        assertEquals(0, byFolder.code(), "alarms do not affect the exit code by default");
        String written = Files.readString(json);
        for (String field : List.of("\"eValue\"", "\"neededEValue\"", "\"smallestRate\"", "\"falseAlarms\" : 0.01",
                "\"basis\" : \"stated rate\"", "\"notWatched\"")) {
            assertTrue(written.contains(field), field + " in " + written.substring(written.indexOf("\"alarms\"")));
        }
        Result rare = ok(new Command().run("track", declining.toString(), "--baseline", series.toString(),
                "--false-alarms", "1e-9", "--alarm", "below-baseline=0.3", "--fail-on-alarm"));
        assertTrue(rare.out().contains("no alarm below-baseline, head: e-value at most"), rare.out());
        Result unknown = ok(new Command().run("track", declining.toString()));
        assertFalse(unknown.out().contains("ALARM"), "heuristics are watched only by name");
        Result heuristic = new Command().run("track", declining.toString(), "--alarm", "decline", "--fail-on-alarm");
        assertEquals(3, heuristic.code());
        assertTrue(heuristic.out().contains("ALARM decline (heuristic) at step"), heuristic.out());
        Result other = new Command().run("track", declining.toString(), "--baseline", series.toString(), "--watch",
                "tail");
        assertEquals(1, other.code());
        assertTrue(other.err().getFirst().contains("no layer of the baseline matches"), other.err()::toString);
        Result alone = new Command().run("track", declining.toString(), "--alarm", "decline", "--watch", "tail");
        assertEquals(1, alone.code());
        assertTrue(alone.err().getLast().contains("no layer of the run matches"), alone.err()::toString);
    }

    @Test
    void aShortBaselineRaisesNoAlarmAndSaysWhy() throws IOException {
        Path usual = folder.resolve("usual");
        Path declining = folder.resolve("declining");
        for (long step = 0; step < 500; step += 100) {
            checkpoint(usual, step, 8);
            checkpoint(declining, step, 0.01);
        }
        Result result = ok(
                new Command().run("track", declining.toString(), "--baseline", usual.toString(), "--format", "json"));
        assertTrue(
                result.err().stream().anyMatch(line -> line.contains("not watched for alarms: head: the baseline has 5"
                        + " rows")),
                result.err()::toString);
        assertTrue(result.out().contains("\"reason\" : \"the baseline has 5 rows"), result.out());
        Result gate = new Command().run("track", declining.toString(), "--baseline", usual.toString(),
                "--fail-on-alarm");
        assertEquals(1, gate.code());
        assertTrue(gate.err().getLast().contains("no layer can be watched"), gate.err()::toString);
    }

    @Test
    void contradictoryAlarmsAreUsageErrors() throws IOException {
        Path run = folder.resolve("run");
        checkpoint(run, 100, 1);
        for (List<String> options : List.of(
                List.of("--fail-on-alarm"), List.of("--false-alarms", "0.01"), List.of("--alarm", "faster-decline"),
                List.of("--alarm", "deviation"), List.of("--baseline", run.toString(), "--false-alarms", "0"),
                List.of("--baseline", run.toString(), "--alarm", "decline", "--false-alarms", "0.1"),
                List.of("--baseline", run.toString(), "--alarm", "faster-decline=-1"),
                List.of("--alarm", "decline=x"), List.of("--no-alarms", "--watch", "*"))) {
            List<String> line = new ArrayList<>(List.of("track", run.toString()));
            line.addAll(options);
            Result result = new Command().run(line.toArray(String[]::new));
            assertEquals(2, result.code(), options::toString);
            assertEquals(1, result.err().size(), result.err()::toString);
        }
    }

    @Test
    void followingWaitsForCompleteCheckpointsAndStopsCleanly() throws IOException, InterruptedException {
        Path run = folder.resolve("run");
        Path elsewhere = folder.resolve("elsewhere");
        checkpoint(run, 100, 1);
        checkpoint(elsewhere, 200, 1);
        checkpoint(elsewhere, 300, 1);
        Path out = folder.resolve("series.json");
        Path stdout = folder.resolve("stdout");
        Path stderr = folder.resolve("stderr");
        checkpoint(run, 50, 1);
        ok(new Command().run("track", run.toString(), "--include", "head", "--out", out.toString()));
        for (String part : List.of("activations", "weights")) {
            Files.delete(run.resolve("step_50." + part + ".safetensors"));
        }
        Process process = new Command().start(
                stdout, stderr, "track", run.toString(), "--follow", "--poll", "0.3", "--out", out.toString());
        try {
            Limits.awaitThat(() -> errors(stderr).contains("watching"));
            // Copied slowly: first the activations, then the weights in pieces with pauses.
            String name = "step_200.activations.safetensors";
            Files.copy(elsewhere.resolve(name), run.resolve(name));
            byte[] bytes = Files.readAllBytes(elsewhere.resolve("step_200.weights.safetensors"));
            try (OutputStream slow = Files.newOutputStream(run.resolve("step_200.weights.safetensors"))) {
                for (int piece = 0; piece < 4; piece++) {
                    slow.write(bytes, piece * bytes.length / 4,
                            (piece + 1) * bytes.length / 4 - piece * bytes.length / 4);
                    slow.flush();
                    // Long enough for a poll in between; the result does not depend on it.
                    Thread.sleep(400);
                }
            }
            await(out, 3);
            // Renamed to its final name.
            for (String part : List.of("activations", "weights")) {
                Path hidden = run.resolve(".step_300." + part + ".safetensors.tmp");
                Files.copy(elsewhere.resolve("step_300." + part + ".safetensors"), hidden);
                Files.move(hidden, run.resolve("step_300." + part + ".safetensors"), StandardCopyOption.ATOMIC_MOVE);
            }
            await(out, 4);
            process.destroy();
            assertEquals(143, process.waitFor(), () -> "a signal's exit code: " + errors(stderr));
        } finally {
            process.destroyForcibly();
        }
        Series series = SeriesFile.read(out);
        assertEquals(List.of(50L, 100L, 200L, 300L), series.rows().stream().map(SeriesRow::step).toList());
        assertTrue(series.rows().stream().allMatch(row -> row.score().outcome().status() == Status.OK));
        List<String> said = Command.lines(stderr).stream().map(line -> line.replaceAll("0[.]\\d{4}", "LAR")
                .replaceAll("[0-9.]+ s$", "TIME")).toList();
        assertEquals(List.of(
                "logalign: note: 1 row comes from checkpoints that are no longer there, step 50; the series keeps them, and"
                        + " alarms are computed over them too",
                "logalign: watching " + run
                        + " every 0.3 s: checkpoints there: 1; rows up to step 100 are known; Ctrl-C"
                        + " or SIGTERM ends it",
                "logalign: step 200: 1 layer, LAR of head LAR, TIME",
                "logalign: step 300: 1 layer, LAR of head LAR, TIME"), said, "no message about incomplete files");
        assertTrue(Files.readString(stdout).contains("300"), "the table is printed at the end");
    }

    /** Trainers delete old checkpoints: what was scored of them stays, and the alarms over the whole run with it. */
    @Test
    void rowsOfRemovedCheckpointsStay() throws IOException {
        Path run = folder.resolve("run");
        for (int i = 1; i <= 12; i++) {
            checkpoint(run, i * 100L, 10 * Math.pow(0.75, i));
        }
        Path whole = folder.resolve("whole.csv");
        String[] alarms = {"--alarm", "decline"};
        List<String> all = ok(command(List.of(alarms), "track", run.toString(), "--out", whole.toString())).out()
                .lines()
                .toList();
        assertTrue(all.stream().anyMatch(line -> line.startsWith("ALARM decline")), all::toString);
        Path out = folder.resolve("rotated.csv");
        List<String> late = new ArrayList<>();
        for (int i = 7; i <= 12; i++) {
            for (String part : List.of(".weights.safetensors", ".activations.safetensors")) {
                late.add("step_" + i * 100 + part);
            }
        }
        Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
        for (String file : late) {
            Files.move(run.resolve(file), elsewhere.resolve(file));
        }
        ok(command(List.of(alarms), "track", run.toString(), "--out", out.toString()));
        try (Stream<Path> files = Files.list(run)) {
            for (Path file : files.filter(file -> !file.toString().contains("step_600")).toList()) {
                Files.delete(file);
            }
        }
        for (String file : late) {
            Files.move(elsewhere.resolve(file), run.resolve(file));
        }
        Result rotated = ok(command(List.of(alarms), "track", run.toString(), "--out", out.toString()));
        assertEquals(all, rotated.out().lines().toList(), "table and alarms");
        assertEquals(
                List.of("logalign: note: 5 rows come from checkpoints that are no longer there, steps 100 to 500; the"
                        + " series keeps them, and alarms are computed over them too"),
                rotated.err());
        try (Stream<Path> files = Files.list(run)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        assertEquals(all, ok(command(List.of(alarms), "track", run.toString(), "--out", out.toString())).out().lines()
                .toList(), "nothing else is left");
    }

    private static List<String> values(Path series) {
        return SeriesFile.read(series).rows().stream()
                .map(row -> row.step() + " " + row.layer() + " " + row.score().scored().orElseThrow().lar())
                .toList();
    }

    private static String errors(Path stderr) {
        try {
            return Files.readString(stderr);
        } catch (IOException failed) {
            return String.valueOf(failed.getMessage());
        }
    }

    private static void await(Path out, int rows) throws InterruptedException {
        Limits.awaitThat(() -> Files.exists(out) && SeriesFile.read(out).rows().size() == rows);
    }

    /**
     * A writer that reserves the space first: the file has its full length from the start and passes the checks at
     * opening.
     */
    @Test
    void followingWaitsForTheBytesOfAReservedFile() throws IOException, InterruptedException {
        Path run = folder.resolve("run");
        Path elsewhere = folder.resolve("elsewhere");
        checkpoint(elsewhere, 100, 1);
        Files.createDirectories(run);
        Path activations = run.resolve("step_100.activations.safetensors");
        byte[] bytes = Files.readAllBytes(elsewhere.resolve("step_100.activations.safetensors"));
        byte[] half = Arrays.copyOf(Arrays.copyOf(bytes, bytes.length / 2), bytes.length);
        Files.write(activations, half);
        Files.copy(elsewhere.resolve("step_100.weights.safetensors"), run.resolve("step_100.weights.safetensors"));
        Path out = folder.resolve("series.json");
        Path stderr = folder.resolve("stderr");
        Process process = new Command().start(
                folder.resolve("stdout"), stderr, "track", run.toString(), "--follow", "--poll", "0.5", "--out",
                out.toString());
        try {
            await(out, 1);
            SeriesRow early = SeriesFile.read(out).rows().getFirst();
            assertTrue(early.score().warnings().getFirst().contains("ends in zeros"),
                    "it did not change for two polls");
            Files.write(activations, bytes);
            // Scored again, now without a warning.
            Limits.awaitThat(() -> SeriesFile.read(out).rows().getFirst().score().warnings().isEmpty());
            assertTrue(errors(stderr).contains("step 100 is scored again"), errors(stderr));
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void foldersAndPatternsAreFound() throws IOException {
        Path flat = folder.resolve("flat");
        checkpoint(flat, 1, 1);
        Path run = folder.resolve("run");
        for (String name : List.of("checkpoint-2000", "checkpoint-500", "checkpoint-10000")) {
            Path to = Files.createDirectories(run.resolve(name));
            Files.copy(flat.resolve("step_1.weights.safetensors"), to.resolve("model.safetensors"));
            Files.copy(flat.resolve("step_1.activations.safetensors"), to.resolve("activations.safetensors"));
        }
        Result result = ok(new Command().run("track", run.toString(), "--format", "csv"));
        assertEquals(
                List.of("500", "2000", "10000"),
                result.out().lines().skip(1).map(line -> line.substring(0, line.indexOf(','))).toList());
        for (String layer : List.of("*", "head", "head.weight")) {
            assertEquals(3, ok(new Command().run("track", run.toString(), "--layer", layer, "--format", "csv")).out()
                    .lines().skip(1).count(), "as many rows as layers with activations: " + layer);
        }
        Path empty = Files.createDirectories(folder.resolve("empty"));
        Result noBaseline = new Command().run("track", run.toString(), "--baseline", empty.toString());
        assertEquals(1, noBaseline.code());
        assertTrue(noBaseline.err().getFirst().contains(empty + ": it holds no checkpoints"), "the message names the "
                + "baseline");
        Result nowhere = new Command().run("track", run.toString(), "--report", folder.resolve("no/r.html").toString());
        assertEquals(1, nowhere.code());
        assertTrue(nowhere.err().getFirst().contains("its folder does not exist"), nowhere.err().getFirst());
        Result none = new Command().run("track", run.toString(), "--pattern", "ckpt-{step}/w.safetensors");
        assertEquals(1, none.code());
        assertEquals(1, none.err().size());
        assertEquals(2, new Command().run("track", run.toString(), "--pattern", "no-step").code());
        assertEquals(2, new Command().run("track", run.toString(), "--window", "2").code());
        assertEquals(2, new Command().run("track", run.toString(), "--alarm", "nonsense").code());
        assertEquals(1, new Command().run("track", folder.resolve("nowhere").toString()).code());
    }

    @Test
    void theDemonstrationRunsToTheEnd() throws IOException {
        Path out = folder.resolve("demo");
        Result result = ok(new Command().run("demo", "--steps", "100", "--out", out.toString()));
        assertTrue(result.out().contains("memorised    step"), result.out());
        assertTrue(result.out().contains("The network did not generalise."), "100 steps are too few to generalise");
        assertTrue(Files.size(out.resolve("report.html")) > 10_000);
        assertEquals(5, SeriesFile.read(out.resolve("series.json")).rows().size());
        assertFalse(result.out().contains("NaN"));
        Path tracked = folder.resolve("tracked.json");
        ok(new Command().run("track", out.resolve("run").toString(), "--out", tracked.toString()));
        assertEquals(values(tracked), values(out.resolve("series.json")), "the same as track");
        Result again = new Command().run("demo", "--steps", "100", "--out", out.toString());
        assertEquals(1, again.code(), "nothing is overwritten");
        assertTrue(again.err().getFirst().contains("not empty"), again.err().getFirst());
    }
}
