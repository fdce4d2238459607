package io.github.logalign.lab;

import io.github.logalign.internal.Boundary;
import io.github.logalign.internal.blas.Blas;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Random;

/**
 * Modular addition: a small network first memorises its training pairs, and much later generalises. While it
 * generalises, LAR of its unembedding rises, and the effective dimension k falls to that of the learned function.
 */
public final class Grokking {

    private static final double RATE = 3e-3;
    private static final int WARM_UP = 10;

    private Grokking() {}

    /**
     * Trains, and writes a checkpoint at step 0 and at every interval: {@code step_00025.weights.safetensors},
     * {@code step_00025.activations.safetensors} with the unembedding's inputs for all training pairs, and
     * {@code metrics.csv}. Deterministic for a seed, one BLAS and one vector width.
     *
     * @param options the options of the run
     * @param folder a new or empty folder
     * @param listener called after every step
     * @throws io.github.logalign.matrix.LogalignException if the folder is not empty or cannot be written to
     */
    public static void train(GrokkingOptions options, Path folder, StepListener listener) {
        RunWriter run = new RunWriter(
                folder,
                "all training pairs of modular addition, modulus " + options.modulus() + ", seed " + options.seed(),
                "trainLoss", "trainAccuracy", "testLoss", "testAccuracy", "functionDimension");
        Boundary.run(() -> Blas.onLargeStack(() -> {
            try (Arena arena = Arena.ofConfined()) {
                train(options, run, listener, arena);
            }
            return folder;
        }));
    }

    private static void train(GrokkingOptions options, RunWriter run, StepListener listener, Arena arena) {
        Random random = new Random(options.seed());
        ModularAddition all = ModularAddition.shuffled(options.modulus(), random);
        ModularAddition train = all.slice(0, all.size() / 2);
        ModularAddition test = all.slice(all.size() / 2, all.size());
        GrokkingModel model = new GrokkingModel(arena, options.modulus(), test.size(), random);
        checkpoint(0, model, train, test, run);
        for (int step = 1; step <= options.steps(); step++) {
            model.backward(train);
            model.update(step, RATE * Math.min((double) step / WARM_UP, 1), options.weightDecay());
            if (step % options.interval() == 0 || step == options.steps()) {
                checkpoint(step, model, train, test, run);
            }
            listener.step(step, options.steps());
        }
    }

    private static void checkpoint(
            int step, GrokkingModel model, ModularAddition train, ModularAddition test, RunWriter run) {
        FunctionDimension function = new FunctionDimension(model.modulus());
        Floats testLogits = model.forward(test);
        CrossEntropy.Result onTest = CrossEntropy.evaluate(testLogits, test.sums());
        function.add(testLogits, test);
        // The training pairs come last, since their inputs are recorded.
        Floats trainLogits = model.forward(train);
        CrossEntropy.Result onTrain = CrossEntropy.evaluate(trainLogits, train.sums());
        function.add(trainLogits, train);
        run.write(
                step, model.parameters(), GrokkingModel.SCORED, model.scoredInputs(train.size()), onTrain.loss(),
                onTrain.accuracy(), onTest.loss(), onTest.accuracy(), function.dimension());
    }
}
