package io.github.logalign.internal.blas;

import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/**
 * Native memory, uncleared. Large blocks come straight from the system and go back to it: the C library would keep what many
 * threads have freed, some megabytes for each. A few blocks are kept for the next call, so that it needs no page faults.
 *
 * <p>Thread safety: any number of threads may take and give back at once.
 */
final class NativeMemory {

    /** Every block begins at a multiple of this. */
    static final int ALIGNMENT = 64;

    /** Where blocks begin to come from the system. */
    private static final long LARGE = 64 << 10;

    /** The largest block that is kept: for larger ones page faults cost less than what is done with them. */
    private static final long LARGEST_KEPT = 16L << 20;

    /** What is kept at most. */
    private static final long MOST_KEPT = 64L << 20;

    private static final Object LOCK = new Object();

    /** Blocks to take again, by size. */
    private static final Map<Long, Deque<MemorySegment>> KEPT = new HashMap<>();

    private static long kept;
    private static long taken;

    private NativeMemory() {}

    /**
     * Takes a block.
     *
     * @return memory of at least this size, aligned
     * @throws BlasException if there is not enough
     */
    static MemorySegment take(long bytes) {
        if (bytes < 0 || bytes > Long.MAX_VALUE / 2) {
            throw new IllegalArgumentException("cannot allocate " + bytes + " bytes");
        }
        long size = sizeOfBlock(bytes);
        MemorySegment block = size < LARGE ? allocate(size) : pages(size);
        synchronized (LOCK) {
            taken += size;
        }
        return block;
    }

    /** Gives back a block as it was taken. */
    static void give(MemorySegment block) {
        long size = block.byteSize();
        boolean isKept = false;
        synchronized (LOCK) {
            taken -= size;
            if (size >= LARGE && size <= LARGEST_KEPT && kept + size <= MOST_KEPT) {
                isKept = true;
                kept += size;
                KEPT.computeIfAbsent(size, _ -> new ArrayDeque<>()).push(block);
            }
        }
        if (size < LARGE) {
            CLibrary.get().release(block);
        } else if (!isKept) {
            CLibrary.get().unmap(block);
        }
    }

    /** The bytes of blocks that were taken and not yet given back. */
    static long takenBytes() {
        synchronized (LOCK) {
            return taken;
        }
    }

    /** The bytes of blocks that are kept for later. */
    static long keptBytes() {
        synchronized (LOCK) {
            return kept;
        }
    }

    /**
     * With room to align. Large blocks have sizes of three leading bits: few enough that a kept block often fits, and never
     * a quarter more than is needed, of which unused pages cost nothing.
     */
    private static long sizeOfBlock(long bytes) {
        long needed = bytes + ALIGNMENT;
        if (needed < LARGE || needed > LARGEST_KEPT) {
            return needed;
        }
        long step = Long.highestOneBit(needed) / 4;
        return (needed + step - 1) / step * step;
    }

    private static MemorySegment allocate(long size) {
        return checked(CLibrary.get().allocate(size), size);
    }

    private static MemorySegment pages(long size) {
        synchronized (LOCK) {
            Deque<MemorySegment> blocks = KEPT.get(size);
            if (blocks != null && !blocks.isEmpty()) {
                kept -= size;
                return blocks.pop();
            }
        }
        return checked(CLibrary.get().map(size), size);
    }

    private static MemorySegment checked(MemorySegment start, long size) {
        if (start.address() == 0) {
            throw new BlasException(
                    "out of memory: " + size + " bytes of native scratch memory cannot be allocated; use a"
                            + " smaller layer, fewer threads or a larger machine");
        }
        return start.reinterpret(size);
    }
}
