package io.github.logalign.internal.blas;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Native memory that is not cleared, so that only the pages that are really used count. It may be used from any thread,
 * and begins at a multiple of 64 bytes.
 *
 * <p>Thread safety: {@link #close()} must not run while another thread reads or writes.
 */
public final class NativeBuffer implements AutoCloseable {

    /** The size of a huge page of x86-64 and of most ARMs, where Linux has them. */
    private static final long HUGE_PAGE = 2L << 20;

    /** The bytes that are cleared at once: less than a tenth of a millisecond. */
    private static final long PIECE = 1L << 20;

    /** MADV_HUGEPAGE of Linux. */
    private static final int IN_HUGE_PAGES = 14;

    private final MemorySegment allocated;
    private final MemorySegment segment;
    private boolean closed;

    private NativeBuffer(MemorySegment allocated, long bytes) {
        this.allocated = allocated;
        this.segment = aligned(allocated, bytes, NativeMemory.ALIGNMENT);
    }

    /**
     * Allocates memory, whose contents are anything.
     *
     * @throws BlasException if there is not enough
     */
    public static NativeBuffer allocate(long bytes) {
        return new NativeBuffer(NativeMemory.take(bytes), bytes);
    }

    /**
     * Clears memory piece by piece: the JVM cannot stop a thread while it clears one, and a garbage collection that waits for
     * this thread would hold up all others.
     */
    public static void clear(MemorySegment memory) {
        for (long start = 0; start < memory.byteSize(); start += PIECE) {
            memory.asSlice(start, Math.min(PIECE, memory.byteSize() - start)).fill((byte) 0);
        }
    }

    /** A buffer if it is large enough, or a larger one in its place. */
    public static NativeBuffer ofSize(@Nullable NativeBuffer buffer, long bytes) {
        if (buffer != null && buffer.segment.byteSize() >= bytes) {
            return buffer;
        }
        if (buffer != null) {
            buffer.close();
        }
        return allocate(bytes);
    }

    /**
     * Memory as from {@link #allocate}, freed when the arena closes, and reachable as the arena says. It is for what is used
     * as a whole and for long: where it is large, huge pages are asked for, since a page fault for each 4 KB costs a layer of
     * n = 2,048 a twentieth of its time.
     *
     * @throws BlasException if there is not enough
     */
    public static MemorySegment allocate(long bytes, Arena arena) {
        checkOpen(arena);
        boolean huge = bytes >= 2 * HUGE_PAGE;
        MemorySegment memory = NativeMemory.take(huge ? bytes + HUGE_PAGE : bytes);
        MemorySegment segment;
        try {
            segment = aligned(memory.reinterpret(arena, NativeMemory::give), bytes,
                    huge ? HUGE_PAGE : NativeMemory.ALIGNMENT);
        } catch (RuntimeException | Error notOwned) {
            // The arena was closed meanwhile, or is another thread's: it will not free what it does not own.
            NativeMemory.give(memory);
            throw notOwned;
        }
        if (huge) {
            CLibrary.get().advise(segment, segment.byteSize() & -HUGE_PAGE, IN_HUGE_PAGES);
        }
        return segment;
    }

    /**
     * Hands this memory over to an arena, which frees it when it closes.
     *
     * @return the same bytes, reachable as the arena says
     */
    public MemorySegment moveTo(Arena arena) {
        MemorySegment bytes = segment();
        MemorySegment whole = allocated.reinterpret(arena, NativeMemory::give);
        closed = true;
        return whole.asSlice(bytes.address() - allocated.address(), bytes.byteSize());
    }

    /**
     * Makes sure that an arena can own memory, before work is done whose result is to live there.
     *
     * @throws IllegalStateException if it is closed
     * @throws WrongThreadException if it is confined to another thread
     * @throws BlasException if the JVM refuses native access
     */
    public static void checkOpen(Arena arena) {
        if (!arena.scope().isAlive()) {
            throw new IllegalStateException("the arena for the result is closed");
        }
        try {
            MemorySegment nothing = MemorySegment.NULL.reinterpret(arena, null);
            if (!nothing.isAccessibleBy(Thread.currentThread())) {
                throw new WrongThreadException("the arena for the result is confined to another thread");
            }
        } catch (IllegalCallerException refused) {
            throw new BlasException(NativeAccess.advice(), refused);
        }
    }

    /** How many bytes are allocated and not yet freed. */
    public static long liveBytes() {
        return NativeMemory.takenBytes();
    }

    /** How many freed bytes are kept to be allocated again. */
    public static long keptBytes() {
        return NativeMemory.keptBytes();
    }

    private static MemorySegment aligned(MemorySegment allocated, long bytes, long alignment) {
        return allocated.asSlice(-allocated.address() & (alignment - 1), bytes);
    }

    /**
     * The memory.
     *
     * @throws IllegalStateException if closed
     */
    public MemorySegment segment() {
        if (closed) {
            throw new IllegalStateException("this scratch is closed");
        }
        return segment;
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            NativeMemory.give(allocated);
        }
    }
}
