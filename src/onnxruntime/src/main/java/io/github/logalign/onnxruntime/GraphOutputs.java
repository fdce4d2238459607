package io.github.logalign.onnxruntime;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.github.logalign.matrix.LogalignException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
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

    /**
     * A model in memory, with more outputs.
     *
     * @param model the file
     * @param values what to add
     * @throws LogalignException if it cannot be read, or is larger than a buffer can be
     */
    static ByteBuffer added(Path model, Collection<String> values) {
        byte[] outputs = of(values);
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

    /** Says where external data is: a model in memory has no folder of its own. */
    static void setFolder(OrtSession.SessionOptions session, Path model) throws OrtException {
        session.addConfigEntry("session.model_external_initializers_file_folder_path",
                String.valueOf(model.toAbsolutePath().getParent()));
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
