package io.github.logalign.batch;

import io.github.logalign.matrix.Decoder;
import io.github.logalign.matrix.Matrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
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
        this.hash = w.segments().stream().mapToInt(WeightContent::sample).reduce(0, (a, b) -> 31 * a + b);
    }

    /** The key of a weight; null if its elements have gaps between them, or are differences. */
    static @Nullable WeightContent of(Matrix w) {
        if (w.difference().isPresent()) {
            return null;
        }
        long dense = w.rows() * w.columns() * w.elementType().bytes();
        boolean gapless = !w.isInMemory() || w.segment().byteSize() == dense;
        return gapless && dense >= Long.BYTES ? new WeightContent(w) : null;
    }

    private static int sample(MemorySegment memory) {
        long last = memory.byteSize() - Long.BYTES;
        long hash = memory.byteSize();
        if (last < 0) {
            return Long.hashCode(hash);
        }
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

    private static boolean isSame(List<MemorySegment> a, List<MemorySegment> b) {
        return a.size() == b.size() && IntStream.range(0, a.size()).allMatch(i -> isSame(a.get(i), b.get(i)));
    }

    private @Nullable String format() {
        return w.decoder().map(Decoder::format).orElse(null);
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
                && Objects.equals(format(), other.format())
                && isSame(w.segments(), other.w.segments());
    }
}
