package io.github.logalign.track;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.Interval;
import io.github.logalign.internal.stats.Holm;
import io.github.logalign.internal.stats.StudentT;
import io.github.logalign.matrix.Matrix;
import io.github.logalign.matrix.Precision;
import io.github.logalign.score.ScoreMethod;
import io.github.logalign.score.Scorer;
import io.github.logalign.score.Selection;
import io.github.logalign.score.TokenFingerprint;
import io.github.logalign.tensor.DataType;
import io.github.logalign.tensor.SafetensorsWriter;
import io.github.logalign.tensor.TensorFile;
import io.github.logalign.testing.Elements;
import io.github.logalign.testing.Needs;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ComparisonTest {

    @TempDir
    Path folder;

    /** What a layer's LAR and the influences of its groups are, by plain loops over blocks of 32 tokens. */
    private record Plain(double lar, double[] influences) {

        private static final int BLOCK = 32;

        static Plain of(Matrix weights, Matrix activations) {
            double[][] w = Elements.of(weights);
            double[][] x = Elements.of(activations);
            double[] outputs = new double[x.length / BLOCK];
            double[] inputs = new double[x.length / BLOCK];
            for (int t = 0; t < x.length; t++) {
                for (double[] row : w) {
                    double z = 0;
                    for (int i = 0; i < row.length; i++) {
                        z += row[i] * x[t][i];
                    }
                    outputs[t / BLOCK] += z * z;
                }
                inputs[t / BLOCK] += squares(x[t]);
            }
            double ofWeights = Arrays.stream(w).mapToDouble(Plain::squares).sum();
            double a = Arrays.stream(outputs).sum();
            double b = Arrays.stream(inputs).sum();
            double logN = Math.log(w[0].length);
            double[] influences = new double[inputs.length];
            Arrays.setAll(influences, d -> (outputs[d] / a - inputs[d] / b) / (2 * logN));
            return new Plain(1 + Math.log(a / (ofWeights * b)) / (2 * logN), influences);
        }

        private static double squares(double[] row) {
            return Arrays.stream(row).map(value -> value * value).sum();
        }
    }

    private static List<LayerSample> samples(Path run, long step, ScoreMethod method) throws InterruptedException {
        Checkpoint checkpoint = RunFolder.of(run, null).scan().checkpoints().stream()
                .filter(each -> each.step() == step).findFirst().orElseThrow();
        CheckpointScorer scorer = new CheckpointScorer(method, Precision.DOUBLE, Selection.ALL, 1);
        List<LayerSample> samples = new ArrayList<>();
        for (Scorer.Result result : scorer.score(checkpoint, Set.of(), null)) {
            samples.add(LayerSample.of(step, result).orElseThrow());
        }
        return samples;
    }

    private static Plain plain(Path run, String step, String layer) {
        try (TensorFile weights = TensorFile.open(run.resolve("step_" + step + ".weights.safetensors"));
                TensorFile activations = TensorFile.open(run.resolve("step_" + step + ".activations.safetensors"))) {
            return Plain.of(weights.matrix(layer + ".weight"), activations.matrix(layer));
        }
    }

    @ParameterizedTest
    @EnumSource(ScoreMethod.class)
    void twoStepsOfARealRunDifferAsPlainLoopsSay(ScoreMethod method) throws InterruptedException {
        Path run = Needs.sample().resolve("hybridstories");
        List<Comparison> rows = Comparison.ofCheckpoints(
                samples(run, 2000, method), samples(run, 20000, method), false);
        assertEquals(Set.of("lm_head", "blocks.4.mlp.w1"), Set.copyOf(rows.stream().map(
                row -> row.first().layer()).toList()));
        for (Comparison row : rows) {
            Plain first = plain(run, "02000", row.first().layer());
            Plain second = plain(run, "20000", row.first().layer());
            int groups = first.influences().length;
            double squares = 0;
            for (int d = 0; d < groups; d++) {
                squares += Math.pow(second.influences()[d] - first.influences()[d], 2);
            }
            // The tables' t for 63 and 31 degrees of freedom.
            double t = groups == 64 ? 1.998340542520745 : 2.0395134463964077;
            double half = t * Math.sqrt(squares * groups / (groups - 1));
            double difference = second.lar() - first.lar();
            Interval interval = row.difference().interval();
            assertNotNull(interval);
            assertTrue(row.difference().paired());
            assertEquals(difference, row.difference().difference(), 1e-12);
            assertEquals(difference - half, interval.low(), 1e-9);
            assertEquals(difference + half, interval.high(), 1e-9);
        }
    }

    /** The gain of pairing on real tokens. */
    @Test
    void whatTokensHaveInCommonCancels() throws InterruptedException {
        Path run = Needs.sample().resolve("hybridstories");
        LayerSample first = samples(run, 18000, ScoreMethod.NORM).getFirst();
        LayerSample second = samples(run, 20000, ScoreMethod.NORM).getFirst();
        LarDifference paired = LarDifference.of(first, second, false);
        LarDifference unpaired = LarDifference.of(withFingerprint(first, "other"), second, false);
        assertTrue(paired.paired());
        assertFalse(unpaired.paired());
        assertTrue(paired.standardError() < unpaired.standardError() / 2, paired + " " + unpaired);
    }

    private static LayerSample withFingerprint(LayerSample of, @Nullable String fingerprint) {
        return new LayerSample(of.step(), of.layer(), of.lar(), of.standardError(), of.tokens(), of.groups(),
                fingerprint,
                of.influences());
    }

    private static LayerSample sample(double lar, @Nullable String fingerprint, double... influences) {
        double squares = Arrays.stream(influences).map(h -> h * h).sum();
        int groups = influences.length;
        return new LayerSample(1, "head", lar, Math.sqrt(squares * groups / (groups - 1)), 32L * groups, groups,
                fingerprint,
                Arrays.stream(influences).boxed().toList());
    }

    private static double[] noise(int groups, double size, long seed) {
        Random random = new Random(seed);
        double[] noise = new double[groups];
        Arrays.setAll(noise, d -> size * random.nextGaussian());
        double mean = Arrays.stream(noise).average().orElseThrow();
        Arrays.setAll(noise, d -> noise[d] - mean);
        return noise;
    }

    @Test
    void otherTokensAddTheirErrors() {
        LayerSample first = sample(0.5, "a", noise(20, 0.001, 1));
        LayerSample second = sample(0.51, "b", noise(40, 0.003, 2));
        LarDifference difference = LarDifference.of(first, second, false);
        double error = Math.hypot(first.standardError(), second.standardError());
        assertEquals(error, difference.standardError(), 1e-15);
        double one = Math.pow(first.standardError(), 4) / 19;
        double two = Math.pow(second.standardError(), 4) / 39;
        int freedom = (int) (Math.pow(error, 4) / (one + two));
        Interval interval = difference.interval();
        assertNotNull(interval);
        assertEquals(0.01 + error * StudentT.quantile(0.025, freedom), interval.high(), 1e-12);
        assertFalse(LarDifference.of(sample(0.5, null, noise(20, 1, 1)), sample(0.5, null, noise(20, 1, 1)), false)
                .paired(), "nothing is known of the tokens");
        assertTrue(LarDifference.of(sample(0.5, null, noise(20, 1, 1)), sample(0.5, null, noise(20, 1, 1)), true)
                .paired());
    }

    @Test
    void whatIsSaidToBeTheSameMustFit() {
        assertThrows(IllegalArgumentException.class,
                () -> LarDifference.of(sample(0.5, null, noise(20, 1, 1)), sample(0.5, null, noise(21, 1, 1)), true));
    }

    @Test
    void fewGroupsGiveNoPValue() {
        LarDifference difference = LarDifference.of(
                sample(0.5, "a", noise(7, 0.1, 1)), sample(0.6, "a", noise(7, 0.1, 2)), false);
        assertNull(difference.interval());
        assertNull(difference.pValue());
        assertEquals(0.1, difference.difference(), 1e-15);
    }

    @Test
    void equalSidesDoNotDiffer() {
        LayerSample same = sample(0.5, "a", noise(16, 0.1, 3));
        LarDifference difference = LarDifference.of(same, same, false);
        assertEquals(1, difference.pValue());
        assertEquals(new Interval(0, 0, 0.95), difference.interval());
        assertEquals(0.5, Comparison.ofRuns(List.of(same), List.of(same), false).getFirst().first().lar());
    }

    @Test
    void holmStepsDown() {
        assertArrayEquals(new double[]{0.03, 0.06, 0.06, 0.02},
                Holm.adjusted(new double[]{0.01, 0.04, 0.03, 0.005}), 1e-15);
        assertArrayEquals(new double[]{1, 1}, Holm.adjusted(new double[]{0.6, 0.9}), 0);
        assertEquals(0, Holm.adjusted(new double[0]).length);
    }

    /** With no difference at all, a p-value below 0.05 is as rare as it says. */
    @Test
    void pValuesAreUniformWhereNothingMoved() {
        int below = 0;
        int runs = 2000;
        Random random = new Random(1);
        for (int run = 0; run < runs; run++) {
            double[] moved = noise(24, 0.01, random.nextLong());
            double shift = 0.01 / Math.sqrt(24) * random.nextGaussian() * 24;
            double[] zero = new double[24];
            LarDifference difference = LarDifference.of(sample(0.5, "a", zero), sample(0.5 + shift, "a", moved), false);
            Double p = difference.pValue();
            assertNotNull(p);
            below += p < 0.05 ? 1 : 0;
        }
        assertEquals(0.05, (double) below / runs, 4 * Math.sqrt(0.05 * 0.95 / runs));
    }

    @Test
    void fingerprintsAreThoseOfTheTokens() throws IOException {
        Path one = folder.resolve("one.safetensors");
        Path other = folder.resolve("other.safetensors");
        Path described = folder.resolve("described.safetensors");
        float[] x = new float[8];
        new SafetensorsWriter().add("head", new long[]{4, 2}, x).write(one);
        assertEquals(Optional.empty(), fingerprint(one));
        new SafetensorsWriter().add("head", new long[]{4, 2}, x).metadata("text", "tales").metadata("step", "1")
                .write(described);
        new SafetensorsWriter().add("head", new long[]{4, 2}, x).metadata("text", "tales").metadata("step", "2")
                .write(other);
        assertEquals(fingerprint(described), fingerprint(other));
        assertTrue(fingerprint(described).orElseThrow().startsWith("description "));
        Path numbered = folder.resolve("numbered.safetensors");
        Path others = folder.resolve("others.safetensors");
        withIds(numbered, 5);
        withIds(others, 6);
        assertTrue(fingerprint(numbered).orElseThrow().startsWith("ids "));
        assertNotEquals(fingerprint(numbered), fingerprint(others));
    }

    private static void withIds(Path file, long last) throws IOException {
        new SafetensorsWriter().add("head", new long[]{4, 2}, new float[8])
                .add("input_ids", DataType.I64, new long[]{4}, MemorySegment.ofArray(new long[]{1, 2, 3, last}))
                .metadata("text", "tales")
                .write(file);
    }

    private static Optional<String> fingerprint(Path file) {
        try (TensorFile open = TensorFile.open(file)) {
            return TokenFingerprint.of(open);
        }
    }

    @Test
    void aFileHoldsPools() {
        LayerSample pooled = sample(0.5, "a", noise(300, 1, 4)).pooled();
        assertEquals(128, pooled.influences().size());
        assertEquals(0, pooled.influences().stream().mapToDouble(Double::doubleValue).sum(), 1e-12);
        assertEquals(300, pooled.groups());
    }
}
