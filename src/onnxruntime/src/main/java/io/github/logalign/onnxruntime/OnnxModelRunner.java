package io.github.logalign.onnxruntime;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.matrix.Matrix;
import io.github.logalign.matrix.TokenMask;
import io.github.logalign.score.LayerInfo;
import io.github.logalign.score.LayerScore;
import io.github.logalign.score.ModelRunner;
import io.github.logalign.score.StoredOrientation;
import io.github.logalign.tensor.TensorFile;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Runs models in ONNX by ONNX Runtime, batch by batch, and scores every MatMul and Gemm layer. The norm form takes the
 * outputs that the model computes; the other methods factorise the weights first, and keep the singular vectors of all
 * layers. An input {@code attention_mask} says which tokens count.
 *
 * <p>Memory: a batch's inputs and outputs of all layers.
 */
public final class OnnxModelRunner implements ModelRunner {

    private static final String MASK = "attention_mask";

    /** Made by {@link java.util.ServiceLoader}. */
    public OnnxModelRunner() {}

    @Override
    public List<LayerScore> score(TensorFile model, TensorFile inputs, Request request, Listener listener) {
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        List<LinearLayer> layers = LinearLayer.of(model, node -> true).stream()
                .filter(layer -> request.selection().wants(info(model, inputs, layer)))
                .toList();
        if (layers.isEmpty()) {
            throw new LogalignException(model.path() + ": no MatMul or Gemm layer is wanted; inspect shows the names");
        }
        Set<String> values = new LinkedHashSet<>();
        for (LinearLayer layer : layers) {
            values.add(layer.node().input());
            values.add(layer.node().output());
        }
        try (Arena arena = Arena.ofShared(); OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(request.threads());
            GraphOutputs.setFolder(options, model.path());
            Set<String> known = known(environment, model, options);
            List<String> added = values.stream().filter(value -> !known.contains(value)).toList();
            try (OrtSession session = environment.createSession(GraphOutputs.added(model.path(), added), options)) {
                values.removeAll(session.getInputNames());
                ModelInputs rows = new ModelInputs(inputs, session.getInputNames());
                List<LayerSums> sums = new ArrayList<>();
                for (LinearLayer layer : layers) {
                    sums.add(new LayerSums(layer, info(model, inputs, layer), layer.weights(model), request, arena));
                }
                listener.begins(Math.ceilDiv(rows.rows(), request.batch()));
                for (long first = 0; first < rows.rows(); first += request.batch()) {
                    int sequences = (int) Math.min(request.batch(), rows.rows() - first);
                    Map<String, OnnxTensor> batch = rows.rows(environment, first, sequences);
                    try (OrtSession.Result outputs = session.run(batch, values)) {
                        add(batch, outputs, sequences, sums);
                    } finally {
                        batch.values().forEach(OnnxTensor::close);
                    }
                    listener.batchIsDone();
                }
                return sums.stream().map(LayerSums::row).toList();
            }
        } catch (OrtException refused) {
            throw new LogalignException(model.path() + ": ONNX Runtime refuses it or its inputs: "
                    + String.valueOf(refused.getMessage()).lines().findFirst().orElse(""), refused);
        }
    }

    /** What the model has as inputs and outputs already. */
    private static Set<String> known(OrtEnvironment environment, TensorFile model, OrtSession.SessionOptions options)
            throws OrtException {
        try (OrtSession plain = environment.createSession(model.path().toString(), options)) {
            Set<String> known = new LinkedHashSet<>(plain.getInputNames());
            known.addAll(plain.getOutputNames());
            return known;
        }
    }

    private static void add(Map<String, OnnxTensor> batch, OrtSession.Result outputs, int sequences,
            List<LayerSums> sums) {
        OnnxTensor given = batch.get(MASK);
        TokenMask mask = given == null ? null : Values.mask(given);
        String input = "";
        Matrix x = null;
        for (LayerSums each : sums) {
            if (!each.layer().node().input().equals(input)) {
                input = each.layer().node().input();
                x = Values.tokens(input, batch, outputs);
            }
            Matrix y = Values.tokens(each.layer().node().output(), batch, outputs);
            if (x != null && y != null) {
                each.add(x, y, mask, sequences);
            }
        }
    }

    private static LayerInfo info(TensorFile model, TensorFile inputs, LinearLayer layer) {
        Matrix w = layer.weights(model);
        StoredOrientation stored = layer.node().isTransposed()
                ? StoredOrientation.INPUT_OUTPUT
                : StoredOrientation.OUTPUT_INPUT;
        return new LayerInfo(
                layer.name(),
                new LayerInfo.Source(model.path().toString(), layer.node().weight()),
                new LayerInfo.Source(inputs.path().toString(), layer.node().input()),
                new LayerInfo.Shape(w.rows(), w.columns(), w.elementType()),
                new LayerInfo.Storage(stored,
                        "the model's graph multiplies by it so (" + layer.node().operator() + ")"),
                List.of());
    }
}
