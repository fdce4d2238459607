package io.github.logalign.score;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.matrix.LogalignException;
import io.github.logalign.matrix.Precision;
import io.github.logalign.score.Outcome.Status;
import io.github.logalign.tensor.DataType;
import io.github.logalign.tensor.SafetensorsWriter;
import io.github.logalign.tensor.TensorFile;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The assignment of masks to layers. */
class MasksTest {

    private static final int TOKENS = 6;

    @TempDir
    Path folder;

    private static float[] normal(int count, long seed) {
        Random random = new Random(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    private static MemorySegment allBut(int... masked) {
        byte[] mask = new byte[TOKENS];
        Arrays.fill(mask, (byte) 1);
        for (int token : masked) {
            mask[token] = 0;
        }
        return MemorySegment.ofArray(mask);
    }

    /** Scores two layers, a and b, in a dump with several masks; "soft" is a mask that looks like activations. */
    private List<LayerScore> score(Function<TensorFile, Masks> choose) {
        Path weights = folder.resolve("w");
        Path dump = folder.resolve("x");
        new SafetensorsWriter()
                .add("a.weight", new long[]{5, 4}, normal(20, 1))
                .add("b.weight", new long[]{5, 4}, normal(20, 2))
                .write(weights);
        new SafetensorsWriter()
                .add("a", new long[]{TOKENS, 4}, normal(24, 3))
                .add("b.input", new long[]{2, 3, 4}, normal(24, 4))
                .add("a.mask", DataType.I8, new long[]{TOKENS}, allBut(1))
                .add("b.mask", DataType.I8, new long[]{2, 3}, allBut(1, 2))
                .add("none", DataType.I8, new long[]{TOKENS}, allBut(0, 1, 2, 3, 4, 5))
                .add("ids", DataType.I8, new long[]{TOKENS}, MemorySegment.ofArray(new byte[]{5, 6, 7, 0, 0, 0}))
                .add("soft", new long[]{2, 3}, new float[]{1, 1, 1, 0, 0, 0})
                .write(dump);
        try (TensorFile w = TensorFile.open(weights); TensorFile x = TensorFile.open(dump)) {
            Masks masks = choose.apply(x);
            Plan plan = Plan.of(w, x, Selection.ALL, masks);
            masks.check(plan.jobs());
            Scorer scorer = new Scorer(new ScoreOptions(ScoreMethod.NORM, Precision.DOUBLE), masks);
            return plan.jobs().stream().map(job -> scorer.score(job).row()).toList();
        }
    }

    private static Masks named(TensorFile file, String... maps) {
        Masks masks = Masks.NONE;
        for (String map : maps) {
            masks = masks.withNamed(NameMap.parse(map), file);
        }
        return masks;
    }

    private static List<Long> masked(List<LayerScore> rows) {
        return rows.subList(0, 2).stream().map(row -> TestModel.tokens(row).masked()).toList();
    }

    @Test
    void aCommonMaskAppliesToAllLayers() {
        assertEquals(List.of(1L, 1L), masked(score(x -> Masks.NONE.withAll(x.tensor("a.mask")))));
    }

    @Test
    void masksByNameApplyToTheirLayers() {
        List<LayerScore> rows = score(x -> named(x, "*=*.mask"));
        assertEquals(List.of("a", "b"), rows.subList(0, 2).stream().map(LayerScore::layer).toList());
        assertEquals(List.of(1L, 2L), masked(rows));
        assertEquals(List.of(2L, 1L), masked(score(x -> named(x, "a=b.mask", "*=a.mask"))));
    }

    @Test
    void aLayerWithoutAMaskGetsANoteThatAllTokensCount() {
        List<LayerScore> rows = score(x -> named(x, "a=a.mask"));
        assertEquals(List.of(1L, 0L), masked(rows));
        assertTrue(rows.get(0).warnings().isEmpty());
        assertTrue(rows.get(1).warnings().getFirst().contains("all of its tokens count"));
    }

    @Test
    void aMissingOrInvalidMaskFailsItsRowOnly() {
        List<LayerScore> missing = score(x -> named(x, "a=a.mask", "*=*.gone"));
        assertEquals(Status.OK, missing.get(0).outcome().status());
        assertEquals(Status.FAILED, missing.get(1).outcome().status());
        assertTrue(String.valueOf(missing.get(1).reason()).contains("\"b.gone\""));
        List<LayerScore> ids = score(x -> named(x, "a=ids", "b=b.mask"));
        assertTrue(String.valueOf(ids.get(0).reason()).contains("attention_mask"));
        assertEquals(Status.OK, ids.get(1).outcome().status());
        assertThrows(LogalignException.class, () -> score(x -> Masks.NONE.withAll(x.tensor("ids"))));
        assertThrows(LogalignException.class, () -> score(x -> named(x, "c=a.mask")));
    }

    @Test
    void aMaskThatExcludesEveryTokenIsReportedAsTheCause() {
        LayerScore row = score(x -> Masks.NONE.withAll(x.tensor("none"))).getFirst();
        assertEquals(Status.UNDEFINED, row.outcome().status());
        assertTrue(row.reason().orElse("").contains("masks every token"), row::toString);
    }

    @Test
    void aMaskInTheDumpIsNotAnActivation() {
        assertEquals(3, score(x -> Masks.NONE).size());
        List<LayerScore> rows = score(x -> Masks.NONE.withAll(x.tensor("soft")));
        assertEquals(2, rows.size());
        assertEquals(List.of(3L, 3L), masked(rows));
    }

    /** The overlap of one expert's weight [m, n] with its unmasked tokens, computed from the definition. */
    private static double overlap(float[] w, float[] x, byte[] mask, int expert, int m, int n) {
        double both = 0;
        double inputs = 0;
        double weight = 0;
        for (int i = 0; i < m * n; i++) {
            weight += Math.pow(w[expert * m * n + i], 2);
        }
        for (int t = 0; t < TOKENS; t++) {
            if (mask[expert * TOKENS + t] == 0) {
                continue;
            }
            for (int i = 0; i < m; i++) {
                double z = 0;
                for (int j = 0; j < n; j++) {
                    z += (double) w[(expert * m + i) * n + j] * x[(expert * TOKENS + t) * n + j];
                }
                both += z * z;
            }
            for (int j = 0; j < n; j++) {
                inputs += Math.pow(x[(expert * TOKENS + t) * n + j], 2);
            }
        }
        return both / (weight * inputs);
    }

    @Test
    void eachExpertUsesItsRowOfTheMask() {
        int experts = 3;
        float[] w = normal(experts * 20, 1);
        float[] x = normal(experts * TOKENS * 4, 2);
        byte[] rows = {1, 0, 1, 1, 0, 1, 0, 0, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0};
        Path weights = folder.resolve("w");
        Path dump = folder.resolve("x");
        new SafetensorsWriter().add("experts.w1", new long[]{experts, 5, 4}, w).write(weights);
        new SafetensorsWriter().add("experts.w1", new long[]{experts, TOKENS, 4}, x)
                .add("m", DataType.BOOL, new long[]{experts, TOKENS}, MemorySegment.ofArray(rows))
                .add("flat", DataType.BOOL, new long[]{rows.length}, MemorySegment.ofArray(rows))
                .add("turned", DataType.BOOL, new long[]{TOKENS, experts}, MemorySegment.ofArray(rows))
                .add("shared", DataType.BOOL, new long[]{TOKENS}, MemorySegment.ofArray(Arrays.copyOf(rows, TOKENS)))
                .write(dump);
        try (TensorFile a = TensorFile.open(weights); TensorFile b = TensorFile.open(dump)) {
            for (String name : List.of("m", "flat", "shared", "turned")) {
                for (Masks masks : List.of(Masks.NONE.withAll(b.tensor(name)), named(b, "*=" + name))) {
                    Scorer scorer = new Scorer(new ScoreOptions(ScoreMethod.NORM, Precision.DOUBLE), masks);
                    List<LayerJob> jobs = Plan.of(a, b, Selection.ALL, masks).jobs().stream()
                            .filter(job -> job.layer().startsWith("experts.w1[")).toList();
                    assertEquals(experts, jobs.size());
                    for (int expert = 0; expert < experts; expert++) {
                        LayerScore row = scorer.score(jobs.get(expert)).row();
                        if (name.equals("turned")) {
                            assertEquals(Status.FAILED, row.outcome().status());
                            assertTrue(row.reason().orElse("").contains("[6] for every matrix, or [3, 6]"),
                                    row::toString);
                            continue;
                        }
                        assertEquals(Status.OK, row.outcome().status(), row::toString);
                        byte[] mask = rows.clone();
                        for (int i = 0; name.equals("shared") && i < mask.length; i++) {
                            mask[i] = rows[i % TOKENS];
                        }
                        assertEquals(overlap(w, x, mask, expert, 5, 4), row.scored().orElseThrow().overlap(), 1e-12);
                    }
                }
            }
        }
    }
}
