package io.github.logalign.internal.engine;

import io.github.logalign.matrix.Matrix;
import java.lang.foreign.MemorySegment;

/**
 * The caller's memory as the kernels see it: all of one kind. C2 takes a check out of a loop as soon as it has
 * had one outcome only, and discards the compiled loop at the first memory for which the outcome differs.
 */
public final class KernelMemory {

    private KernelMemory() {}

    /**
     * Makes sure that the current thread may read some memory, before anything else is done.
     *
     * @throws IllegalStateException if the memory is freed
     * @throws WrongThreadException if it is confined to another thread
     */
    public static void check(MemorySegment segment) {
        if (!segment.scope().isAlive()) {
            throw new IllegalStateException("the memory is freed already: its arena is closed");
        }
        if (!segment.isAccessibleBy(Thread.currentThread())) {
            throw new WrongThreadException("the memory is confined to another thread");
        }
    }

    /**
     * Makes sure that the current thread may read a matrix, before anything else is done.
     *
     * @throws IllegalStateException if its memory is freed
     * @throws WrongThreadException if it is confined to another thread
     */
    public static void check(Matrix matrix) {
        matrix.segments().forEach(KernelMemory::check);
    }

    /** The size of the memory that a matrix is read from. */
    public static long byteSize(Matrix matrix) {
        return matrix.segments().stream().mapToLong(MemorySegment::byteSize).sum();
    }

    /**
     * The same bytes, for a call of the current thread.
     *
     * @throws IllegalStateException if the memory is freed
     * @throws WrongThreadException if it is confined to another thread
     */
    public static MemorySegment view(MemorySegment segment) {
        if (!segment.isNative()) {
            return segment;
        }
        check(segment);
        if (RowRanges.readByAll(segment)) {
            // A mapped file is memory like any other, alive as long as its arena.
            return segment.isMapped() ? segment.reinterpret(segment.byteSize()) : segment;
        }
        // Only this thread could free it, and it is busy here.
        return MemorySegment.ofAddress(segment.address()).reinterpret(segment.byteSize());
    }
}
