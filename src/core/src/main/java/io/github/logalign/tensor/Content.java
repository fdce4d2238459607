package io.github.logalign.tensor;

import java.lang.foreign.MemorySegment;

/** The bytes of one tensor, possibly loaded on demand. Safe for use by many threads. */
interface Content {

    /**
     * The bytes, read-only, of exactly the tensor's size.
     *
     * @throws io.github.logalign.matrix.LogalignException if the bytes are damaged
     * @throws IllegalStateException if the file is closed
     */
    MemorySegment segment();

    /** A range of a mapped file. The slice is created on demand, since a file may have a million tensors. */
    record Mapped(MemorySegment file, long offset, long size) implements Content {
        @Override
        public MemorySegment segment() {
            return file.asSlice(offset, size);
        }
    }
}
