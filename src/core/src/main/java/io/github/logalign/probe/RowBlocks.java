package io.github.logalign.probe;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The blocks of rows of a probe: free ones, and full ones on their way to be projected. A block is made when none is free, until
 * there are as many as there may be. The queues have no locks: threads that look for a free block in vain must not keep the one
 * that returns blocks from it.
 *
 * <p>Thread safety: any number of threads.
 */
final class RowBlocks {

    private final int most;
    private final int rows;
    private final int columns;
    private final AtomicInteger made = new AtomicInteger();
    private final Queue<RowBlock> full = new ConcurrentLinkedQueue<>();
    private final Queue<RowBlock> free = new ConcurrentLinkedQueue<>();

    RowBlocks(int most, int rows, int columns) {
        this.most = most;
        this.rows = rows;
        this.columns = columns;
    }

    /** How many rows a block has room for. */
    int rows() {
        return rows;
    }

    /** An empty block, or null if all are in use. */
    @Nullable
    RowBlock takeFree() {
        RowBlock block = free.poll();
        if (block != null) {
            return block;
        }
        boolean isMade = false;
        try {
            if (made.incrementAndGet() > most) {
                return null;
            }
            block = new RowBlock(rows, columns);
            isMade = true;
            return block;
        } finally {
            if (!isMade) {
                made.decrementAndGet();
            }
        }
    }

    void addFull(RowBlock block) {
        full.add(block);
    }

    /** The block that has been full the longest, or null. */
    @Nullable
    RowBlock takeFull() {
        return full.poll();
    }

    void release(RowBlock block) {
        block.clear();
        free.add(block);
    }
}
