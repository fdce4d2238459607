package io.github.logalign.lab;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * x = E[a] + E[b]; r = x + W2 relu(W1 x + b1) + b2; logits = U r. No normalisation, no output bias. All weights are
 * output x input. The unembedding U is the layer that is scored.
 */
final class GrokkingModel {

    static final String SCORED = "unembed";

    private static final int WIDTH = 128;
    private static final int HIDDEN = 256;

    private final Map<String, Floats> parameters = new LinkedHashMap<>();
    private final List<AdamW> optimisers = new ArrayList<>();
    private final int p;
    private final Floats embed;
    private final Floats w1;
    private final Floats b1;
    private final Floats w2;
    private final Floats b2;
    private final Floats unembed;
    private final Floats embedGradient;
    private final Floats w1Gradient;
    private final Floats b1Gradient;
    private final Floats w2Gradient;
    private final Floats b2Gradient;
    private final Floats unembedGradient;
    private final Floats x;
    private final Floats hidden;
    private final Floats hiddenGradient;
    private final Floats r;
    private final Floats rGradient;
    private final Floats logits;

    /**
     * Creates a model with random weights.
     *
     * @param mostPairs the largest number of pairs per call
     */
    GrokkingModel(Arena arena, int p, int mostPairs, Random random) {
        this.p = p;
        double ofWidth = Math.sqrt(1.0 / WIDTH);
        embed = Floats.normal(arena, p, WIDTH, ofWidth, random);
        w1 = Floats.normal(arena, HIDDEN, WIDTH, ofWidth, random);
        b1 = Floats.of(arena, 1, HIDDEN);
        w2 = Floats.normal(arena, WIDTH, HIDDEN, ofWidth, random);
        b2 = Floats.of(arena, 1, WIDTH);
        unembed = Floats.normal(arena, p, WIDTH, Math.sqrt(1.0 / p), random);
        embedGradient = add(arena, "embed.weight", embed);
        w1Gradient = add(arena, "mlp.up.weight", w1);
        b1Gradient = add(arena, "mlp.up.bias", b1);
        w2Gradient = add(arena, "mlp.down.weight", w2);
        b2Gradient = add(arena, "mlp.down.bias", b2);
        unembedGradient = add(arena, SCORED + ".weight", unembed);
        x = Floats.of(arena, mostPairs, WIDTH);
        hidden = Floats.of(arena, mostPairs, HIDDEN);
        hiddenGradient = Floats.of(arena, mostPairs, HIDDEN);
        r = Floats.of(arena, mostPairs, WIDTH);
        rGradient = Floats.of(arena, mostPairs, WIDTH);
        logits = Floats.of(arena, mostPairs, p);
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

    /** Computes the logits of some pairs. They are valid until the next call. */
    Floats forward(ModularAddition pairs) {
        int count = pairs.size();
        for (int i = 0; i < count; i++) {
            int a = pairs.a()[i] * WIDTH;
            int b = pairs.b()[i] * WIDTH;
            for (int c = 0; c < WIDTH; c++) {
                x.set(i * WIDTH + c, embed.get(a + c) + embed.get(b + c));
            }
        }
        Floats xs = x.firstRows(count);
        Floats hs = hidden.firstRows(count);
        Floats rs = r.firstRows(count);
        Floats out = logits.firstRows(count);
        hs.setToLayer(xs, w1);
        Layers.addBias(hs, b1);
        Layers.relu(hs);
        rs.setToLayer(hs, w2);
        Layers.addBias(rs, b2);
        Layers.add(rs, xs);
        out.setToLayer(rs, unembed);
        return out;
    }

    /** The inputs of the unembedding in the last call of {@link #forward}. */
    Floats scoredInputs(int count) {
        return r.firstRows(count);
    }

    /** Computes the gradients of the mean loss over pairs for all parameters. */
    void backward(ModularAddition pairs) {
        int count = pairs.size();
        Floats out = forward(pairs);
        CrossEntropy.toGradient(out, pairs.sums());
        Floats xs = x.firstRows(count);
        Floats hs = hidden.firstRows(count);
        Floats dr = rGradient.firstRows(count);
        Floats dh = hiddenGradient.firstRows(count);
        unembedGradient.setToGradient(out, r.firstRows(count));
        dr.setToProduct(out, unembed);
        w2Gradient.setToGradient(dr, hs);
        Layers.sumRows(dr, b2Gradient);
        dh.setToProduct(dr, w2);
        Layers.reluBackward(dh, hs);
        w1Gradient.setToGradient(dh, xs);
        Layers.sumRows(dh, b1Gradient);
        dr.addProduct(dh, w1);
        embedGradient.clear();
        for (int i = 0; i < count; i++) {
            int a = pairs.a()[i] * WIDTH;
            int b = pairs.b()[i] * WIDTH;
            for (int c = 0; c < WIDTH; c++) {
                float d = dr.get(i * WIDTH + c);
                embedGradient.set(a + c, embedGradient.get(a + c) + d);
                embedGradient.set(b + c, embedGradient.get(b + c) + d);
            }
        }
    }

    /** The gradient of a parameter after {@link #backward}, for tests. */
    Floats gradient(String name) {
        return switch (name) {
            case "embed.weight" -> embedGradient;
            case "mlp.up.weight" -> w1Gradient;
            case "mlp.up.bias" -> b1Gradient;
            case "mlp.down.weight" -> w2Gradient;
            case "mlp.down.bias" -> b2Gradient;
            default -> unembedGradient;
        };
    }

    void update(int step, double rate, double decay) {
        for (AdamW optimiser : optimisers) {
            optimiser.update(step, rate, decay);
        }
    }

    int modulus() {
        return p;
    }
}
