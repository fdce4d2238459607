package io.github.logalign.tensor;

import io.github.logalign.internal.io.Origin;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** A model of llama.cpp and its relatives, recognised by its magic number. */
final class GgufFormat implements TensorFormat {

    @Override
    public String displayName() {
        return "GGUF";
    }

    @Override
    public Fit fit(FileStart start) {
        return start.startsWith(GgufReader.MAGIC) ? Fit.CERTAIN : Fit.NONE;
    }

    @Override
    public Contents open(MemorySegment file, Origin origin, ReadOptions options, Arena arena) {
        return new GgufReader(file, origin).read();
    }
}
