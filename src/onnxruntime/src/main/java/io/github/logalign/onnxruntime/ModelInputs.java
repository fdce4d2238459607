package io.github.logalign.onnxruntime;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.tensor.Tensor;
import io.github.logalign.tensor.TensorFile;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/** A user's inputs for a model: one tensor for each input, whose first dimension is that of the rows. */
final class ModelInputs {

    private final Map<String, Tensor> tensors = new LinkedHashMap<>();
    private final long rows;

    /**
     * Looks the tensors up.
     *
     * @param file the open inputs
     * @param names of the model's inputs
     * @throws LogalignException if one is missing, or their rows differ
     */
    ModelInputs(TensorFile file, Collection<String> names) {
        long common = -1;
        for (String name : names) {
            Tensor tensor = file.tensor(name);
            long[] shape = tensor.shape();
            if (shape.length == 0 || !tensor.isRowMajorLittleEndian() || type(tensor) == OnnxJavaType.UNKNOWN) {
                throw new LogalignException(
                        tensor.where() + ", " + tensor.describe() + ", cannot be an input of the model;"
                                + " save it as a little-endian array [rows, ...] in C order");
            }
            if (common >= 0 && shape[0] != common) {
                throw new LogalignException(tensor.where() + " has " + shape[0] + " rows, the inputs before it have "
                        + common + "; save as many rows of each input");
            }
            common = shape[0];
            tensors.put(name, tensor);
        }
        if (common <= 0) {
            throw new LogalignException(file.path() + ": there are no rows to run the model on; save some");
        }
        this.rows = common;
    }

    private static OnnxJavaType type(Tensor tensor) {
        return switch (tensor.dataType()) {
            case F32 -> OnnxJavaType.FLOAT;
            case F64 -> OnnxJavaType.DOUBLE;
            case F16 -> OnnxJavaType.FLOAT16;
            case BF16 -> OnnxJavaType.BFLOAT16;
            case I64 -> OnnxJavaType.INT64;
            case I32 -> OnnxJavaType.INT32;
            case I16 -> OnnxJavaType.INT16;
            case I8 -> OnnxJavaType.INT8;
            case U8 -> OnnxJavaType.UINT8;
            case BOOL -> OnnxJavaType.BOOL;
            default -> OnnxJavaType.UNKNOWN;
        };
    }

    /** The rows of every input. */
    long rows() {
        return rows;
    }

    /** Some rows of every input, copied; to be closed. */
    Map<String, OnnxTensor> rows(OrtEnvironment environment, long first, long count) throws OrtException {
        Map<String, OnnxTensor> batch = new LinkedHashMap<>();
        try {
            for (Map.Entry<String, Tensor> input : tensors.entrySet()) {
                Tensor tensor = input.getValue();
                long[] shape = tensor.shape();
                ByteBuffer bytes = tensor.read(all -> copy(all, all.byteSize() / rows * first,
                        all.byteSize() / rows * count));
                shape[0] = count;
                batch.put(input.getKey(), OnnxTensor.createTensor(environment, bytes, shape, type(tensor)));
            }
            return batch;
        } catch (OrtException | RuntimeException failed) {
            batch.values().forEach(OnnxTensor::close);
            throw failed;
        }
    }

    private static ByteBuffer copy(MemorySegment all, long start, long size) {
        ByteBuffer bytes = ByteBuffer.allocateDirect(Math.toIntExact(size)).order(ByteOrder.nativeOrder());
        MemorySegment.ofBuffer(bytes).copyFrom(all.asSlice(start, size));
        return bytes;
    }
}
