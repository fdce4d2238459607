package io.github.logalign.track;

import io.github.logalign.matrix.Precision;
import io.github.logalign.score.Glob;
import io.github.logalign.score.NameMap;
import io.github.logalign.score.ScoreMethod;
import io.github.logalign.score.Selection;
import io.github.logalign.tensor.SafetensorsWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/** Small checkpoints on disk. */
public final class TestRun {

    private static final int WIDTH = 32;
    private static final int TOKENS = 64;

    private TestRun() {}

    /** Writes a square layer called head with its activations. Different seeds give different numbers. */
    public static Checkpoint write(Path run, long step, long seed) {
        Random random = new Random(seed);
        float[] weight = new float[WIDTH * WIDTH];
        float[] inputs = new float[TOKENS * WIDTH];
        for (int i = 0; i < weight.length; i++) {
            weight[i] = (float) (random.nextGaussian() * (1 + i % WIDTH));
        }
        for (int i = 0; i < inputs.length; i++) {
            inputs[i] = (float) random.nextGaussian();
        }
        Path weights = run.resolve("step_" + step + ".weights.safetensors");
        Path activations = run.resolve("step_" + step + ".activations.safetensors");
        new SafetensorsWriter().add("head.weight", new long[]{WIDTH, WIDTH}, weight)
                .add("head.bias", new long[]{1024}, new float[1024])
                .write(weights);
        new SafetensorsWriter().add("head", new long[]{TOKENS, WIDTH}, inputs).write(activations);
        return new Checkpoint(step, weights, activations, null);
    }

    /** A scorer of all layers, or of those that match the patterns. */
    public static CheckpointScorer scorer(String... include) {
        return scorer(new Selection(
                null, null, List.of(), List.of(include).stream().map(Glob::of).toList(), List.of(), List.of()));
    }

    /** A scorer that reads head.weight as stored input x output. */
    public static CheckpointScorer transposing() {
        return scorer(new Selection(
                null, null, List.<NameMap>of(), List.of(), List.of(), List.of(Glob.of("head.weight"))));
    }

    private static CheckpointScorer scorer(Selection selection) {
        return new CheckpointScorer(ScoreMethod.NORM, Precision.DOUBLE, selection, 1);
    }
}
