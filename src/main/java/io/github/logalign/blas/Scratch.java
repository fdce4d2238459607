package io.github.logalign.blas;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.Nullable;

/**
 * Native memory that is not cleared, so that only the pages that are really used count. It may be used from any thread,
 * and begins at a multiple of 64 bytes.
 *
 * <p>Thread safety: {@link #close()} must not run while another thread reads or writes.
 */
public final class Scratch implements AutoCloseable {

    private static final int ALIGNMENT = 64;

    /** The size of a huge page of x86-64 and of most ARMs, where Linux has them. */
    private static final long HUGE_PAGE = 2L << 20;

    /** MADV_HUGEPAGE of Linux. */
    private static final int IN_HUGE_PAGES = 14;

    private static final MethodHandle MALLOC = Linker.nativeLinker()
            .downcallHandle(
                    Linker.nativeLinker().defaultLookup().findOrThrow("malloc"),
                    FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.JAVA_LONG));
    private static final MethodHandle FREE = Linker.nativeLinker()
            .downcallHandle(
                    Linker.nativeLinker().defaultLookup().findOrThrow("free"),
                    FunctionDescriptor.ofVoid(ValueLayout.ADDRESS));

    private static final @Nullable MethodHandle MADVISE = System.getProperty("os.name").equals("Linux")
            ? Linker.nativeLinker().defaultLookup().find("madvise").map(function -> Linker.nativeLinker()
                    .downcallHandle(function, FunctionDescriptor.of(
                            ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT)))
                    .orElse(null)
            : null;

    private final MemorySegment allocated;
    private final MemorySegment segment;
    private boolean closed;

    private Scratch(MemorySegment allocated, long bytes) {
        this.allocated = allocated;
        this.segment = aligned(allocated, bytes, ALIGNMENT);
    }

    /**
     * Allocates memory, whose contents are anything.
     *
     * @throws BlasException if there is not enough
     */
    public static Scratch allocate(long bytes) {
        return new Scratch(malloc(bytes, ALIGNMENT), bytes);
    }

    /**
     * Memory as from {@link #allocate}, freed when the arena closes, and reachable as the arena says. It is for what is used
     * as a whole and for long: where it is large, huge pages are asked for, since a page fault for each 4 KB costs a layer of
     * n = 2,048 a twentieth of its time.
     *
     * @throws BlasException if there is not enough
     */
    public static MemorySegment allocate(long bytes, Arena arena) {
        long alignment = bytes < 2 * HUGE_PAGE ? ALIGNMENT : HUGE_PAGE;
        MemorySegment segment = aligned(malloc(bytes, alignment).reinterpret(arena, Scratch::free), bytes, alignment);
        if (MADVISE != null && alignment == HUGE_PAGE) {
            inHugePages(MADVISE, segment);
        }
        return segment;
    }

    /** If that is refused, the pages are small. */
    private static void inHugePages(MethodHandle madvise, MemorySegment segment) {
        try {
            int ignored = (int) madvise.invokeExact(segment, segment.byteSize() & -HUGE_PAGE, IN_HUGE_PAGES);
        } catch (RuntimeException | Error failed) {
            throw failed;
        } catch (Throwable impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static MemorySegment aligned(MemorySegment allocated, long bytes, long alignment) {
        return allocated.asSlice(-allocated.address() & (alignment - 1), bytes);
    }

    private static MemorySegment malloc(long bytes, long alignment) {
        if (bytes < 0 || bytes > Long.MAX_VALUE - alignment) {
            throw new IllegalArgumentException("cannot allocate " + bytes + " bytes");
        }
        try {
            MemorySegment start = (MemorySegment) MALLOC.invokeExact(bytes + alignment);
            if (start.address() == 0) {
                throw new BlasException("out of memory: " + bytes + " bytes of native scratch are not to be had; use a"
                        + " smaller layer, fewer threads or a larger machine");
            }
            return start.reinterpret(bytes + alignment);
        } catch (RuntimeException | Error failed) {
            throw failed;
        } catch (Throwable impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static void free(MemorySegment allocated) {
        try {
            FREE.invokeExact(allocated);
        } catch (RuntimeException | Error failed) {
            throw failed;
        } catch (Throwable impossible) {
            throw new IllegalStateException(impossible);
        }
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
