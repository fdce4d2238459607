package io.github.logalign.tensor;

import io.github.logalign.internal.io.Origin;
import io.github.logalign.matrix.LogalignException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.stream.Stream;

/** All known formats, distinguished by content and never by a file's name. */
final class TensorFormats {

    /** The supported formats, and those that are refused with advice. */
    private static final List<TensorFormat> ALL = Stream.concat(
            Stream.of(
                    new SafetensorsFormat(),
                    new NpyFormat(),
                    new TorchFormat(),
                    new NpzFormat(),
                    new GgufFormat(),
                    new ShardIndexFormat(),
                    new OnnxFormat()),
            RefusedFormat.ALL.stream())
            .toList();

    private TensorFormats() {}

    /**
     * The format of a file.
     *
     * @throws LogalignException if no format in the list matches; the message says what to do
     */
    static TensorFormat of(MemorySegment file, Origin origin) {
        FileStart start = FileStart.of(file);
        TensorFormat best = null;
        TensorFormat.Fit bestFit = TensorFormat.Fit.NONE;
        for (TensorFormat format : ALL) {
            TensorFormat.Fit fit = format.fit(start);
            if (fit == TensorFormat.Fit.CERTAIN) {
                return format;
            }
            if (fit.compareTo(bestFit) > 0) {
                best = format;
                bestFit = fit;
            }
        }
        if (best != null) {
            return best;
        }
        if (file.byteSize() < SafetensorsReader.LENGTH_BYTES) {
            throw origin.damaged("the file is truncated: " + file.byteSize() + " bytes are too few for any format");
        }
        throw origin.problem(
                "it is neither a safetensors file or index nor an npy, npz, PyTorch, GGUF or ONNX file",
                "check that it is complete, or save the tensors with safetensors or numpy.save");
    }
}
