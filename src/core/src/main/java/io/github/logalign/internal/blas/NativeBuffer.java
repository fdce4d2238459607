package io.github.logalign.internal.blas;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Native memory that is not cleared, so that only the pages that are really used count. It may be used from any thread,
 * and begins at a multiple of 64 bytes.
 *
 * <p>Thread safety: {@link #close()} must not run while another thread reads or writes.
 */
public final class NativeBuffer implements AutoCloseable {

    private static final int ALIGNMENT = 64;

    /** The size of a huge page of x86-64 and of most ARMs, where Linux has them. */
    private static final long HUGE_PAGE = 2L << 20;

    /** The bytes that are cleared at once: less than a tenth of a millisecond. */
    private static final long PIECE = 1L << 20;

    /** MADV_HUGEPAGE of Linux. */
    private static final int IN_HUGE_PAGES = 14;

    /** What is allocated and not yet freed, so that tests can tell that nothing was lost. */
    private static final AtomicLong LIVE = new AtomicLong();

    private final MemorySegment allocated;
    private final MemorySegment segment;
    private boolean closed;

    private NativeBuffer(MemorySegment allocated, long bytes) {
        this.allocated = allocated;
        this.segment = aligned(allocated, bytes, ALIGNMENT);
    }

    /**
     * Allocates memory, whose contents are anything.
     *
     * @throws BlasException if there is not enough
     */
    public static NativeBuffer allocate(long bytes) {
        return new NativeBuffer(malloc(bytes, ALIGNMENT), bytes);
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
        long alignment = bytes < 2 * HUGE_PAGE ? ALIGNMENT : HUGE_PAGE;
        MemorySegment memory = malloc(bytes, alignment);
        MemorySegment segment;
        try {
            segment = aligned(memory.reinterpret(arena, NativeBuffer::free), bytes, alignment);
        } catch (RuntimeException | Error notOwned) {
            // The arena was closed meanwhile, or is another thread's: it will not free what it does not own.
            free(memory);
            throw notOwned;
        }
        if (alignment == HUGE_PAGE) {
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
        MemorySegment whole = allocated.reinterpret(arena, NativeBuffer::free);
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
        return LIVE.get();
    }

    private static MemorySegment aligned(MemorySegment allocated, long bytes, long alignment) {
        return allocated.asSlice(-allocated.address() & (alignment - 1), bytes);
    }

    private static MemorySegment malloc(long bytes, long alignment) {
        if (bytes < 0 || bytes > Long.MAX_VALUE - alignment) {
            throw new IllegalArgumentException("cannot allocate " + bytes + " bytes");
        }
        MemorySegment start = CLibrary.get().allocate(bytes + alignment);
        if (start.address() == 0) {
            throw new BlasException(
                    "out of memory: " + bytes + " bytes of native scratch memory cannot be allocated; use a"
                            + " smaller layer, fewer threads or a larger machine");
        }
        LIVE.addAndGet(bytes + alignment);
        return start.reinterpret(bytes + alignment);
    }

    private static void free(MemorySegment allocated) {
        LIVE.addAndGet(-allocated.byteSize());
        CLibrary.get().release(allocated);
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
            free(allocated);
        }
    }
}
