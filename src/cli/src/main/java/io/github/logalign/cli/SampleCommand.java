package io.github.logalign.cli;

import io.github.logalign.internal.io.Folders;
import io.github.logalign.tensor.SafetensorsWriter;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sample}: writes a small checkpoint and a dump of activations to experiment with. */
@Command(name = "sample", description = "Write a small checkpoint and a dump of activations to experiment with.")
final class SampleCommand implements Callable<Integer> {

    private static final int TOKENS = 512;
    private static final int WIDTH = 64;
    private static final int VOCABULARY = 512;
    private static final int HIDDEN = 256;

    /** The generator in the metadata of the files, by which they are recognised. */
    static final String GENERATOR = "logalign sample";

    private static final String WEIGHTS = "model.safetensors";
    private static final String ACTIVATIONS = "activations.safetensors";

    @Writes(value = OwnFile.SAMPLE, files = {WEIGHTS, ACTIVATIONS})
    @Parameters(paramLabel = "DIR", description = "The folder to write to; created if it does not exist.")
    private Path folder = Path.of("");

    @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "Seed (default: ${DEFAULT-VALUE}).")
    private long seed;

    @Mixin
    final ForceOption force = new ForceOption();

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
        Folders.make(folder);
        Random random = new Random(seed);
        // The head is an aligned layer: its inputs and its rows share a few directions. The other layers are random.
        float[] features = normal(8 * WIDTH, random);
        Path weights = folder.resolve(WEIGHTS);
        new SafetensorsWriter()
                .metadata("format", "pt")
                .metadata("generator", GENERATOR)
                .add("lm_head.weight", new long[]{VOCABULARY, WIDTH}, mixed(VOCABULARY, features, random))
                .add("mlp.up.weight", new long[]{HIDDEN, WIDTH}, normal(HIDDEN * WIDTH, random))
                .add("mlp.down.weight", new long[]{WIDTH, HIDDEN}, normal(WIDTH * HIDDEN, random))
                .write(weights);
        Path activations = folder.resolve(ACTIVATIONS);
        new SafetensorsWriter()
                .metadata("step", "0")
                .metadata("generator", GENERATOR)
                .add("lm_head", new long[]{TOKENS, WIDTH}, mixed(TOKENS, features, random))
                .add("mlp.up", new long[]{TOKENS, WIDTH}, normal(TOKENS * WIDTH, random))
                .add("mlp.down", new long[]{TOKENS, HIDDEN}, normal(TOKENS * HIDDEN, random))
                .write(activations);
        out.println(weights);
        out.println(activations);
        out.flush();
        return 0;
    }

    private static float[] normal(int count, Random random) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    /** Rows that are linear combinations of the features plus a little noise. */
    private static float[] mixed(int rows, float[] features, Random random) {
        int count = features.length / WIDTH;
        float[] values = normal(rows * WIDTH, random);
        for (int row = 0; row < rows; row++) {
            for (int feature = 0; feature < count; feature++) {
                float share = (float) random.nextGaussian() * 2 / (1 + feature);
                for (int c = 0; c < WIDTH; c++) {
                    values[row * WIDTH + c] += share * features[feature * WIDTH + c];
                }
            }
        }
        return values;
    }
}
