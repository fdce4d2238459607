package io.github.logalign.score;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.Reference;
import io.github.logalign.matrix.Precision;
import io.github.logalign.score.LayerScore.Status;
import io.github.logalign.tensor.DataType;
import io.github.logalign.tensor.SafetensorsWriter;
import io.github.logalign.tensor.TensorFile;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Rows: what they hold, and their status and reason when something is wrong. */
class ScorerTest {

    private static final int ROWS = 6;
    private static final int COLUMNS = 5;
    private static final int TOKENS = 9;

    @TempDir
    Path folder;

    private final Random random = new Random(3);

    private double[] normal(int count) {
        return random.doubles(count, -1, 1).toArray();
    }

    private static double[][] matrix(double[] flat, int columns) {
        double[][] a = new double[flat.length / columns][columns];
        for (int i = 0; i < flat.length; i++) {
            a[i / columns][i % columns] = flat[i];
        }
        return a;
    }

    /** Scores the layer "a" by a method. */
    private Scorer.Result score(double[] w, double[] x, ScoreMethod method, byte @Nullable [] mask) {
        Path weights = folder.resolve("w.safetensors");
        Path inputs = folder.resolve("x.safetensors");
        new SafetensorsWriter().add("a.weight", new long[]{w.length / COLUMNS, COLUMNS}, w).write(weights);
        SafetensorsWriter writer = new SafetensorsWriter().add("a", new long[]{x.length / COLUMNS, COLUMNS}, x);
        if (mask != null) {
            writer.add("mask", DataType.BOOL, new long[]{mask.length}, MemorySegment.ofArray(mask));
        }
        writer.write(inputs);
        return withFiles(weights, inputs, dump -> new Scorer(
                new ScoreOptions(method, Precision.DOUBLE),
                mask == null ? Masks.NONE : Masks.NONE.withAll(dump.tensor("mask"))));
    }

    private static Scorer.Result withFiles(Path weights, Path inputs, Function<TensorFile, Scorer> scorer) {
        try (TensorFile w = TensorFile.open(weights);
                TensorFile x = TensorFile.open(inputs)) {
            return scorer.apply(x).score(Plan.of(w, x, Selection.ALL).jobs().getFirst());
        }
    }

    @ParameterizedTest
    @EnumSource(ScoreMethod.class)
    void aRowHoldsWhatExactArithmeticGives(ScoreMethod method) {
        double[] w = normal(ROWS * COLUMNS);
        double[] x = normal(TOKENS * COLUMNS);
        Scorer.Result result = score(w, x, method, null);
        LayerScore row = result.row();
        double overlap = Reference.overlap(matrix(w, COLUMNS), matrix(x, COLUMNS));
        assertEquals(Status.OK, row.status());
        assertNull(row.reason());
        assertEquals(overlap, Objects.requireNonNull(row.overlap()), 1e-13);
        assertEquals(Reference.lar(COLUMNS, overlap), Objects.requireNonNull(row.lar()), 1e-12);
        assertEquals(1 / overlap, Objects.requireNonNull(row.effectiveDimension()), 1e-10);
        assertEquals(List.of("a", "a.weight", "a"), List.of(row.layer(), row.tensor(), row.activation()));
        assertEquals(List.of((long) ROWS, (long) COLUMNS), List.of(row.rows(), row.cols()));
        assertEquals(TOKENS, row.tokens());
        assertEquals(0L, row.maskedTokens());
        assertEquals(StoredOrientation.OUTPUT_INPUT, row.orientation());
        assertEquals(method == ScoreMethod.NORM, result.spectra() == null);
    }

    @Test
    void spectraAreThoseOfTheReference() {
        double[] w = normal(ROWS * COLUMNS);
        double[] x = normal(TOKENS * COLUMNS);
        Spectra spectra = Objects.requireNonNull(score(w, x, ScoreMethod.SVD, null).spectra());
        Reference.Svd svd = Reference.svd(matrix(w, COLUMNS));
        assertArrayEquals(svd.p(), spectra.p(), 1e-13);
        assertArrayEquals(svd.q(matrix(x, COLUMNS)), Objects.requireNonNull(spectra.q()), 1e-12);
    }

    @ParameterizedTest
    @EnumSource(ScoreMethod.class)
    void masksLeaveTokensOut(ScoreMethod method) {
        double[] w = normal(ROWS * COLUMNS);
        double[] x = normal(3 * COLUMNS);
        x[COLUMNS + 2] = Double.NaN;
        LayerScore row = score(w, x, method, new byte[]{1, 0, 1}).row();
        double[][] kept = {matrix(x, COLUMNS)[0], matrix(x, COLUMNS)[2]};
        assertEquals(
                Reference.lar(COLUMNS, Reference.overlap(matrix(w, COLUMNS), kept)), Objects.requireNonNull(row.lar()),
                1e-12);
        assertEquals(2L, row.tokens());
        assertEquals(1L, row.maskedTokens());
        LayerScore few = score(w, x, method, new byte[]{1, 0}).row();
        assertEquals(Status.FAILED, few.status());
        assertTrue(String.valueOf(few.reason()).contains("3 tokens"), String.valueOf(few.reason()));
    }

    @ParameterizedTest
    @EnumSource(ScoreMethod.class)
    void badValuesFailWithTheirPlaceAndUndefinedOnesSayWhy(ScoreMethod method) {
        double[] w = normal(ROWS * COLUMNS);
        double[] x = normal(TOKENS * COLUMNS);
        double[] bad = w.clone();
        bad[2 * COLUMNS + 3] = Double.POSITIVE_INFINITY;
        LayerScore failed = score(bad, x, method, null).row();
        assertEquals(Status.FAILED, failed.status());
        String reason = String.valueOf(failed.reason());
        assertTrue(reason.contains("a.weight") && reason.contains("row 2, column 3"), reason);
        assertNull(failed.lar());
        LayerScore zero = score(new double[w.length], x, method, null).row();
        assertEquals(Status.UNDEFINED, zero.status());
        assertTrue(String.valueOf(zero.reason()).contains("leave this layer out"), String.valueOf(zero.reason()));
        LayerScore silent = score(w, new double[x.length], method, null).row();
        assertEquals(Status.UNDEFINED, silent.status());
        assertTrue(String.valueOf(silent.reason()).contains("x.safetensors"), String.valueOf(silent.reason()));
    }

    @Test
    void aRefusedJobKeepsItsStatusAndReason() {
        Scorer scorer = new Scorer(new ScoreOptions(ScoreMethod.SVD, Precision.DOUBLE), Masks.NONE);
        for (Status status : List.of(Status.SKIPPED, Status.FAILED)) {
            LayerJob job = new LayerJob("a", Path.of("w"), null, null, null, null, null, null, null, List.of("note"),
                    new Refusal(status, "why, and what to do"));
            LayerScore row = scorer.score(job).row();
            assertEquals(status, row.status());
            assertEquals("why, and what to do", row.reason());
            assertEquals(List.of("note"), row.warnings());
        }
    }

    @Test
    void severalThreadsForALayerGiveTheSameLar() {
        Path weights = folder.resolve("w.safetensors");
        Path inputs = folder.resolve("x.safetensors");
        new SafetensorsWriter().add("a.weight", new long[]{400, 24}, normal(400 * 24)).write(weights);
        new SafetensorsWriter().add("a", new long[]{600, 24}, normal(600 * 24)).write(inputs);
        ScoreOptions options = new ScoreOptions(ScoreMethod.SVD, Precision.DOUBLE);
        Double one = withFiles(weights, inputs, dump -> new Scorer(options, Masks.NONE)).row().lar();
        Double four = withFiles(weights, inputs, dump -> new Scorer(options, Masks.NONE).sharing(4, 1)).row().lar();
        assertNotNull(one);
        assertEquals(one, Objects.requireNonNull(four), 1e-13);
    }
}
