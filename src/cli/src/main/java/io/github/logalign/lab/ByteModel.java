package io.github.logalign.lab;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * A language model on bytes: x is the concatenation of the embeddings of the preceding bytes, y = norm(W2 relu(W1 x)),
 * logits = U y. No biases. All weights are output x input. The unembedding U is the layer that is scored.
 */
final class ByteModel {

    static final String SCORED = "unembed";

    private static final int BYTES = 256;

    private final Map<String, Floats> parameters = new LinkedHashMap<>();
    private final List<AdamW> optimisers = new ArrayList<>();
    private final int context;
    private final int embedding;
    private final Floats embed;
    private final Floats w1;
    private final Floats w2;
    private final Floats unembed;
    private final Floats embedGradient;
    private final Floats w1Gradient;
    private final Floats w2Gradient;
    private final Floats unembedGradient;
    private final Floats x;
    private final Floats xGradient;
    private final Floats hidden;
    private final Floats hiddenGradient;
    private final Floats y;
    private final Floats yGradient;
    private final Floats logits;
    private final float[] roots;

    ByteModel(Arena arena, RepetitionOptions.Size size, int mostPositions, Random random) {
        this.context = size.context();
        this.embedding = size.embedding();
        int inputs = context * embedding;
        embed = Floats.normal(arena, BYTES, embedding, 1, random);
        w1 = Floats.normal(arena, size.hidden(), inputs, Math.sqrt(2.0 / inputs), random);
        w2 = Floats.normal(arena, size.width(), size.hidden(), Math.sqrt(1.0 / size.hidden()), random);
        unembed = Floats.normal(arena, BYTES, size.width(), Math.sqrt(1.0 / size.width()), random);
        embedGradient = add(arena, "embed.weight", embed);
        w1Gradient = add(arena, "mlp.up.weight", w1);
        w2Gradient = add(arena, "mlp.down.weight", w2);
        unembedGradient = add(arena, SCORED + ".weight", unembed);
        x = Floats.of(arena, mostPositions, inputs);
        xGradient = Floats.of(arena, size.batch(), inputs);
        hidden = Floats.of(arena, mostPositions, size.hidden());
        hiddenGradient = Floats.of(arena, size.batch(), size.hidden());
        y = Floats.of(arena, mostPositions, size.width());
        yGradient = Floats.of(arena, size.batch(), size.width());
        logits = Floats.of(arena, mostPositions, BYTES);
        roots = new float[mostPositions];
    }

    private Floats add(Arena arena, String name, Floats parameter) {
        Floats gradient = Floats.of(arena, parameter.rows(), parameter.columns());
        parameters.put(name, parameter);
        optimisers.add(new AdamW(parameter, gradient));
        return gradient;
    }

    Map<String, Floats> parameters() {
        return parameters;
    }

    /** Computes the logits at some positions of a text. They are valid until the next call. */
    Floats forward(byte[] text, int[] positions, int from, int count) {
        int inputs = context * embedding;
        for (int i = 0; i < count; i++) {
            int position = positions[from + i];
            for (int back = 0; back < context; back++) {
                int row = (text[position - context + back] & 0xff) * embedding;
                int at = i * inputs + back * embedding;
                for (int c = 0; c < embedding; c++) {
                    x.set(at + c, embed.get(row + c));
                }
            }
        }
        Floats hs = hidden.firstRows(count);
        Floats ys = y.firstRows(count);
        Floats out = logits.firstRows(count);
        hs.setToLayer(x.firstRows(count), w1);
        Layers.relu(hs);
        ys.setToLayer(hs, w2);
        Layers.rmsNorm(ys, roots);
        out.setToLayer(ys, unembed);
        return out;
    }

    /** The inputs of the unembedding in the last call of {@link #forward}. */
    Floats scoredInputs(int count) {
        return y.firstRows(count);
    }

    /** The bytes to predict at some positions. */
    static int[] labels(byte[] text, int[] positions, int from, int count) {
        int[] labels = new int[count];
        for (int i = 0; i < count; i++) {
            labels[i] = text[positions[from + i]] & 0xff;
        }
        return labels;
    }

    /** Computes the gradients of the mean loss over a batch for all parameters. */
    void backward(byte[] text, int[] positions, int from, int count) {
        Floats out = forward(text, positions, from, count);
        CrossEntropy.toGradient(out, labels(text, positions, from, count));
        Floats xs = x.firstRows(count);
        Floats hs = hidden.firstRows(count);
        Floats ys = y.firstRows(count);
        Floats dy = yGradient.firstRows(count);
        Floats dh = hiddenGradient.firstRows(count);
        Floats dx = xGradient.firstRows(count);
        unembedGradient.setToGradient(out, ys);
        dy.setToProduct(out, unembed);
        Layers.rmsNormBackward(dy, ys, roots);
        w2Gradient.setToGradient(dy, hs);
        dh.setToProduct(dy, w2);
        Layers.reluBackward(dh, hs);
        w1Gradient.setToGradient(dh, xs);
        dx.setToProduct(dh, w1);
        embedGradient.clear();
        int inputs = context * embedding;
        for (int i = 0; i < count; i++) {
            int position = positions[from + i];
            for (int back = 0; back < context; back++) {
                int row = (text[position - context + back] & 0xff) * embedding;
                int at = i * inputs + back * embedding;
                for (int c = 0; c < embedding; c++) {
                    embedGradient.set(row + c, embedGradient.get(row + c) + dx.get(at + c));
                }
            }
        }
    }

    /** The gradient of a parameter after {@link #backward}, for tests. */
    Floats gradient(String name) {
        return switch (name) {
            case "embed.weight" -> embedGradient;
            case "mlp.up.weight" -> w1Gradient;
            case "mlp.down.weight" -> w2Gradient;
            default -> unembedGradient;
        };
    }

    void update(int step, double rate, double decay) {
        for (AdamW optimiser : optimisers) {
            optimiser.update(step, rate, decay);
        }
    }
}
