package io.github.logalign.tensor;

import io.github.logalign.internal.io.Origin;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** The index of a sharded safetensors model, which is JSON. */
final class ShardIndexFormat implements TensorFormat {

    @Override
    public String displayName() {
        return "safetensors index";
    }

    @Override
    public Fit fit(FileStart start) {
        return start.text().strip().startsWith("{") ? Fit.CERTAIN : Fit.NONE;
    }

    @Override
    public Contents open(MemorySegment file, Origin origin, ReadOptions options, Arena arena) {
        return ShardIndex.read(file, origin, arena);
    }
}
