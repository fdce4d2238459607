package io.github.logalign.lab;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.matrix.LogalignException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.function.DoubleSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The trainers: gradients compared with finite differences, the optimiser compared with its formula, and identical
 * files for a seed.
 */
class TrainingTest {

    @TempDir
    Path folder;

    /** Changes single weights and compares the change of the loss with the gradient. */
    private static void check(String name, Floats parameter, float[] gradient, DoubleSupplier loss, Random random) {
        double largest = 0;
        for (float value : gradient) {
            largest = Math.max(largest, Math.abs(value));
        }
        assertTrue(largest > 0, name + " has a gradient");
        float move = 2e-3f;
        double[] errors = new double[24];
        for (int probe = 0; probe < errors.length; probe++) {
            int i = random.nextInt(parameter.size());
            float before = parameter.get(i);
            parameter.set(i, before + move);
            double above = loss.getAsDouble();
            parameter.set(i, before - move);
            double below = loss.getAsDouble();
            parameter.set(i, before);
            errors[probe] = Math.abs((above - below) / (2 * move) - gradient[i]);
        }
        Arrays.sort(errors);
        double median = errors[errors.length / 2];
        double worst = errors[errors.length - 1];
        // The loss is not differentiable where a unit crosses the kink of ReLU, which happens for few weights.
        assertTrue(
                median < 0.003 * largest + 1e-4 && worst < 0.15 * largest + 1e-4,
                name + ": off by " + median + ", at worst " + worst + " where the largest is " + largest);
    }

    private static float[] copy(Floats values) {
        float[] copy = new float[values.size()];
        for (int i = 0; i < copy.length; i++) {
            copy[i] = values.get(i);
        }
        return copy;
    }

    @Test
    void gradientsOfModularAdditionMatchItsLoss() {
        try (Arena arena = Arena.ofConfined()) {
            Random random = new Random(1);
            ModularAddition pairs = ModularAddition.shuffled(7, random).slice(0, 14);
            GrokkingModel model = new GrokkingModel(arena, 7, 14, random);
            model.backward(pairs);
            model.parameters().forEach((name, parameter) -> check(
                    name, parameter, copy(model.gradient(name)),
                    () -> CrossEntropy.evaluate(model.forward(pairs), pairs.sums()).loss(), random));
        }
    }

    @Test
    void gradientsOfTheByteModelMatchItsLoss() {
        try (Arena arena = Arena.ofConfined()) {
            Random random = new Random(2);
            byte[] text = "to be or not to be, that is the question".getBytes(StandardCharsets.UTF_8);
            int[] positions = {8, 9, 12, 17, 20, 25, 30, 39};
            ByteModel model = new ByteModel(arena, RepetitionOptions.Size.SMALL, positions.length, random);
            model.backward(text, positions, 0, positions.length);
            int[] labels = ByteModel.labels(text, positions, 0, positions.length);
            for (Map.Entry<String, Floats> entry : model.parameters().entrySet()) {
                check(entry.getKey(), entry.getValue(), copy(model.gradient(entry.getKey())),
                        () -> CrossEntropy.evaluate(model.forward(text, positions, 0, positions.length), labels).loss(),
                        random);
            }
        }
    }

    @Test
    void theGradientAtTheLabelIsExactForConfidentPredictions() {
        try (Arena arena = Arena.ofConfined()) {
            Floats logits = Floats.of(arena, 1, 3);
            logits.set(0, 30);
            CrossEntropy.toGradient(logits, new int[]{0});
            assertEquals(-(logits.get(1) + logits.get(2)), logits.get(0));
            assertTrue(logits.get(1) > 0, "a probability of 1e-13 is not lost");
        }
    }

    @Test
    void theOptimiserMatchesItsFormula() {
        try (Arena arena = Arena.ofConfined()) {
            Floats weight = Floats.of(arena, 1, 1);
            Floats gradient = Floats.of(arena, 1, 1);
            weight.set(0, 2);
            AdamW optimiser = new AdamW(weight, gradient);
            double expected = 2;
            double first = 0;
            double second = 0;
            for (int step = 1; step <= 5; step++) {
                double g = 0.3 * step - 1;
                gradient.set(0, (float) g);
                optimiser.update(step, 0.01, 0.1);
                first = 0.9 * first + 0.1 * g;
                second = 0.98 * second + 0.02 * g * g;
                double direction = first / (1 - Math.pow(0.9, step))
                        / (Math.sqrt(second / (1 - Math.pow(0.98, step))) + 1e-8);
                expected -= 0.01 * (direction + 0.1 * expected);
                assertEquals(expected, weight.get(0), 1e-5, "step " + step);
            }
        }
    }

    @Test
    void everyPairOccursOnce() {
        ModularAddition all = ModularAddition.shuffled(11, new Random(3));
        assertEquals(66, all.size());
        boolean[] seen = new boolean[121];
        for (int i = 0; i < all.size(); i++) {
            int a = Math.min(all.a()[i], all.b()[i]);
            int b = Math.max(all.a()[i], all.b()[i]);
            assertTrue(!seen[a * 11 + b], "once");
            seen[a * 11 + b] = true;
            assertEquals((a + b) % 11, all.sums()[i]);
        }
    }

    @Test
    void theDimensionCountsFrequencies() {
        int p = 13;
        ModularAddition all = ModularAddition.shuffled(p, new Random(4));
        try (Arena arena = Arena.ofConfined()) {
            Floats logits = Floats.of(arena, all.size(), p);
            for (int i = 0; i < all.size(); i++) {
                for (int c = 0; c < p; c++) {
                    double angle = 2 * Math.PI * (c - all.sums()[i]) / p;
                    logits.set(i * p + c,
                            (float) (Math.cos(2 * angle) + 0.5 * Math.cos(5 * angle) + 0.001 * Math.cos(angle)));
                }
            }
            FunctionDimension dimension = new FunctionDimension(p);
            dimension.add(logits, all);
            assertEquals(4, dimension.dimension());
        }
    }

    private Path grokking(String name, long seed) {
        Path to = folder.resolve(name);
        Grokking.train(new GrokkingOptions(seed, 1, 11, 20, 10), to, (step, total) -> {});
        return to;
    }

    private static void assertSameFiles(Path one, Path other) throws IOException {
        List<Path> names;
        try (Stream<Path> files = Files.list(one)) {
            names = files.map(Path::getFileName).sorted().toList();
        }
        assertEquals(7, names.size(), "three checkpoints of two files, and the metrics");
        for (Path name : names) {
            assertArrayEquals(Files.readAllBytes(one.resolve(name)), Files.readAllBytes(other.resolve(name)),
                    name::toString);
        }
    }

    @Test
    void aSeedGivesTheSameFiles() throws IOException {
        assertSameFiles(grokking("one", 5), grokking("two", 5));
        assertTrue(Files.mismatch(
                grokking("three", 6).resolve("metrics.csv"), folder.resolve("one").resolve("metrics.csv")) >= 0);
    }

    @Test
    void theByteModelGivesTheSameFilesForASeedAndLearns() throws IOException {
        Path text = folder.resolve("text.txt");
        Files.writeString(text, "the quick brown fox jumps over the lazy dog. ".repeat(2000));
        for (String name : List.of("one", "two")) {
            Repetition.train(
                    new RepetitionOptions(1, RepetitionOptions.Size.SMALL, 4, 200, 100, text), folder.resolve(name),
                    (step, total) -> {});
        }
        assertSameFiles(folder.resolve("one"), folder.resolve("two"));
        List<String> metrics = Files.readAllLines(folder.resolve("one").resolve("metrics.csv"));
        double before = Double.parseDouble(metrics.get(1).split(",", -1)[1]);
        double after = Double.parseDouble(metrics.getLast().split(",", -1)[1]);
        assertTrue(before > 4 && after < 0.5, "from " + before + " to " + after + " nats");
    }

    @Test
    void unusableTextIsRefused() throws IOException {
        Path small = Files.writeString(folder.resolve("small.txt"), "too little");
        refused(small, "text");
        refused(folder.resolve("nowhere"), "nowhere");
        Path full = Files.createDirectory(folder.resolve("full"));
        Files.writeString(full.resolve("precious"), "data");
        String message = Objects.requireNonNull(assertThrows(LogalignException.class, () -> Grokking.train(
                new GrokkingOptions(1, 1, 11, 20, 10), full, (step, total) -> {})).getMessage());
        assertTrue(message.contains("not empty"), message);
        assertEquals("data", Files.readString(full.resolve("precious")));
    }

    private void refused(Path text, String named) {
        Path out = folder.resolve("out");
        String message = Objects.requireNonNull(assertThrows(LogalignException.class, () -> Repetition.train(
                new RepetitionOptions(1, RepetitionOptions.Size.SMALL, 1, 200, 100, text), out, (step, total) -> {}))
                .getMessage());
        assertTrue(message.contains(named) && !message.contains("\n"), message);
        assertTrue(!Files.exists(out), "no run was started");
    }
}
