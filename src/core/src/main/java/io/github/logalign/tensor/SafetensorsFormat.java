package io.github.logalign.tensor;

import io.github.logalign.internal.io.Origin;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * A single safetensors file, recognised by the header length in its first eight bytes and the brace that starts the
 * header.
 */
final class SafetensorsFormat implements TensorFormat {

    @Override
    public String displayName() {
        return "safetensors";
    }

    /**
     * A length with a zero upper half before a brace is certain. If only one of them is present, the other may be
     * damaged.
     */
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
