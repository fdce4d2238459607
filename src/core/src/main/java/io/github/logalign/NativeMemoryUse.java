package io.github.logalign;

/**
 * The native memory of this library, which the JVM's native memory tracking does not see. What OpenBLAS allocates for itself is
 * not in it.
 *
 * @param inUse bytes of spectra whose arenas are open, of packed weights, and of calls that run now
 * @param kept bytes of blocks that ended calls have left for the next ones, at most 64 MB
 */
public record NativeMemoryUse(long inUse, long kept) {}
