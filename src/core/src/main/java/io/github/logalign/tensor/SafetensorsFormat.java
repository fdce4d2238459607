package io.github.logalign.tensor;

import io.github.logalign.internal.io.Origin;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** One safetensors file: a header's length in eight bytes, and the brace that the header begins with. */
final class SafetensorsFormat implements TensorFormat {

    @Override
    public String displayName() {
        return "safetensors";
    }

    /** A length with a zero upper half before a brace is certain; either alone may be a wrong or overwritten one. */
    @Override
    public Fit fit(FileStart start) {
        boolean isShort = start.at(4) == 0 && start.at(5) == 0 && start.at(6) == 0 && start.at(7) == 0;
        boolean hasBrace = start.at(SafetensorsReader.LENGTH_BYTES) == '{';
        return isShort && hasBrace ? Fit.CERTAIN : isShort || hasBrace ? Fit.POSSIBLE : Fit.NONE;
    }

    @Override
    public Contents open(MemorySegment file, Origin origin, ReadOptions options, Arena arena) {
        return SafetensorsReader.read(file, origin);
    }
}
