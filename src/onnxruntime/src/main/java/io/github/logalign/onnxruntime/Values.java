package io.github.logalign.onnxruntime;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import io.github.logalign.matrix.ElementType;
import io.github.logalign.matrix.Matrix;
import io.github.logalign.matrix.TokenMask;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.BitSet;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** ONNX Runtime's tensors as matrices of tokens and as masks. */
final class Values {

    private Values() {}

    /**
     * The tokens of a value: every dimension but the last counts them.
     *
     * @return a view of a copy, or of the tensor's own buffer; null if it has another type, or no dimensions
     */
    static @Nullable Matrix tokens(OnnxTensor tensor) {
        TensorInfo info = tensor.getInfo();
        long[] shape = info.getShape();
        ElementType type = switch (info.type) {
            case FLOAT -> ElementType.F32;
            case DOUBLE -> ElementType.F64;
            case FLOAT16 -> ElementType.F16;
            case BFLOAT16 -> ElementType.BF16;
            default -> null;
        };
        if (type == null || shape.length == 0) {
            return null;
        }
        long columns = shape[shape.length - 1];
        long rows = 1;
        for (int index = 0; index < shape.length - 1; index++) {
            rows *= shape[index];
        }
        ByteBuffer bytes = tensor.getByteBuffer();
        return Matrix.of(MemorySegment.ofBuffer(bytes), type, rows, columns).withByteOrder(ByteOrder.nativeOrder());
    }

    /** The tokens of a value by its name, among what a session was given and what it computed; null if there are none. */
    static @Nullable Matrix tokens(
            String name, Map<String, ? extends OnnxTensorLike> inputs, OrtSession.Result outputs) {
        if (inputs.get(name) instanceof OnnxTensor given) {
            return tokens(given);
        }
        return outputs.get(name).orElse(null) instanceof OnnxTensor computed ? tokens(computed) : null;
    }

    /** Which values are not 0. */
    static @Nullable TokenMask mask(OnnxTensor tensor) {
        ByteBuffer bytes = tensor.getByteBuffer().order(ByteOrder.nativeOrder());
        int size = switch (tensor.getInfo().type) {
            case INT64 -> Long.BYTES;
            case INT32 -> Integer.BYTES;
            case BOOL, INT8, UINT8 -> Byte.BYTES;
            default -> 0;
        };
        if (size == 0) {
            return null;
        }
        int tokens = bytes.remaining() / size;
        BitSet counting = new BitSet(tokens);
        for (int token = 0; token < tokens; token++) {
            counting.set(token, isSet(bytes, token, size));
        }
        return TokenMask.of(counting, tokens);
    }

    private static boolean isSet(ByteBuffer bytes, int index, int size) {
        return switch (size) {
            case Long.BYTES -> bytes.getLong(index * size) != 0;
            case Integer.BYTES -> bytes.getInt(index * size) != 0;
            default -> bytes.get(index) != 0;
        };
    }
}
