package io.github.logalign.internal.check;

/** The errors that the JVM throws when a memory segment cannot be read, and how they are reported to the caller. */
public final class MemoryFaults {

    /** A mapped file lost pages that belonged to it when it was mapped. */
    public static final String SHRUNK = "a mapped file became shorter while it was read, or its disk failed; "
            + MemoryFaults.KEEP_FILES;

    /** What to do against {@link #SHRUNK}. */
    public static final String KEEP_FILES = "leave files unchanged while they are open, and replace them by renaming";

    /** An arena that belongs to one thread was used from another. */
    public static final String CONFINED = "the memory is confined to another thread: call from that thread, or use Arena.ofShared()";

    private MemoryFaults() {}

    /**
     * Tells whether HotSpot reports a page of mapped memory that the operating system could not provide.
     *
     * @param failure the exception or error
     * @return true if it is this failure and no other one
     */
    public static boolean isShrunkFile(Throwable failure) {
        return failure instanceof InternalError
                && String.valueOf(failure.getMessage()).contains("unsafe memory access");
    }
}
