package io.github.logalign.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.cli.Command.Result;
import io.github.logalign.tensor.DataType;
import io.github.logalign.tensor.SafetensorsWriter;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.IntPredicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged command with masks, compared with LAR from plain loops over the unmasked tokens. */
class MaskIT {

    private static final int BATCH = 2;
    private static final int TOKENS = 5;
    private static final int N = 8;
    private static final int M = 12;

    @TempDir
    Path folder;

    private Path weights;
    private Path activations;
    private final Random random = new Random(11);
    private final float[] wa = normal(M * N);
    private final float[] wb = normal(M * N);
    private final float[] xa = normal(BATCH * TOKENS * N);
    private final float[] xb = normal(BATCH * TOKENS * N);
    private final long[] attention = {1, 1, 1, 0, 0, 1, 1, 1, 1, 0};
    private final long[] labels = {4, -100, 1, -100, -100, 0, 2, -100, 1, -100};

    private float[] normal(int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) (random.nextGaussian() * (1 + i % 3));
        }
        return values;
    }

    /** 1 + ln(|X W^T|^2 / (|W|^2 |X|^2)) / (2 ln n) over the tokens that count. */
    private static double lar(float[] w, float[] x, IntPredicate counts) {
        double outputs = 0;
        double inputs = 0;
        double squares = 0;
        for (float value : w) {
            squares += (double) value * value;
        }
        for (int t = 0; t < BATCH * TOKENS; t++) {
            if (!counts.test(t)) {
                continue;
            }
            for (int i = 0; i < N; i++) {
                inputs += (double) x[t * N + i] * x[t * N + i];
            }
            for (int row = 0; row < M; row++) {
                double z = 0;
                for (int i = 0; i < N; i++) {
                    z += (double) x[t * N + i] * w[row * N + i];
                }
                outputs += z * z;
            }
        }
        return 1 + Math.log(outputs / (squares * inputs)) / (2 * Math.log(N));
    }

    @BeforeEach
    void files() {
        weights = folder.resolve("w.safetensors");
        activations = folder.resolve("x.safetensors");
        new SafetensorsWriter()
                .add("a.weight", new long[]{M, N}, wa)
                .add("b.weight", new long[]{M, N}, wb)
                .write(weights);
        long[] positions = new long[BATCH * TOKENS];
        for (int t = 0; t < positions.length; t++) {
            positions[t] = t % TOKENS;
        }
        float[] soft = new float[BATCH * TOKENS];
        for (int t = 0; t < soft.length; t++) {
            soft[t] = attention[t];
        }
        new SafetensorsWriter()
                .add("a", new long[]{BATCH, TOKENS, N}, xa)
                .add("b.input", new long[]{BATCH, TOKENS, N}, xb)
                .add("attention_mask", DataType.I64, new long[]{BATCH, TOKENS}, MemorySegment.ofArray(attention))
                .add("a.mask", DataType.I64, new long[]{BATCH, TOKENS}, MemorySegment.ofArray(attention))
                .add("b.mask", DataType.I64, new long[]{BATCH * TOKENS}, MemorySegment.ofArray(labels))
                .add("soft", new long[]{BATCH, TOKENS}, soft)
                .add("position_ids", DataType.I64, new long[]{BATCH, TOKENS}, MemorySegment.ofArray(positions))
                .add("turned", DataType.I64, new long[]{TOKENS, BATCH}, MemorySegment.ofArray(attention))
                .write(activations);
    }

    private Result score(String... more) {
        return new Command().run(Stream.concat(
                Stream.of("score", "--weights", weights.toString(), "--activations", activations.toString(), "--format",
                        "json"),
                Stream.of(more)).toArray(String[]::new));
    }

    private boolean attends(int token) {
        return attention[token] == 1;
    }

    private boolean isLearned(int token) {
        return labels[token] != -100;
    }

    private static void assertRow(double lar, long masked, Map<String, Object> row) {
        assertEquals(lar, Json.number(row, "lar"), 1e-12);
        assertEquals(masked, row.get("maskedTokens"));
    }

    private static List<Map<String, Object>> rows(Result result, int count) {
        List<Map<String, Object>> rows = Json.layers(result.out());
        assertEquals(count, rows.size(), () -> String.join("\n", result.err()));
        return rows;
    }

    @Test
    void theAttentionMaskOfATokenizerIsApplied() {
        for (String method : List.of("svd", "gram", "norm")) {
            for (String mask : List.of(activations + ":attention_mask", ":attention_mask", ":soft")) {
                // Other tensors that look like activations have rows of their own, which are not ok.
                List<Map<String, Object>> rows = rows(
                        score("--method", method, "--mask", mask), mask.equals(":soft") ? 2 : 3);
                assertRow(lar(wa, xa, this::attends), 3, rows.get(0));
                assertRow(lar(wb, xb, this::attends), 3, rows.get(1));
            }
        }
    }

    @Test
    void masksByLayer() {
        Result result = score("--mask", ":*.mask");
        List<Map<String, Object>> rows = rows(result, 3);
        assertRow(lar(wa, xa, this::attends), 3, rows.get(0));
        assertRow(lar(wb, xb, this::isLearned), 5, rows.get(1));
        rows = rows(score("--mask", "b=:b.mask", "--mask", "*=" + activations + ":attention_mask"), 3);
        assertRow(lar(wa, xa, this::attends), 3, rows.get(0));
        assertRow(lar(wb, xb, this::isLearned), 5, rows.get(1));
        rows = rows(score("--mask", "b=:b.mask", "--quiet"), 3);
        assertRow(lar(wa, xa, token -> true), 0, rows.get(0));
        assertTrue(String.valueOf(rows.get(0).get("warnings")).contains("all of its tokens count"), rows::toString);
    }

    private static void assertFails(int code, String what, Result result) {
        assertEquals(code, result.code());
        assertTrue(result.err().stream().anyMatch(line -> line.contains(what)), result.err()::toString);
    }

    @Test
    void invalidMasksAreRefusedOnce() {
        Result positions = score("--mask", ":position_ids", "--quiet");
        assertFails(1, "attention_mask", positions);
        assertEquals(1, positions.err().size(), positions.err()::toString);
        assertFails(1, "[5, 2]", score("--mask", ":turned"));
        assertFails(1, "no layer matches \"c\"", score("--mask", "c=:attention_mask"));
        assertFails(1, "there is no tensor 'none'", score("--mask", ":none"));
        assertFails(2, "--mask: ", score("--mask", "a=:*.mask"));
    }
}
