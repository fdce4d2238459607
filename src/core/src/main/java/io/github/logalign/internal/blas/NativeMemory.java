package io.github.logalign.internal.blas;

import java.lang.foreign.MemorySegment;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * Native memory, uncleared. Large blocks come straight from the system and go back to it: the C library would keep what many
 * threads have freed, some megabytes for each. A few blocks are kept for the next call, so that it needs no page faults.
 *
 * <p>Thread safety: any number of threads may take and give back at once, and none waits for another.
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

    /** Blocks to take again, by size. */
    private static final Map<Long, Deque<MemorySegment>> KEPT = new ConcurrentHashMap<>();

    private static final AtomicLong KEPT_BYTES = new AtomicLong();
    private static final LongAdder TAKEN_BYTES = new LongAdder();

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
        TAKEN_BYTES.add(size);
        return block;
    }

    /** Gives back a block as it was taken. */
    static void give(MemorySegment block) {
        long size = block.byteSize();
        TAKEN_BYTES.add(-size);
        if (size < LARGE) {
            CLibrary.get().release(block);
        } else if (size <= LARGEST_KEPT && KEPT_BYTES.addAndGet(size) <= MOST_KEPT) {
            KEPT.computeIfAbsent(size, _ -> new ConcurrentLinkedDeque<>()).push(block);
        } else {
            if (size <= LARGEST_KEPT) {
                KEPT_BYTES.addAndGet(-size);
            }
            CLibrary.get().unmap(block);
        }
    }

    /** The bytes of blocks that were taken and not yet given back. */
    static long takenBytes() {
        return TAKEN_BYTES.sum();
    }

    /** The bytes of blocks that are kept for later. */
    static long keptBytes() {
        return KEPT_BYTES.get();
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
        Deque<MemorySegment> blocks = KEPT.get(size);
        MemorySegment block = blocks == null ? null : blocks.pollFirst();
        if (block != null) {
            KEPT_BYTES.addAndGet(-size);
            return block;
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
