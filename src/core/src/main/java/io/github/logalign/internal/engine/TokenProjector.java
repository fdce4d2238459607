package io.github.logalign.internal.engine;

import io.github.logalign.matrix.Routine;
import java.lang.foreign.MemorySegment;
import java.util.Set;

/**
 * Adds squared projections of blocks of tokens.
 *
 * <p>For one thread.
 */
public interface TokenProjector extends AutoCloseable {

    /** The size in bytes of the blocks of tokens that are projected the fastest. */
    long blockBytes();

    /** Makes blocks copy their tokens where another thread reads them. */
    void prepare(TokenBlocks blocks);

    /**
     * Adds a block.
     *
     * @param x the tokens, in the working type
     * @param offset where the first begins, in bytes
     * @param stride from token to token, in bytes
     * @param sums F64, as many as the directions have room for
     */
    void add(MemorySegment x, long offset, long stride, int tokens, MemorySegment sums);

    /** The routines that projected. */
    Set<Routine> routines();

    @Override
    void close();
}
