package io.github.logalign.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.cli.Command.Result;
import io.github.logalign.report.SeriesFile;
import io.github.logalign.tensor.SafetensorsWriter;
import io.github.logalign.testing.Limits;
import io.github.logalign.track.SeriesRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code track --sums}: the series of sums that training wrote, beside that of the activations that they are of. */
class SumsIT {

    private static final int WIDTH = 16;
    private static final int SEQUENCES = 10;
    private static final int LENGTH = 40;

    @TempDir
    Path folder;

    /** Writes a checkpoint, and returns the lines that its training would have written. */
    private static String checkpoint(Path run, long step, double share) throws IOException {
        Files.createDirectories(run);
        Random random = new Random(1);
        SafetensorsWriter weights = new SafetensorsWriter();
        SafetensorsWriter inputs = new SafetensorsWriter();
        StringBuilder lines = new StringBuilder();
        for (String layer : List.of("block", "lm_head")) {
            float[] w = new float[WIDTH * WIDTH];
            for (int i = 0; i < w.length; i++) {
                w[i] = (float) (random.nextGaussian() + (i % (WIDTH + 1) == 0 ? 5 : 0)) * (i < WIDTH ? 10 : 1);
            }
            float[] x = new float[SEQUENCES * LENGTH * WIDTH];
            for (int i = 0; i < x.length; i++) {
                x[i] = (float) (random.nextGaussian() * (i % WIDTH == 0 ? Math.sqrt(share) : 1));
            }
            weights.add(layer + ".weight", new long[]{WIDTH, WIDTH}, w);
            inputs.add(layer, new long[]{SEQUENCES, LENGTH, WIDTH}, x);
            lines.append(line(step, layer, w, x));
        }
        weights.write(run.resolve("step_" + step + ".weights.safetensors"));
        inputs.write(run.resolve("step_" + step + ".activations.safetensors"));
        return lines.toString();
    }

    private static String line(long step, String layer, float[] w, float[] x) {
        double[] ofInputs = new double[SEQUENCES];
        double[] ofOutputs = new double[SEQUENCES];
        for (int token = 0; token < SEQUENCES * LENGTH; token++) {
            for (int row = 0; row < WIDTH; row++) {
                double z = 0;
                for (int i = 0; i < WIDTH; i++) {
                    z += (double) w[row * WIDTH + i] * x[token * WIDTH + i];
                }
                ofOutputs[token / LENGTH] += z * z;
                ofInputs[token / LENGTH] += Math.pow(x[token * WIDTH + row], 2);
            }
        }
        double norm = 0;
        for (float value : w) {
            norm += (double) value * value;
        }
        return "{\"step\": " + step + ", \"layer\": \"" + layer + "\", \"rows\": " + WIDTH + ", \"cols\": " + WIDTH
                + ", \"weights\": " + norm + ", \"tokens\": " + SEQUENCES * LENGTH
                + ", \"inputs\": " + Arrays.stream(ofInputs).sum() + ", \"outputs\": " + Arrays.stream(ofOutputs).sum()
                + ", \"groups\": {\"tokens\": " + Arrays.toString(new int[SEQUENCES]).replace("0", "" + LENGTH)
                + ", \"inputs\": " + Arrays.toString(ofInputs) + ", \"outputs\": " + Arrays.toString(ofOutputs)
                + "}}\n";
    }

    private static Result ok(String... command) {
        return TrackIT.ok(new Command().run(command));
    }

    private static List<Map<String, Object>> rows(String... command) {
        List<String> words = new ArrayList<>(List.of(command));
        words.addAll(List.of("--format", "json"));
        return Json.rows(ok(words.toArray(String[]::new)).out());
    }

    @Test
    void sumsGiveWhatActivationsGive() throws IOException {
        Path run = folder.resolve("run");
        Path sums = folder.resolve("sums.jsonl");
        Path other = folder.resolve("other.jsonl");
        for (long step = 100; step <= 1200; step += 100) {
            String lines = checkpoint(run, step, 10 * Math.pow(0.75, step / 100.0));
            Files.writeString(sums, lines, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            Files.writeString(other, lines.replace("\"block\"", "\"another\""), StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        }
        Path out = folder.resolve("series.json");
        Path report = folder.resolve("report.html");
        List<Map<String, Object>> expected = rows("track", run.toString(), "--method", "norm", "--alarm",
                "decline=0.05");
        List<Map<String, Object>> found = rows("track", "--sums", sums.toString(), "--alarm", "decline=0.05", "--out",
                out.toString(), "--report", report.toString(), "--tensorboard", folder.resolve("events").toString());
        assertEquals(24, found.size());
        for (int i = 0; i < found.size(); i++) {
            for (String name : List.of("step", "layer", "rows", "cols", "tokens", "groups", "status", "method")) {
                assertEquals(expected.get(i).get(name), found.get(i).get(name), name);
            }
            for (String name : List.of("lar", "overlap", "effectiveDimension", "larStandardError")) {
                double value = Json.number(expected.get(i), name);
                // The error is a small difference of sums.
                double rounding = name.equals("larStandardError") ? 1e-9 : 1e-12;
                assertEquals(value, Json.number(found.get(i), name), rounding * value, name);
            }
        }
        assertTrue(Files.readString(report).contains("lm_head"), "the report");
        String table = ok("track", "--sums", sums.toString(), "--alarm", "decline=0.05").out();
        assertTrue(table.contains("ALARM decline"), table);
        assertEquals(24, SeriesFile.read(out).rows().size());
        String again = Files.readString(out);
        ok("track", "--sums", sums.toString(), "--alarm", "decline=0.05", "--out", out.toString());
        assertEquals(SeriesFile.read(out).rows(), read(again), "a second call changes nothing");
        for (String baseline : List.of(other.toString(), run.toString(), out.toString())) {
            List<Map<String, Object>> compared = rows(
                    "track", "--sums", sums.toString(), "--baseline", baseline, "--include", "lm_head");
            assertEquals(12, compared.size());
            compared.forEach(row -> assertEquals(0, Json.number(row, "deviation"), 1e-12, baseline));
        }
    }

    private List<SeriesRow> read(String series) throws IOException {
        return SeriesFile.read(Files.writeString(folder.resolve("again.json"), series)).rows();
    }

    @Test
    void whatIsGoneStaysAndWhatIsIncompleteIsLeft() throws IOException {
        Path run = folder.resolve("run");
        Path sums = folder.resolve("sums.jsonl");
        Path out = folder.resolve("series.csv");
        Files.writeString(sums, checkpoint(run, 100, 1));
        ok("track", "--sums", sums.toString(), "--out", out.toString());
        String next = checkpoint(run, 200, 1);
        Files.writeString(sums, next.substring(0, next.length() - 9));
        Result result = ok("track", "--sums", sums.toString(), "--out", out.toString());
        assertEquals(List.of(100L, 100L, 200L), steps(out));
        assertEquals(List.of(
                "logalign: note: " + sums + ": its last line is incomplete, and is left for the next call",
                "logalign: note: 2 rows come from steps that the file of sums no longer has, step 100; the series keeps them,"
                        + " and alarms are computed over them too"),
                result.err());
        Files.writeString(sums, next.replace("\"tokens\": 400", "\"tokens\": NaN"));
        Result refused = new Command().run("track", "--sums", sums.toString(), "--out", out.toString());
        assertEquals(1, refused.code());
        assertEquals(List
                .of("logalign: " + sums + ", line 1: \"tokens\" must be a whole number of 0 or more, below 2^63, not"
                        + " NaN"),
                refused.err());
        assertEquals(List.of(100L, 100L, 200L), steps(out), "nothing was written");
        Result nothing = new Command().run("track", "--sums",
                Files.createFile(folder.resolve("empty.jsonl")).toString());
        assertEquals(1, nothing.code());
        assertTrue(nothing.err().getFirst().contains("it holds no sums yet"), nothing.err()::toString);
    }

    private static List<Long> steps(Path series) {
        return SeriesFile.read(series).rows().stream().map(SeriesRow::step).toList();
    }

    @Test
    void optionsOfCheckpointsHaveNoMeaningForSums() throws IOException {
        Path sums = Files.writeString(folder.resolve("sums.jsonl"), checkpoint(folder.resolve("run"), 100, 1));
        String run = folder.resolve("run").toString();
        for (List<String> wrong : List.of(List.of("track"), List.of("track", run, "--sums", sums.toString()),
                List.of("track", "--sums", sums.toString(), "--map", "a=b"),
                List.of("track", "--sums", sums.toString(), "--method", "svd"),
                List.of("track", "--sums", sums.toString(), "--updates", "--baseline", run))) {
            Result result = new Command().run(wrong.toArray(String[]::new));
            assertEquals(2, result.code(), wrong::toString);
            assertEquals(1, result.err().size(), result.err()::toString);
        }
        Result pattern = new Command().run("track", "--sums", sums.toString(), "--include", "zzz");
        assertEquals(1, pattern.code());
        assertTrue(pattern.err().getFirst().contains("\"zzz\" matches nothing; its layers are named such as block"),
                pattern.err()::toString);
        assertEquals(1, rows("track", "--sums", sums.toString(), "--exclude", "block").size());
        Result over = new Command().run("track", "--sums", sums.toString(), "--report", sums.toString(), "--force");
        assertEquals(2, over.code(), over.err()::toString);
    }

    @Test
    void sumsAreFollowed() throws IOException, InterruptedException {
        Path run = folder.resolve("run");
        Path sums = Files.writeString(folder.resolve("sums.jsonl"), checkpoint(run, 100, 1));
        Path out = folder.resolve("series.csv");
        Path stderr = folder.resolve("stderr");
        Process process = new Command().start(folder.resolve("stdout"), stderr, "track", "--sums", sums.toString(),
                "--follow", "--poll", "0.3", "--out", out.toString());
        try {
            Limits.awaitThat(() -> Files.exists(out) && steps(out).size() == 2);
            Files.writeString(sums, checkpoint(run, 200, 1), StandardOpenOption.APPEND);
            Limits.awaitThat(() -> steps(out).size() == 4);
            process.destroy();
            assertEquals(143, process.waitFor());
        } finally {
            process.destroyForcibly();
        }
        List<String> lines = Command.lines(stderr);
        assertEquals(
                "logalign: watching " + sums + " every 0.3 s: steps there: 1; rows up to step 100 are known; Ctrl-C or"
                        + " SIGTERM ends it",
                lines.getFirst());
        assertTrue(lines.get(1).startsWith("logalign: step 200: 2 layers, LAR of lm_head 0."),
                lines.stream().collect(Collectors.joining("\n")));
        assertFalse(Objects.requireNonNull(Files.readString(folder.resolve("stdout"))).contains("watching"));
    }
}
