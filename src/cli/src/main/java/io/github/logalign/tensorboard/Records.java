package io.github.logalign.tensorboard;

import io.github.logalign.internal.io.Bytes;
import io.github.logalign.internal.io.Origin;
import io.github.logalign.internal.io.ProtoReader.Range;
import io.github.logalign.matrix.LogalignException;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** Walks over the records of a mapped file. */
final class Records {

    /** No message of protocol buffers is longer. */
    private static final long MAX_LENGTH = Integer.MAX_VALUE;

    private final MemorySegment file;
    private final Origin origin;
    private long at;
    private boolean cut;

    Records(MemorySegment file, Origin origin) {
        this.file = file;
        this.origin = origin;
    }

    /**
     * Where the data of the next record lie.
     *
     * @return null after the last complete record
     * @throws LogalignException if a checksum is wrong
     */
    @Nullable
    Range next() {
        long left = file.byteSize() - at;
        if (left < Framing.HEADER_BYTES) {
            cut = left > 0;
            return null;
        }
        if (!Framing.fits(file, at, Framing.LENGTH_BYTES)) {
            throw damaged("the checksum of its length is wrong");
        }
        long length = Bytes.u64(file, at);
        if (length < 0 || length > MAX_LENGTH) {
            throw damaged("it has " + Long.toUnsignedString(length) + " bytes, more than an event can have");
        }
        if (length > left - Framing.HEADER_BYTES - Framing.FOOTER_BYTES) {
            cut = true;
            return null;
        }
        long start = at + Framing.HEADER_BYTES;
        if (!Framing.fits(file, start, length)) {
            throw damaged("the checksum of its data is wrong");
        }
        at = start + length + Framing.FOOTER_BYTES;
        return new Range(start, start + length);
    }

    /** Whether the last record is incomplete, as in a file that is still being written. */
    boolean isCut() {
        return cut;
    }

    private LogalignException damaged(String what) {
        return origin.problem("the record at byte " + at + " is damaged: " + what, Origin.FETCH_AGAIN);
    }
}
