package io.github.logalign.onnxruntime;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.github.logalign.AlignmentSums;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.matrix.Matrix;
import io.github.logalign.matrix.TokenMask;
import io.github.logalign.probe.LayerProbe;
import io.github.logalign.probe.OutputsProbe;
import io.github.logalign.tensor.LinearNode;
import io.github.logalign.tensor.TensorFile;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A model that ONNX Runtime runs, with a probe on each of its layers. There are two sessions: most requests run in one that
 * is as if there were no probes, and some in one whose graph has the inputs and outputs of the layers as further outputs.
 *
 * <p>The outputs of a layer are taken before the bias. Weights must lie in the model's file or beside it in F64, F32, F16 or
 * BF16. Memory: the second session has its own copy of the weights, as ONNX Runtime packs them. A watched request holds what
 * goes in and comes out of all layers until it is closed, and ONNX Runtime keeps that memory for the next one; it is read
 * one layer after the other.
 *
 * <p>Thread safety: any number of threads may {@link #run} at once, but not while {@link #close()} runs.
 */
public final class ProbedModel implements AutoCloseable {

    private final ProbedModelOptions options;
    private final OrtSession plain;
    private final OrtSession watching;
    private final List<Watched> layers;
    private final Set<String> watchedOutputs;
    private final AtomicLong requests = new AtomicLong();

    private ProbedModel(ProbedModelOptions options, OrtSession plain, OrtSession watching, List<Watched> layers) {
        this.options = options;
        this.plain = plain;
        this.watching = watching;
        this.layers = layers;
        this.watchedOutputs = new LinkedHashSet<>(plain.getOutputNames());
        this.watchedOutputs.addAll(values(layers, plain));
    }

    /** A layer and its probe. */
    private record Watched(LinearLayer layer, OutputsProbe probe) {

        void record(Matrix x, Matrix y, @Nullable TokenMask mask) {
            TokenMask fitting = mask != null && mask.tokens() == x.rows() ? mask : null;
            probe.record(x, layer.product(y), fitting);
        }
    }

    /**
     * Opens a model.
     *
     * @param model a file in ONNX, with external data beside it if it has any
     * @param options which layers are watched, and how often
     * @param session options for both sessions; the caller closes them
     * @return the model; the caller closes it
     * @throws LogalignException if the file is damaged or has no such layers
     * @throws OrtException if ONNX Runtime refuses the model
     */
    public static ProbedModel open(Path model, ProbedModelOptions options, OrtSession.SessionOptions session)
            throws OrtException {
        List<Watched> layers = watched(model, options);
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        OrtSession plain = environment.createSession(model.toString(), session);
        try {
            GraphOutputs.setFolder(session, model);
            OrtSession watching = environment.createSession(GraphOutputs.added(model, values(layers, plain)), session);
            return new ProbedModel(options, plain, watching, layers);
        } catch (OrtException | RuntimeException failed) {
            plain.close();
            throw failed;
        }
    }

    /** What goes in and comes out of the layers, but for the model's own inputs and outputs. */
    private static Set<String> values(List<Watched> layers, OrtSession session) {
        Set<String> values = new LinkedHashSet<>();
        for (Watched layer : layers) {
            values.add(layer.layer().node().input());
            values.add(layer.layer().node().output());
        }
        values.removeAll(session.getInputNames());
        values.removeAll(session.getOutputNames());
        return values;
    }

    private static List<Watched> watched(Path model, ProbedModelOptions options) {
        try (TensorFile file = TensorFile.open(model)) {
            return LinearLayer.of(file, options.layers()).stream()
                    .map(layer -> new Watched(layer, LayerProbe.ofOutputs(
                            layer.name(), AlignmentSums.of(layer.weights(file)), options.probe())))
                    .toList();
        }
    }

    /**
     * The probes of the layers, in the order of the graph.
     *
     * @return an unmodifiable list
     */
    public List<LayerProbe> probes() {
        return layers.stream().<LayerProbe>map(Watched::probe).toList();
    }

    /**
     * The nodes that are watched, in the order of {@link #probes()}.
     *
     * @return an unmodifiable list
     */
    public List<LinearNode> nodes() {
        return layers.stream().map(watched -> watched.layer().node()).toList();
    }

    /**
     * Runs the model.
     *
     * @param inputs by name
     * @return the model's outputs, at the places where ONNX Runtime has them; in a watched request more follow. The caller
     *     closes it
     * @throws OrtException as from ONNX Runtime
     */
    public OrtSession.Result run(Map<String, ? extends OnnxTensorLike> inputs) throws OrtException {
        if (!isWatched(requests.getAndIncrement()) || isTooLarge(inputs)) {
            return plain.run(inputs);
        }
        OrtSession.Result outputs = watching.run(inputs, watchedOutputs);
        try {
            record(inputs, outputs);
            return outputs;
        } catch (RuntimeException failed) {
            outputs.close();
            throw failed;
        }
    }

    private boolean isWatched(long request) {
        return options.requests() == 1
                || new SplittableRandom(options.seed() + request).nextDouble() < options.requests();
    }

    private boolean isTooLarge(Map<String, ? extends OnnxTensorLike> inputs) {
        return inputs.get(options.maskInput()) instanceof OnnxTensor mask
                && mask.getInfo().getNumElements() > options.probe().maxTokens();
    }

    private void record(Map<String, ? extends OnnxTensorLike> inputs, OrtSession.Result outputs) {
        TokenMask mask = inputs.get(options.maskInput()) instanceof OnnxTensor tensor ? Values.mask(tensor) : null;
        String input = "";
        Matrix x = null;
        for (Watched layer : layers) {
            // Neighbouring layers, such as query, key and value, have the same input.
            if (!layer.layer().node().input().equals(input)) {
                input = layer.layer().node().input();
                x = Values.tokens(input, inputs, outputs);
            }
            Matrix y = Values.tokens(layer.layer().node().output(), inputs, outputs);
            if (x != null && y != null) {
                layer.record(x, y, mask);
            }
        }
    }

    @Override
    public void close() throws OrtException {
        try {
            plain.close();
        } finally {
            watching.close();
        }
    }
}
