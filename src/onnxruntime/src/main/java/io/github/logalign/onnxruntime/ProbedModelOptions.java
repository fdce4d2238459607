package io.github.logalign.onnxruntime;

import io.github.logalign.probe.ProbeOptions;
import io.github.logalign.probe.ProbeWindow;
import io.github.logalign.tensor.LinearNode;
import java.util.Objects;
import java.util.function.Predicate;

/**
 * Which layers of a model are watched, and how often.
 *
 * @param layers which MatMul and Gemm nodes; all by default
 * @param requests the probability that a request runs with the watched values as outputs, above 0 and at most 1; 1 of 16
 *     by default
 * @param seed what the draws of requests depend on
 * @param maskInput the input of the model that says which tokens count, if it has such an input; {@code attention_mask} by
 *     default. It is applied where a layer has as many tokens as the mask
 * @param probe sampling of tokens within a watched request, and the window. A request whose mask has more tokens than
 *     {@link ProbeOptions#maxTokens()} (4,096 by default) is never watched: ONNX Runtime would hold the inputs and outputs of
 *     all layers for each of them, and keep the memory for the next request
 */
public record ProbedModelOptions(
        Predicate<LinearNode> layers, double requests, long seed, String maskInput, ProbeOptions probe) {

    /** Every layer, in one request of 16, of which all tokens count. */
    public static final ProbedModelOptions DEFAULT = new ProbedModelOptions(
            node -> true, 1.0 / 16, 0, "attention_mask",
            new ProbeOptions(1, 0, ProbeWindow.lastTokens(65_536), 1 << 12));

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if the probability is out of range
     */
    public ProbedModelOptions {
        Objects.requireNonNull(layers, "layers");
        Objects.requireNonNull(maskInput, "maskInput");
        Objects.requireNonNull(probe, "probe");
        if (!(requests > 0 && requests <= 1)) {
            throw new IllegalArgumentException(
                    "requests are watched with a probability above 0 and at most 1, not " + requests);
        }
    }

    /**
     * The same for some layers.
     *
     * @param newLayers which nodes
     * @return the options
     */
    public ProbedModelOptions withLayers(Predicate<LinearNode> newLayers) {
        return new ProbedModelOptions(newLayers, requests, seed, maskInput, probe);
    }

    /**
     * The same for more or fewer requests.
     *
     * @param newRequests above 0 and at most 1
     * @return the options
     */
    public ProbedModelOptions withRequests(double newRequests) {
        return new ProbedModelOptions(layers, newRequests, seed, maskInput, probe);
    }

    /**
     * The same with other probes.
     *
     * @param newProbe sampling of tokens, and the window
     * @return the options
     */
    public ProbedModelOptions withProbe(ProbeOptions newProbe) {
        return new ProbedModelOptions(layers, requests, seed, maskInput, newProbe);
    }
}
