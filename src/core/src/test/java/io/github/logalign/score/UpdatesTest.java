package io.github.logalign.score;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.Reference;
import io.github.logalign.matrix.Matrix;
import io.github.logalign.matrix.Precision;
import io.github.logalign.score.UpdateScore.Ratio;
import io.github.logalign.tensor.DataType;
import io.github.logalign.tensor.SafetensorsWriter;
import io.github.logalign.tensor.TensorFile;
import io.github.logalign.testing.Needs;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The three ratios of an update, against exact arithmetic and plain loops. */
class UpdatesTest {

    private static final int M = 9;
    private static final int N = 7;
    private static final int T = 11;

    @TempDir
    Path folder;

    private final Random random = new Random(4);

    private double[][] whole(int rows, int columns) {
        double[][] a = new double[rows][columns];
        for (double[] row : a) {
            for (int c = 0; c < columns; c++) {
                row[c] = random.nextInt(-50, 51);
            }
        }
        return a;
    }

    private static double[][] plus(double[][] a, double factor, double[][] b) {
        double[][] sum = new double[a.length][a[0].length];
        for (int r = 0; r < a.length; r++) {
            for (int c = 0; c < a[r].length; c++) {
                sum[r][c] = a[r][c] + factor * b[r][c];
            }
        }
        return sum;
    }

    /** Writes the layer "a"; which is float64 at one step and float32 at the other. */
    private void write(String step, boolean wide, double[][] w, double[][] x, byte... mask) {
        SafetensorsWriter weights = new SafetensorsWriter();
        SafetensorsWriter inputs = new SafetensorsWriter();
        add(weights, "a.weight", wide, w);
        add(inputs, "a", wide, x);
        if (mask.length > 0) {
            inputs.add("mask", DataType.BOOL, new long[]{mask.length}, MemorySegment.ofArray(mask));
        }
        weights.write(weights(step));
        inputs.write(inputs(step));
    }

    private static void add(SafetensorsWriter writer, String name, boolean wide, double[][] a) {
        long[] shape = {a.length, a[0].length};
        double[] flat = new double[a.length * a[0].length];
        float[] narrow = new float[flat.length];
        for (int i = 0; i < flat.length; i++) {
            flat[i] = a[i / a[0].length][i % a[0].length];
            narrow[i] = (float) flat[i];
        }
        if (wide) {
            writer.add(name, shape, flat);
        } else {
            writer.add(name, shape, narrow);
        }
    }

    private Path weights(String step) {
        return folder.resolve("w" + step + ".safetensors");
    }

    private Path inputs(String step) {
        return folder.resolve("x" + step + ".safetensors");
    }

    private LayerScore score(ScoreMethod method) {
        return withUpdates(method, (updates, scorer) -> updates.score(job(), scorer).row());
    }

    private @Nullable LayerJob later;

    private LayerJob job() {
        return Objects.requireNonNull(later);
    }

    private LayerScore withUpdates(ScoreMethod method, BiFunction<Updates, Scorer, LayerScore> work) {
        try (TensorFile w = TensorFile.open(weights("1"));
                TensorFile x = TensorFile.open(inputs("1"));
                TensorFile w0 = TensorFile.open(weights("0"));
                TensorFile x0 = TensorFile.open(inputs("0"))) {
            Masks masks = x.find("mask").map(Masks.NONE::withAll).orElse(Masks.NONE);
            later = Plan.of(w, x, Selection.ALL, masks).jobs().getFirst();
            Updates updates = Updates.since(Plan.of(w0, x0, Selection.ALL)).ofTokens(
                    TokenFingerprint.of(x0).orElse(null), TokenFingerprint.of(x).orElse(null));
            return work.apply(updates, new Scorer(new ScoreOptions(method, Precision.DOUBLE), masks));
        }
    }

    private static void assertRatio(double exact, @Nullable Ratio found) {
        assertNotNull(found);
        assertEquals(exact, found.overlap(), 1e-12);
        assertEquals(Reference.lar(N, exact), found.lar(), 1e-12);
    }

    @ParameterizedTest
    @EnumSource(ScoreMethod.class)
    void threeRatiosAndTheRanksOfTheUpdate(ScoreMethod method) {
        double[][] w0 = whole(M, N);
        double[][] x0 = whole(T, N);
        double[][] dx = whole(T, N);
        double[][] dw = new double[M][N];
        double[][] left = whole(M, 1);
        double[][] right = whole(1, N);
        for (int r = 0; r < M; r++) {
            for (int c = 0; c < N; c++) {
                dw[r][c] = left[r][0] * right[0][c];
            }
        }
        write("0", false, w0, x0);
        write("1", true, plus(w0, 1, dw), plus(x0, 1, dx));
        LayerScore row = score(method);
        UpdateScore update = row.update();
        assertNotNull(update);
        assertEquals(List.of(), row.warnings());
        assertEquals(Reference.overlap(plus(w0, 1, dw), plus(x0, 1, dx)),
                row.scored().orElseThrow().overlap(), 1e-12);
        assertRatio(Reference.overlap(dw, x0), update.oldInputsNewWeights());
        assertRatio(Reference.overlap(w0, dx), update.newInputsOldWeights());
        assertRatio(Reference.overlap(dw, dx), update.newInputsNewWeights());
        assertEquals(weights("0").toString(), Objects.requireNonNull(update.weights()).file());
        if (method == ScoreMethod.NORM) {
            assertNull(update.ranks());
        } else {
            UpdateScore.Ranks ranks = Objects.requireNonNull(update.ranks());
            assertEquals(1, ranks.numerical());
            assertEquals(1, ranks.stable(), 1e-12);
            assertEquals(1, Objects.requireNonNull(ranks.effective()), 1e-9);
        }
    }

    @ParameterizedTest
    @EnumSource(ScoreMethod.class)
    void weightsOrInputsThatDidNotChangeHaveAReason(ScoreMethod method) {
        double[][] w0 = whole(M, N);
        double[][] x0 = whole(T, N);
        double[][] x = whole(T, N);
        write("0", false, w0, x0);
        write("1", true, w0, x);
        LayerScore row = score(method);
        UpdateScore update = Objects.requireNonNull(row.update());
        assertNull(update.oldInputsNewWeights());
        assertNull(update.newInputsNewWeights());
        assertRatio(Reference.overlap(w0, plus(x, -1, x0)), update.newInputsOldWeights());
        assertWarning(row, "z0 with dW has no value: ", "w1.safetensors", "the weights did not change");
        write("1", true, whole(M, N), x0);
        row = score(method);
        assertNull(Objects.requireNonNull(row.update()).newInputsOldWeights());
        assertWarning(row, "dz with W0 has no value: ", "x1.safetensors", "the activations did not change");
    }

    private static void assertWarning(LayerScore row, String... parts) {
        assertTrue(row.warnings().stream()
                .anyMatch(warning -> Stream.of(parts).allMatch(warning::contains)),
                row.warnings() + "");
    }

    @Test
    void checkpointsThatDoNotFitAreSaid() {
        write("0", false, whole(M, N), whole(T, N));
        write("1", true, whole(M + 1, N), whole(T, N));
        LayerScore row = score(ScoreMethod.SVD);
        assertTrue(row.scored().isPresent());
        assertNull(row.update());
        assertWarning(row, "no ratios", "w0.safetensors", "is 9 x 7", "is 10 x 7; it has to be of the same size");
        write("1", true, whole(M, N), whole(T + 1, N));
        assertWarning(score(ScoreMethod.NORM), "x0.safetensors", "it has to hold the inputs of the same tokens");
        new SafetensorsWriter().add("b.weight", new long[]{1, 2}, new double[]{1, 2}).write(weights("0"));
        new SafetensorsWriter().add("b", new long[]{1, 2}, new double[]{1, 2}).write(inputs("0"));
        assertWarning(score(ScoreMethod.NORM), "the earlier checkpoint has no layer of this name");
    }

    @Test
    void badValuesOfTheEarlierCheckpointCostTheirRatios() {
        double[][] w0 = whole(M, N);
        double[][] x0 = whole(T, N);
        double[][] x = whole(T, N);
        w0[2][3] = Double.NaN;
        write("0", true, w0, x0);
        write("1", false, whole(M, N), x);
        LayerScore row = score(ScoreMethod.SVD);
        assertTrue(row.scored().isPresent());
        assertWarning(row, "z0 with dW", "the subtracted weights hold NaN at row 2, column 3");
        assertWarning(row, "dz with W0", "w0.safetensors", "the weights hold NaN at row 2, column 3");
    }

    @Test
    void aMaskLeavesTokensOutAtBothCheckpoints() {
        double[][] w0 = whole(M, N);
        double[][] w = whole(M, N);
        double[][] x0 = whole(2, N);
        double[][] x = whole(2, N);
        double[][] maskedX0 = {x0[0].clone(), x0[1]};
        maskedX0[0][0] = Double.NaN;
        write("0", true, w0, maskedX0);
        write("1", true, w, x, (byte) 0, (byte) 1);
        UpdateScore update = Objects.requireNonNull(score(ScoreMethod.GRAM).update());
        double[][] one = {x0[1]};
        double[][] change = plus(new double[][]{x[1]}, -1, one);
        assertRatio(Reference.overlap(plus(w, -1, w0), one), update.oldInputsNewWeights());
        assertRatio(Reference.overlap(w0, change), update.newInputsOldWeights());
        assertRatio(Reference.overlap(plus(w, -1, w0), change), update.newInputsNewWeights());
    }

    @Test
    void aRowMayBeThatOfADifference() {
        double[][] w0 = whole(M, N);
        double[][] w = whole(M, N);
        double[][] x0 = whole(T, N);
        double[][] x = whole(T, N);
        write("0", true, w0, x0);
        write("1", false, w, x);
        for (boolean ofWeights : new boolean[]{false, true}) {
            for (boolean ofInputs : new boolean[]{false, true}) {
                LayerScore row = withUpdates(ScoreMethod.SVD, (updates, scorer) -> updates.withOrigin(
                        scorer.score(updates.difference(job(), ofWeights, ofInputs)), ofWeights, ofInputs).row());
                double exact = Reference.overlap(ofWeights ? plus(w, -1, w0) : w, ofInputs ? plus(x, -1, x0) : x);
                assertEquals(exact, row.scored().orElseThrow().overlap(), 1e-12);
                UpdateScore update = Objects.requireNonNull(row.update());
                assertEquals(ofWeights, update.weights() != null);
                assertEquals(ofInputs, update.activations() != null);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(ScoreMethod.class)
    void aTrainedLayer(ScoreMethod method) {
        Path run = Needs.sample().resolve("hybridstories");
        try (TensorFile w = TensorFile.open(run.resolve("step_20000.weights.safetensors"));
                TensorFile x = TensorFile.open(run.resolve("step_20000.activations.safetensors"));
                TensorFile w0 = TensorFile.open(run.resolve("step_02000.weights.safetensors"));
                TensorFile x0 = TensorFile.open(run.resolve("step_02000.activations.safetensors"))) {
            Scorer scorer = new Scorer(new ScoreOptions(method, Precision.DOUBLE), Masks.NONE);
            Updates updates = Updates.since(Plan.of(w0, x0, Selection.ALL));
            for (LayerJob each : Plan.of(w, x, Selection.ALL).jobs()) {
                UpdateScore update = Objects.requireNonNull(updates.score(each, scorer).row().update());
                double[][] before = array(w0.matrix(each.layer() + ".weight"));
                double[][] change = plus(array(w.matrix(each.layer() + ".weight")), -1, before);
                double[][] inputs = array(x0.matrix(each.layer()));
                double[][] inputChange = plus(array(x.matrix(each.layer())), -1, inputs);
                assertEquals(loops(change, inputs), overlap(update.oldInputsNewWeights()), 1e-12);
                assertEquals(loops(before, inputChange), overlap(update.newInputsOldWeights()), 1e-12);
                assertEquals(loops(change, inputChange), overlap(update.newInputsNewWeights()), 1e-12);
            }
        }
    }

    @Test
    void otherTokensHaveAWarning() {
        for (boolean same : new boolean[]{false, true}) {
            double[][] w = whole(M, N);
            write("0", true, w, whole(T, N), ones(1));
            write("1", true, whole(M, N), whole(T, N), ones(same ? 1 : 2));
            LayerScore ratios = score(ScoreMethod.NORM);
            LayerScore difference = withUpdates(ScoreMethod.NORM, (updates, scorer) -> updates.withOrigin(
                    scorer.score(updates.difference(job(), false, true)), false, true).row());
            LayerScore ofWeights = withUpdates(ScoreMethod.NORM, (updates, scorer) -> updates.withOrigin(
                    scorer.score(updates.difference(job(), true, false)), true, false).row());
            for (LayerScore row : List.of(ratios, difference)) {
                assertEquals(same, row.warnings().stream().noneMatch(warning -> warning.contains("labels")),
                        row.warnings()::toString);
            }
            assertEquals(List.of(), ofWeights.warnings(), "the inputs are not subtracted");
        }
    }

    /** A mask in which all tokens count but one, if any. */
    private static byte[] ones(int masked) {
        byte[] mask = new byte[T];
        Arrays.fill(mask, (byte) 1);
        Arrays.fill(mask, 0, masked, (byte) 0);
        return mask;
    }

    private static double overlap(@Nullable Ratio ratio) {
        return Objects.requireNonNull(ratio).overlap();
    }

    private static double[][] array(Matrix a) {
        double[][] values = new double[(int) a.rows()][(int) a.columns()];
        for (int r = 0; r < values.length; r++) {
            for (int c = 0; c < values[r].length; c++) {
                values[r][c] = a.get(r, c);
            }
        }
        return values;
    }

    private static double loops(double[][] w, double[][] x) {
        double outputs = 0;
        for (double[] token : x) {
            for (double[] row : w) {
                double output = 0;
                for (int c = 0; c < row.length; c++) {
                    output += row[c] * token[c];
                }
                outputs += output * output;
            }
        }
        return outputs / (squares(w) * squares(x));
    }

    private static double squares(double[][] a) {
        double sum = 0;
        for (double[] row : a) {
            for (double value : row) {
                sum += value * value;
            }
        }
        return sum;
    }
}
