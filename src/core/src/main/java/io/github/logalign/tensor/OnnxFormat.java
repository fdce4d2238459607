package io.github.logalign.tensor;

import io.github.logalign.internal.io.Origin;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** A model in ONNX, recognised by its first fields, since it has no magic number: the version, then a field of the model. */
final class OnnxFormat implements TensorFormat {

    private static final int VERSION_TAG = 0x08;
    private static final int MOST_VERSION = 0x1F;

    /** Fields 2 to 8 of a model, as tags. */
    private static final String TAGS = "\u0012\u001a\"(2:B";

    @Override
    public String displayName() {
        return "ONNX";
    }

    @Override
    public Fit fit(FileStart start) {
        boolean version = start.at(0) == VERSION_TAG && start.at(1) >= 1 && start.at(1) <= MOST_VERSION;
        return version && TAGS.indexOf(start.at(2)) >= 0 ? Fit.CERTAIN : Fit.NONE;
    }

    @Override
    public Contents open(MemorySegment file, Origin origin, ReadOptions options, Arena arena) {
        return new OnnxReader(file, origin, new OnnxExternalData(origin, arena)).read();
    }
}
