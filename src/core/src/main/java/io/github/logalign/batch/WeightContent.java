package io.github.logalign.batch;

import io.github.logalign.matrix.Matrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/**
 * A weight as a key that is equal for equal numbers, wherever they are: a layer that training leaves as it is, or a head that is
 * tied to the embedding, is factorised once. Some elements give the hash; where it is the same, all are compared.
 */
final class WeightContent {

    private static final int SAMPLES = 64;

    private final Matrix w;
    private final int hash;

    private WeightContent(Matrix w) {
        this.w = w;
        this.hash = sample(w.segment());
    }

    /** The key of a weight; null if its elements have gaps between them, or are not in memory. */
    static @Nullable WeightContent of(Matrix w) {
        if (w.difference().isPresent()) {
            return null;
        }
        long dense = w.rows() * w.columns() * w.elementType().bytes();
        return w.segment().byteSize() == dense && dense >= Long.BYTES ? new WeightContent(w) : null;
    }

    private static int sample(MemorySegment memory) {
        long last = memory.byteSize() - Long.BYTES;
        long hash = memory.byteSize();
        for (int index = 0; index < SAMPLES; index++) {
            long at = (long) ((double) last * index / (SAMPLES - 1));
            hash = hash * 31 + memory.get(ValueLayout.JAVA_LONG_UNALIGNED, at);
        }
        return Long.hashCode(hash);
    }

    /** Jobs with a file in common have the same memory, which needs no look. */
    private static boolean isSame(MemorySegment a, MemorySegment b) {
        return a.equals(b) || a.mismatch(b) < 0;
    }

    @Override
    public int hashCode() {
        return hash;
    }

    @Override
    public boolean equals(@Nullable Object object) {
        return object instanceof WeightContent other
                && hash == other.hash
                && w.rows() == other.w.rows()
                && w.columns() == other.w.columns()
                && w.elementType() == other.w.elementType()
                && w.orientation() == other.w.orientation()
                && w.byteOrder() == other.w.byteOrder()
                && isSame(w.segment(), other.w.segment());
    }
}
