package io.github.logalign.tensor;

import io.github.logalign.internal.io.Origin;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** An npy file: one array without a name. */
final class NpyFormat implements TensorFormat {

    @Override
    public String displayName() {
        return "npy";
    }

    @Override
    public Fit fit(FileStart start) {
        return start.startsWith("\u0093NUMPY") ? Fit.CERTAIN : Fit.NONE;
    }

    @Override
    public Contents open(MemorySegment file, Origin origin, ReadOptions options, Arena arena) {
        return Contents.of(List.of(NpyHeader.readFile(file, origin, options)));
    }
}
