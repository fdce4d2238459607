package io.github.logalign.tensor;

import io.github.logalign.internal.io.Origin;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * An npz file: a zip archive of npy arrays. Other archives are recognised by their members, see {@link RefusedArchive}.
 */
final class NpzFormat implements TensorFormat {

    @Override
    public String displayName() {
        return "npz";
    }

    /** Other bytes may precede an archive: readers of zip files start from the end. */
    @Override
    public Fit fit(FileStart start) {
        if (start.startsWith("PK\u0003\u0004") || start.startsWith("PK\u0005\u0006")) {
            return Fit.CERTAIN;
        }
        return ZipEnd.isAtEndOf(start.file()) ? Fit.LIKELY : Fit.NONE;
    }

    @Override
    public Contents open(MemorySegment file, Origin origin, ReadOptions options, Arena arena) {
        return Contents.of(NpzReader.read(file, origin, options, arena));
    }

    @Override
    public boolean hasChecksums() {
        return true;
    }
}
