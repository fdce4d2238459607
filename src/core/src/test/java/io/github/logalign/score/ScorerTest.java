package io.github.logalign.score;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.Reference;
import io.github.logalign.matrix.ElementType;
import io.github.logalign.matrix.Precision;
import io.github.logalign.score.Outcome.Status;
import io.github.logalign.tensor.DataType;
import io.github.logalign.tensor.SafetensorsWriter;
import io.github.logalign.tensor.TensorFile;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The contents of rows, and their status and reason after a failure. */
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

    /** Scores the layer "a" with a method. */
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
    void rowsMatchExactArithmetic(ScoreMethod method) {
        double[] w = normal(ROWS * COLUMNS);
        double[] x = normal(TOKENS * COLUMNS);
        Scorer.Result result = score(w, x, method, null);
        LayerScore row = result.row();
        double overlap = Reference.overlap(matrix(w, COLUMNS), matrix(x, COLUMNS));
        assertEquals(Status.OK, row.outcome().status());
        assertEquals(Optional.empty(), row.reason());
        assertEquals(overlap, row.scored().orElseThrow().overlap(), 1e-13);
        assertEquals(Reference.lar(COLUMNS, overlap), row.scored().orElseThrow().lar(), 1e-12);
        assertEquals(1 / overlap, row.scored().orElseThrow().effectiveDimension(), 1e-10);
        assertEquals(List.of("a", "a.weight", "a"),
                List.of(row.layer(), row.info().weight().name(), TestModel.activation(row)));
        assertEquals(new LayerInfo.Shape(ROWS, COLUMNS, ElementType.F64), row.info().shape());
        assertEquals(new Findings.Tokens(TOKENS, 0), TestModel.tokens(row));
        assertEquals(StoredOrientation.OUTPUT_INPUT, TestModel.orientation(row));
        assertEquals(method == ScoreMethod.NORM, result.spectra() == null);
    }

    @Test
    void spectraMatchTheReference() {
        double[] w = normal(ROWS * COLUMNS);
        double[] x = normal(TOKENS * COLUMNS);
        Spectra spectra = Objects.requireNonNull(score(w, x, ScoreMethod.SVD, null).spectra());
        Reference.Svd svd = Reference.svd(matrix(w, COLUMNS));
        assertArrayEquals(svd.p(), spectra.p(), 1e-13);
        assertArrayEquals(svd.q(matrix(x, COLUMNS)), Objects.requireNonNull(spectra.q()), 1e-12);
    }

    @ParameterizedTest
    @EnumSource(ScoreMethod.class)
    void masksExcludeTokens(ScoreMethod method) {
        double[] w = normal(ROWS * COLUMNS);
        double[] x = normal(3 * COLUMNS);
        x[COLUMNS + 2] = Double.NaN;
        LayerScore row = score(w, x, method, new byte[]{1, 0, 1}).row();
        double[][] kept = {matrix(x, COLUMNS)[0], matrix(x, COLUMNS)[2]};
        assertEquals(
                Reference.lar(COLUMNS, Reference.overlap(matrix(w, COLUMNS), kept)), row.scored().orElseThrow().lar(),
                1e-12);
        assertEquals(new Findings.Tokens(2, 1), TestModel.tokens(row));
        LayerScore few = score(w, x, method, new byte[]{1, 0}).row();
        assertEquals(Status.FAILED, few.outcome().status());
        assertTrue(few.reason().orElse("").contains("3 tokens"), few.reason().orElse(""));
    }

    @ParameterizedTest
    @EnumSource(ScoreMethod.class)
    void badValuesFailWithTheirPositionAndUndefinedResultsHaveAReason(ScoreMethod method) {
        double[] w = normal(ROWS * COLUMNS);
        double[] x = normal(TOKENS * COLUMNS);
        double[] bad = w.clone();
        bad[2 * COLUMNS + 3] = Double.POSITIVE_INFINITY;
        LayerScore failed = score(bad, x, method, null).row();
        assertEquals(Status.FAILED, failed.outcome().status());
        String reason = failed.reason().orElse("");
        assertTrue(reason.contains("a.weight") && reason.contains("row 2, column 3"), reason);
        assertEquals(Optional.empty(), failed.scored());
        LayerScore zero = score(new double[w.length], x, method, null).row();
        assertEquals(Status.UNDEFINED, zero.outcome().status());
        assertTrue(zero.reason().orElse("").contains("leave this layer out"), zero.reason().orElse(""));
        LayerScore silent = score(w, new double[x.length], method, null).row();
        assertEquals(Status.UNDEFINED, silent.outcome().status());
        assertTrue(silent.reason().orElse("").contains("x.safetensors"), silent.reason().orElse(""));
    }

    @Test
    void aRefusedJobKeepsItsStatusAndReason() {
        Scorer scorer = new Scorer(new ScoreOptions(ScoreMethod.SVD, Precision.DOUBLE), Masks.NONE);
        for (Outcome.Missing refusal : List.of(new Outcome.Skipped("why, and what to do"),
                new Outcome.Failed("why, and what to do"))) {
            LayerInfo info = new LayerInfo("a", new LayerInfo.Source("w", null), null, null, null, List.of("note"));
            LayerScore row = scorer.score(new LayerJob(info, null, null, null, null, refusal)).row();
            assertEquals(refusal, row.outcome());
            assertEquals(info, row.info());
        }
    }

    @Test
    void severalThreadsForALayerGiveTheSameLar() {
        Path weights = folder.resolve("w.safetensors");
        Path inputs = folder.resolve("x.safetensors");
        new SafetensorsWriter().add("a.weight", new long[]{400, 24}, normal(400 * 24)).write(weights);
        new SafetensorsWriter().add("a", new long[]{600, 24}, normal(600 * 24)).write(inputs);
        ScoreOptions options = new ScoreOptions(ScoreMethod.SVD, Precision.DOUBLE);
        Scorer scorer = new Scorer(options, Masks.NONE);
        LayerScore one = withFiles(weights, inputs, dump -> scorer).row();
        LayerScore four = withFiles(weights, inputs, dump -> scorer.withThreads(4)).row();
        assertEquals(one.scored().orElseThrow().lar(), four.scored().orElseThrow().lar(), 1e-13);
    }
}
