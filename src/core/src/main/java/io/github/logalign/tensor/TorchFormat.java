package io.github.logalign.tensor;

import io.github.logalign.internal.io.Origin;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** A file of torch.save: a zip archive of a pickle and of storages. The pickle is read, never run. */
final class TorchFormat implements TensorFormat {

    private static final int NAME_LENGTH = 26;
    private static final int NAME = 30;

    @Override
    public String displayName() {
        return "PyTorch";
    }

    /** torch.save writes its pickle first. */
    @Override
    public Fit fit(FileStart start) {
        if (!start.startsWith("PK\u0003\u0004") || start.at(NAME_LENGTH + 1) < 0) {
            return Fit.NONE;
        }
        int length = start.at(NAME_LENGTH) | start.at(NAME_LENGTH + 1) << Byte.SIZE;
        String text = start.text();
        String name = text.substring(Math.min(NAME, text.length()), Math.min(NAME + length, text.length()));
        return TorchReader.isPickle(name) ? Fit.CERTAIN : Fit.NONE;
    }

    @Override
    public Contents open(MemorySegment file, Origin origin, ReadOptions options, Arena arena) {
        return TorchReader.read(file, origin, arena);
    }

    @Override
    public boolean hasChecksums() {
        return true;
    }
}
