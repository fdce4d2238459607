package io.github.logalign.tensor;

import io.github.logalign.internal.io.Names;
import io.github.logalign.internal.io.Origin;
import io.github.logalign.internal.io.ProtoReader.Range;
import io.github.logalign.internal.io.ProtoReader;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads an ONNX model: the initializers of its graph, the constants among its nodes, and which nodes multiply by them. The
 * wire format is walked over the mapped file; nothing but names and numbers is copied. Subgraphs, which If and Loop have, are
 * not looked into.
 *
 * <p>Source: onnx/onnx.proto.
 */
final class OnnxReader {

    /** Nodes that are looked at more closely; the largest models have some ten thousand. */
    static final int MAX_NODES = 1 << 20;

    private static final int MAX_METADATA = 1 << 16;

    private static final int MODEL_GRAPH = 7;
    private static final int MODEL_METADATA = 14;

    private static final int GRAPH_NODE = 1;
    private static final int GRAPH_INITIALIZER = 5;
    private static final int GRAPH_SPARSE_INITIALIZER = 15;

    private static final Set<String> KNOWN = Set.of("MatMul", "Gemm", "Constant", "Identity", "Transpose");

    /** Operators that multiply by weights in ways that are not read here. */
    private static final Set<String> OTHERS = Set.of(
            "MatMulInteger", "QLinearMatMul", "com.microsoft.MatMulNBits", "com.microsoft.FusedMatMul",
            "com.microsoft.FusedGemm", "com.microsoft.GemmFastGelu", "com.microsoft.Attention",
            "com.microsoft.QAttention", "com.microsoft.MatMulIntegerToFloat", "com.microsoft.DynamicQuantizeMatMul",
            "com.microsoft.QOrderedMatMul", "com.microsoft.MoE", "com.microsoft.QMoE");

    private final MemorySegment file;
    private final Origin origin;
    private final OnnxExternalData externalData;
    private final List<Tensor> tensors = new ArrayList<>();
    private final List<OnnxNode> nodes = new ArrayList<>();
    private final Map<String, Integer> others = new TreeMap<>();
    private final Map<String, String> metadata = new LinkedHashMap<>();
    private int sparse;
    private boolean hasGraph;

    OnnxReader(MemorySegment file, Origin origin, OnnxExternalData externalData) {
        this.file = file;
        this.origin = origin;
        this.externalData = externalData;
    }

    TensorFormat.Contents read() {
        ProtoReader model = new ProtoReader(file, origin, "model", 0, file.byteSize());
        while (model.next()) {
            switch (model.field()) {
                // Several are merged, as protobuf does it.
                case MODEL_GRAPH -> readGraph(model.message("graph"));
                case MODEL_METADATA -> readMetadata(model.message("metadata"));
                default -> model.skip();
            }
        }
        if (!hasGraph) {
            throw origin.damaged("it begins like an ONNX model, but has no graph");
        }
        for (OnnxNode node : nodes) {
            addConstant(node);
        }
        checkNames();
        return new TensorFormat.Contents(metadata, List.copyOf(tensors), notes(), OnnxLayers.of(tensors, nodes));
    }

    private void readGraph(ProtoReader graph) {
        hasGraph = true;
        while (graph.next()) {
            switch (graph.field()) {
                case GRAPH_NODE -> readNode(graph, graph.bytes());
                case GRAPH_INITIALIZER -> add(
                        OnnxTensor.read(graph.message("initializer"), null, file, origin, externalData));
                case GRAPH_SPARSE_INITIALIZER -> {
                    sparse++;
                    graph.skip();
                }
                default -> graph.skip();
            }
        }
    }

    private void add(Tensor tensor) {
        if (tensors.size() == SafetensorsReader.MAX_TENSORS) {
            throw origin.damaged("it has more than " + SafetensorsReader.MAX_TENSORS + " tensors");
        }
        tensors.add(tensor);
    }

    private void readNode(ProtoReader graph, Range range) {
        String operator = OnnxNode.operatorOf(graph.at(range, "node"));
        if (OTHERS.contains(operator)) {
            others.merge(operator, 1, Integer::sum);
        }
        if (KNOWN.contains(operator)) {
            if (nodes.size() == MAX_NODES) {
                throw origin.damaged("it has more than " + MAX_NODES + " nodes");
            }
            nodes.add(OnnxNode.read(graph.at(range, "node"), operator));
        }
    }

    /** A node whose output is a matrix that stands in the file. */
    private void addConstant(OnnxNode node) {
        Range constant = node.constant();
        if (constant == null || node.outputs().isEmpty()) {
            return;
        }
        @Nullable
        Tensor tensor = OnnxTensor.read(
                new ProtoReader(file, origin, "constant", constant.start(), constant.end()), node.outputs().getFirst(),
                file, origin, externalData);
        if (tensor.holdsMatrices()) {
            add(tensor);
        }
    }

    private void checkNames() {
        Set<String> names = HashSet.newHashSet(tensors.size());
        for (Tensor tensor : tensors) {
            if (!names.add(tensor.name())) {
                throw origin.damaged("the tensor '" + Names.printable(tensor.name()) + "' occurs twice");
            }
        }
    }

    private void readMetadata(ProtoReader entry) {
        String key = "";
        String value = "";
        while (entry.next()) {
            switch (entry.field()) {
                case 1 -> key = entry.text();
                case 2 -> value = entry.text();
                default -> entry.skip();
            }
        }
        if (metadata.size() == MAX_METADATA) {
            throw origin.damaged("it has more than " + MAX_METADATA + " metadata entries");
        }
        metadata.putIfAbsent(key, value);
    }

    private List<String> notes() {
        List<String> notes = new ArrayList<>();
        others.forEach((operator, count) -> notes.add(count + (count == 1 ? " node is " : " nodes are ") + operator
                + ", whose weights are not read; export the model without fusing and quantising"));
        if (sparse > 0) {
            notes.add(sparse + (sparse == 1 ? " sparse initializer was" : " sparse initializers were") + " skipped");
        }
        return notes;
    }
}
