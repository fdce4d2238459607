package io.github.logalign.onnxruntime;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.github.logalign.AlignmentOptions;
import io.github.logalign.AlignmentSums;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.matrix.Matrix;
import io.github.logalign.matrix.TokenMask;
import io.github.logalign.probe.LayerProbe;
import io.github.logalign.probe.OutputsProbe;
import io.github.logalign.tensor.LinearNode;
import io.github.logalign.tensor.Tensor;
import io.github.logalign.tensor.TensorFile;
import io.github.logalign.tensor.DataType;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
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
 * BF16. Memory: the second session has its own copy of the weights, as ONNX Runtime packs them; a watched request copies what
 * goes in and comes out of the layers, one layer after the other.
 *
 * <p>Thread safety: any number of threads may {@link #run} at once, but not while {@link #close()} runs.
 */
public final class ProbedModel implements AutoCloseable {

    private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final ProbedModelOptions options;
    private final OrtSession plain;
    private final OrtSession watching;
    private final List<WatchedLayer> layers;
    private final Set<String> watchedOutputs;
    private final AtomicLong requests = new AtomicLong();

    private ProbedModel(ProbedModelOptions options, OrtSession plain, OrtSession watching, List<WatchedLayer> layers) {
        this.options = options;
        this.plain = plain;
        this.watching = watching;
        this.layers = layers;
        this.watchedOutputs = new LinkedHashSet<>(plain.getOutputNames());
        this.watchedOutputs.addAll(values(layers, plain));
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
        List<WatchedLayer> layers = layers(model, options);
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        OrtSession plain = environment.createSession(model.toString(), session);
        try {
            // Models in memory have no folder of their own; without external data the entry says nothing.
            session.addConfigEntry("session.model_external_initializers_file_folder_path",
                    String.valueOf(model.toAbsolutePath().getParent()));
            OrtSession watching = environment.createSession(withOutputs(model, values(layers, plain)), session);
            return new ProbedModel(options, plain, watching, layers);
        } catch (OrtException | RuntimeException failed) {
            plain.close();
            throw failed;
        }
    }

    private static ByteBuffer withOutputs(Path model, Set<String> values) {
        byte[] outputs = GraphOutputs.of(values);
        try (FileChannel channel = FileChannel.open(model, StandardOpenOption.READ)) {
            long size = channel.size() + outputs.length;
            if (size > Integer.MAX_VALUE) {
                throw new LogalignException(model + ": it has " + size + " bytes, more than 2 GB; save its weights as"
                        + " external data");
            }
            ByteBuffer bytes = ByteBuffer.allocateDirect((int) size);
            while (bytes.position() < size - outputs.length) {
                if (channel.read(bytes) < 0) {
                    throw new LogalignException(model + ": it became shorter while it was read");
                }
            }
            return bytes.put(outputs).flip();
        } catch (IOException unreadable) {
            throw new LogalignException(model + ": it cannot be read (" + unreadable.getMessage() + ")", unreadable);
        }
    }

    /** What goes in and comes out of the layers, but for the model's own inputs and outputs. */
    private static Set<String> values(List<WatchedLayer> layers, OrtSession session) {
        Set<String> values = new LinkedHashSet<>();
        for (WatchedLayer layer : layers) {
            values.add(layer.node().input());
            values.add(layer.node().output());
        }
        values.removeAll(session.getInputNames());
        values.removeAll(session.getOutputNames());
        return values;
    }

    private static List<WatchedLayer> layers(Path model, ProbedModelOptions options) {
        try (TensorFile file = TensorFile.open(model)) {
            List<WatchedLayer> layers = new ArrayList<>();
            Set<String> names = new HashSet<>();
            for (LinearNode node : file.linearNodes()) {
                if (options.layers().test(node)) {
                    String name = node.layer().isEmpty() ? node.weight() : node.layer();
                    String distinct = names.add(name) ? name : name + "#" + layers.size();
                    layers.add(layer(file, node, distinct, options));
                }
            }
            if (layers.isEmpty()) {
                throw new LogalignException(model + ": no MatMul or Gemm node that is wanted multiplies by weights of"
                        + " the file; inspect shows what it holds");
            }
            return List.copyOf(layers);
        }
    }

    private static WatchedLayer layer(TensorFile file, LinearNode node, String name, ProbedModelOptions options) {
        Matrix stored = file.matrix(node.weight());
        Matrix w = node.isTransposed() ? stored.transposed() : stored;
        AlignmentSums norm = AlignmentSums.of(w, AlignmentOptions.DEFAULT);
        OutputsProbe probe = LayerProbe.ofOutputs(name, norm, options.probe());
        return new WatchedLayer(node, probe, bias(file, node, w.rows()));
    }

    private static float @Nullable [] bias(TensorFile file, LinearNode node, long rows) {
        String name = node.bias();
        if (name == null || node.biasScale() == 0) {
            return null;
        }
        Tensor bias = file.tensor(name);
        if (bias.dataType() != DataType.F32 || bias.elements() != rows) {
            throw new LogalignException(
                    bias.where() + ": it is no float32 bias of " + rows + " outputs; leave the node "
                            + node.name() + " out");
        }
        float[] added = bias.read(bytes -> bytes.toArray(F32));
        for (int index = 0; index < added.length; index++) {
            added[index] *= (float) node.biasScale();
        }
        return added;
    }

    /**
     * The probes of the layers, in the order of the graph.
     *
     * @return an unmodifiable list
     */
    public List<LayerProbe> probes() {
        return layers.stream().<LayerProbe>map(WatchedLayer::probe).toList();
    }

    /**
     * The nodes that are watched, in the order of {@link #probes()}.
     *
     * @return an unmodifiable list
     */
    public List<LinearNode> nodes() {
        return layers.stream().map(WatchedLayer::node).toList();
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
        if (!isWatched(requests.getAndIncrement())) {
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

    private void record(Map<String, ? extends OnnxTensorLike> inputs, OrtSession.Result outputs) {
        TokenMask mask = inputs.get(options.maskInput()) instanceof OnnxTensor tensor ? Values.mask(tensor) : null;
        String input = "";
        Matrix x = null;
        for (WatchedLayer layer : layers) {
            // Neighbouring layers, such as query, key and value, have the same input.
            if (!layer.node().input().equals(input)) {
                input = layer.node().input();
                x = tokens(input, inputs, outputs);
            }
            Matrix y = tokens(layer.node().output(), inputs, outputs);
            if (x != null && y != null) {
                layer.record(x, y, mask);
            }
        }
    }

    private static @Nullable Matrix tokens(
            String name, Map<String, ? extends OnnxTensorLike> inputs, OrtSession.Result outputs) {
        if (inputs.get(name) instanceof OnnxTensor given) {
            return Values.tokens(given);
        }
        return outputs.get(name).orElse(null) instanceof OnnxTensor computed ? Values.tokens(computed) : null;
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
