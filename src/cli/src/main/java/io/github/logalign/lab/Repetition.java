package io.github.logalign.lab;

import io.github.logalign.internal.Boundary;
import io.github.logalign.internal.blas.Blas;
import io.github.logalign.matrix.LogalignException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;

/**
 * A small language model on bytes. On fresh text, LAR of its unembedding stays level. When a small text is repeated,
 * the model overfits, and LAR declines as the gap between the losses grows.
 */
public final class Repetition {

    private static final double RATE = 1e-3;
    private static final int WARM_UP = 100;
    private static final double DECAY = 0.1;

    /** The number of positions for measuring losses, which leaves a noise of a few hundredths of a nat. */
    private static final int EVALUATED = 16_384;

    /**
     * The number of positions per evaluation batch. The inputs at as many training positions, the first ones, are
     * recorded.
     */
    private static final int CHUNK = 2048;

    private Repetition() {}

    /**
     * Trains, and writes a checkpoint at step 0 and at every interval: {@code step_00100.weights.safetensors},
     * {@code step_00100.activations.safetensors} with the unembedding's inputs at 2,048 of the training positions, and
     * {@code metrics.csv}. Deterministic for a seed, one BLAS and one vector width.
     *
     * @param options the options of the run
     * @param folder a new or empty folder
     * @param listener called after every step
     * @throws LogalignException if there is too little text, or the folder is not empty or not writable
     */
    public static void train(RepetitionOptions options, Path folder, StepListener listener) {
        Random random = new Random(options.seed());
        RepetitionOptions.Size size = options.size();
        TextBlocks blocks = TextBlocks.shuffled(TextSource.read(options.text()), size.context(), random);
        int positions = options.positions();
        if (positions > blocks.training().length) {
            throw new LogalignException("the text has " + blocks.training().length + " training positions, but "
                    + positions + " are needed; give more text with --text, or use more epochs");
        }
        int[] seen = Arrays.copyOf(blocks.training(), positions);
        RunWriter run = new RunWriter(folder, described(blocks.text(), seen), "trainLoss", "validationLoss");
        Boundary.run(() -> Blas.onLargeStack(() -> {
            try (Arena arena = Arena.ofConfined()) {
                train(options, new Data(blocks.text(), seen, blocks.heldOut()), run, listener, arena, random);
            }
            return folder;
        }));
    }

    /** Tells positions of this text from others, also those of other runs. */
    private static String described(byte[] text, int[] seen) {
        int[] recorded = Arrays.copyOf(seen, Math.min(CHUNK, seen.length));
        return recorded.length + " positions " + Integer.toHexString(Arrays.hashCode(recorded)) + " of the text "
                + Integer.toHexString(Arrays.hashCode(text)) + " of " + text.length + " bytes";
    }

    private record Data(byte[] text, int[] seen, int[] heldOut) {}

    private static void train(
            RepetitionOptions options, Data data, RunWriter run, StepListener listener, Arena arena, Random random) {
        int batch = options.size().batch();
        ByteModel model = new ByteModel(arena, options.size(), Math.max(CHUNK, batch), random);
        int[] order = data.seen().clone();
        int next = 0;
        checkpoint(0, model, data, run);
        for (int step = 1; step <= options.steps(); step++) {
            int[] positions = new int[batch];
            for (int i = 0; i < batch; i++) {
                if (next == order.length) {
                    TextBlocks.shuffle(order, random);
                    next = 0;
                }
                positions[i] = order[next++];
            }
            model.backward(data.text(), positions, 0, batch);
            model.update(step, RATE * Math.min((double) step / WARM_UP, 1), DECAY);
            if (step % options.interval() == 0 || step == options.steps()) {
                checkpoint(step, model, data, run);
            }
            listener.step(step, options.steps());
        }
    }

    private static void checkpoint(int step, ByteModel model, Data data, RunWriter run) {
        double validation = loss(model, data.text(), data.heldOut());
        double training = loss(model, data.text(), data.seen());
        int recorded = Math.min(CHUNK, data.seen().length);
        model.forward(data.text(), data.seen(), 0, recorded);
        run.write(
                step, model.parameters(), ByteModel.SCORED, model.scoredInputs(recorded), training, validation);
    }

    private static double loss(ByteModel model, byte[] text, int[] positions) {
        int count = Math.min(EVALUATED, positions.length);
        double sum = 0;
        for (int from = 0; from < count; from += CHUNK) {
            int chunk = Math.min(CHUNK, count - from);
            Floats logits = model.forward(text, positions, from, chunk);
            sum += chunk * CrossEntropy.evaluate(logits, ByteModel.labels(text, positions, from, chunk)).loss();
        }
        return sum / count;
    }
}
