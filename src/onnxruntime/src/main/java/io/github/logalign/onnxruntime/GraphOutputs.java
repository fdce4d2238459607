package io.github.logalign.onnxruntime;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collection;

/**
 * More outputs for a model: a graph that has nothing but outputs, to be appended to the model's bytes. Protocol Buffers merge
 * a message that occurs twice, and add what is repeated in it.
 *
 * <p>Source: onnx/onnx.proto, and "Last One Wins" in the encoding of Protocol Buffers.
 */
final class GraphOutputs {

    private static final int MODEL_GRAPH = 7;
    private static final int GRAPH_OUTPUT = 12;
    private static final int VALUE_NAME = 1;

    private GraphOutputs() {}

    /** The bytes to append, for values without types: ONNX Runtime infers them. */
    static byte[] of(Collection<String> values) {
        ByteArrayOutputStream graph = new ByteArrayOutputStream();
        for (String value : values) {
            ByteArrayOutputStream info = new ByteArrayOutputStream();
            write(info, VALUE_NAME, value.getBytes(StandardCharsets.UTF_8));
            write(graph, GRAPH_OUTPUT, info.toByteArray());
        }
        ByteArrayOutputStream model = new ByteArrayOutputStream();
        write(model, MODEL_GRAPH, graph.toByteArray());
        return model.toByteArray();
    }

    private static void write(ByteArrayOutputStream message, int field, byte[] bytes) {
        writeNumber(message, (field << 3) | 2);
        writeNumber(message, bytes.length);
        message.writeBytes(bytes);
    }

    private static void writeNumber(ByteArrayOutputStream message, int number) {
        int rest = number;
        while (rest > 0x7F) {
            message.write((rest & 0x7F) | 0x80);
            rest >>>= 7;
        }
        message.write(rest);
    }
}
