package io.github.logalign;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.matrix.Matrix;
import io.github.logalign.matrix.TokenGroups;
import io.github.logalign.matrix.TokenMask;
import io.github.logalign.tensor.TensorFile;
import io.github.logalign.testing.Elements;
import io.github.logalign.testing.Needs;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * What LAR of two small language models depends on besides the model: how many tokens, which text, where in their context, and
 * the mean of the inputs. Leaves its tables for docs/statistics.md in target/statistics.
 */
@Tag("statistics")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SampleSensitivityTest {

    private static final int BLOCK = 32;
    private static final int WINDOW = 128;
    private static final List<String> LINES = new ArrayList<>();

    private static TensorFile stories(String file) {
        return TensorFile.open(Needs.sample().resolve("stories260k").resolve(file));
    }

    private static TensorFile hybrid(String file) {
        return TensorFile.open(Needs.sample().resolve("hybridstories").resolve("step_20000." + file + ".safetensors"));
    }

    @AfterAll
    static void write() throws IOException {
        if (!LINES.isEmpty()) {
            Files.write(Files.createDirectories(Path.of("target/statistics")).resolve("sensitivity.md"), LINES);
        }
    }

    /** A score of the tokens that count. */
    private record Score(double lar, double half, double k, double effectiveRank) {

        static Score of(Matrix w, Matrix x, IntPredicate counting) {
            BitSet bits = new BitSet();
            int tokens = (int) x.rows();
            for (int t = 0; t < tokens; t++) {
                bits.set(t, counting.test(t));
            }
            try (Arena arena = Arena.ofConfined()) {
                WeightSpectrum spectrum = WeightSpectrum.of(w, arena);
                ActivationSpectrum q = spectrum.project(
                        x, TokenMask.of(bits, tokens), TokenGroups.consecutive(tokens, tokens / BLOCK));
                Alignment alignment = spectrum.alignment(q);
                Interval lar = spectrum.uncertainty(q).orElseThrow().lar(Interval.LEVEL).orElseThrow();
                return new Score(alignment.lar(), lar.halfWidth(), alignment.effectiveDimension(),
                        q.spread().orElseThrow().effectiveRank());
            }
        }
    }

    private static void heading(String heading, String text, String columns) {
        int count = columns.split(" \\| ", -1).length;
        LINES.addAll(List.of((LINES.isEmpty() ? "" : "\n") + "## " + heading, "", text, "", "| " + columns + " |",
                "| --- |" + " ---: |".repeat(count - 1)));
    }

    @Test
    @Order(1)
    void moreTokensGiveNarrowerIntervals() {
        try (TensorFile weights = stories("weights.safetensors");
                TensorFile tales = stories("activations_tinystories.safetensors");
                TensorFile alice = stories("activations_alice.safetensors")) {
            Matrix w = weights.matrix("output.weight");
            heading("How many tokens",
                    "The unembedding of stories260K, the first T tokens of a text in blocks of 32, and 2,048"
                            + " tokens of another text: which text it is matters more than how many tokens there are.",
                    "tokens | LAR | half the 95 % interval");
            List<Score> scores = new ArrayList<>();
            for (int tokens = 256; tokens <= 2048; tokens *= 2) {
                int last = tokens;
                scores.add(Score.of(w, tales.matrix("output"), t -> t < last));
                LINES.add(String.format(Locale.ROOT, "| %,d | %.4f | %.4f |", tokens, scores.getLast().lar(),
                        scores.getLast().half()));
            }
            Score other = Score.of(w, alice.matrix("output"), _ -> true);
            LINES.add(String.format(Locale.ROOT, "| 2,048 of Alice in Wonderland | %.4f | %.4f |", other.lar(),
                    other.half()));
            assertTrue(scores.getLast().half() < scores.getFirst().half() / 1.7, scores.toString());
            assertTrue(Math.abs(other.lar() - scores.getLast().lar()) > other.half() + scores.getLast().half(),
                    scores.toString());
        }
    }

    @Test
    @Order(2)
    void positionsDiffer() {
        try (TensorFile weights = hybrid("weights"); TensorFile inputs = hybrid("activations")) {
            Matrix w = weights.matrix("lm_head.weight");
            heading("Where in the context",
                    "The unembedding of HybridStories at step 20,000, 16 windows of 128 tokens, by the"
                            + " position in the window.",
                    "positions | LAR | half the 95 % interval");
            int[] ends = {8, 32, 64, 96, 128};
            int from = 0;
            List<Score> scores = new ArrayList<>();
            for (int end : ends) {
                int first = from;
                scores.add(Score.of(w, inputs.matrix("lm_head"), t -> t % WINDOW >= first && t % WINDOW < end));
                LINES.add(String.format(Locale.ROOT, "| %d to %d | %.4f | %.4f |", first, end - 1,
                        scores.getLast().lar(), scores.getLast().half()));
                from = end;
            }
            assertTrue(scores.get(0).lar() < scores.get(1).lar(), scores.toString());
        }
    }

    @Test
    @Order(3)
    void theMeanOfTheInputsCarriesPartOfIt() {
        try (TensorFile weights = stories("weights.safetensors");
                TensorFile inputs = stories("activations_tinystories.safetensors")) {
            heading("The mean of the inputs, and k",
                    "stories260K: with the mean of the inputs taken away the number is another"
                            + " one. k is neither the effective rank of the weight's spectrum p nor that of the inputs' q.",
                    "layer | LAR | of X minus its mean | energy of the mean | k | effective rank of q | of p");
            boolean anyMoved = false;
            for (String layer : List.of("output", "layers.0.attention.wq", "layers.0.feed_forward.w1",
                    "layers.4.attention.wq", "layers.4.attention.wo", "layers.4.feed_forward.w1",
                    "layers.4.feed_forward.w2")) {
                Matrix w = weights.matrix(layer + ".weight");
                double[][] x = Elements.of(inputs.matrix(layer));
                Score whole = Score.of(w, Samples.matrix(x), _ -> true);
                double before = energy(x);
                centre(x);
                Score centred = Score.of(w, Samples.matrix(x), _ -> true);
                try (Arena arena = Arena.ofConfined()) {
                    LINES.add(String.format(Locale.ROOT, "| %s | %.3f | %.3f | %.0f %% | %.1f | %.1f | %.1f |", layer,
                            whole.lar(), centred.lar(),
                            100 * (1 - energy(x) / before), whole.k(), whole.effectiveRank(),
                            WeightSpectrum.of(w, arena).spread().orElseThrow().effectiveRank()));
                }
                anyMoved |= Math.abs(whole.lar() - centred.lar()) > whole.half() + centred.half();
            }
            assertTrue(anyMoved);
        }
    }

    private static double energy(double[][] x) {
        double sum = 0;
        for (double[] row : x) {
            for (double value : row) {
                sum += value * value;
            }
        }
        return sum;
    }

    private static void centre(double[][] x) {
        for (int i = 0; i < x[0].length; i++) {
            double mean = 0;
            for (double[] row : x) {
                mean += row[i] / x.length;
            }
            for (double[] row : x) {
                row[i] -= mean;
            }
        }
    }
}
