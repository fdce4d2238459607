package io.github.logalign.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Elements that do not follow each other in the file. They are put in order when they are first asked for, into memory that is
 * kept until the file is closed.
 */
final class StridedContent implements Content {

    private final Supplier<MemorySegment> storage;
    private final Arena arena;
    private final long[] shape;
    private final long[] strides;
    private final int width;
    private @Nullable MemorySegment ordered;

    /**
     * Some elements of a storage, all of which lie within it.
     *
     * @param storage from the first of the elements on
     * @param shape with no dimension of 0
     * @param strides in elements
     * @param width of an element in bytes
     */
    StridedContent(Supplier<MemorySegment> storage, Arena arena, long[] shape, long[] strides, int width) {
        this.storage = storage;
        this.arena = arena;
        this.shape = shape;
        this.strides = strides;
        this.width = width;
    }

    @Override
    public synchronized MemorySegment segment() {
        MemorySegment known = ordered;
        if (known == null) {
            known = copy().asReadOnly();
            ordered = known;
        }
        return known;
    }

    private MemorySegment copy() {
        MemorySegment from = storage.get();
        MemorySegment to = arena.allocate(Shapes.elements(shape) * width, Long.BYTES);
        int inner = shape.length - 1;
        long length = shape[inner];
        long[] index = new long[shape.length];
        long row = 0;
        for (long at = 0; at < to.byteSize(); at += length * width) {
            copyRow(from, row * width, to, at, length);
            // On to the next row: the last dimension but one varies fastest.
            for (int dimension = inner - 1; dimension >= 0; dimension--) {
                row += strides[dimension];
                if (++index[dimension] < shape[dimension]) {
                    break;
                }
                row -= index[dimension] * strides[dimension];
                index[dimension] = 0;
            }
        }
        return to;
    }

    private void copyRow(MemorySegment from, long start, MemorySegment to, long at, long length) {
        long stride = strides[strides.length - 1];
        if (stride == 1) {
            MemorySegment.copy(from, start, to, at, length * width);
            return;
        }
        for (long element = 0; element < length; element++) {
            MemorySegment.copy(from, start + element * stride * width, to, at + element * width, width);
        }
    }
}
