package io.github.logalign.blas;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Native memory that is not cleared, so that only the pages that are really used count. It may be used from any thread,
 * and begins at a multiple of 64 bytes.
 *
 * <p>Thread safety: {@link #close()} must not run while another thread reads or writes.
 */
public final class Scratch implements AutoCloseable {

    private static final int ALIGNMENT = 64;

    private static final MethodHandle MALLOC = Linker.nativeLinker()
            .downcallHandle(
                    Linker.nativeLinker().defaultLookup().findOrThrow("malloc"),
                    FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.JAVA_LONG));
    private static final MethodHandle FREE = Linker.nativeLinker()
            .downcallHandle(
                    Linker.nativeLinker().defaultLookup().findOrThrow("free"),
                    FunctionDescriptor.ofVoid(ValueLayout.ADDRESS));

    private final MemorySegment allocated;
    private final MemorySegment segment;
    private boolean closed;

    private Scratch(MemorySegment allocated, long bytes) {
        this.allocated = allocated;
        long skipped = -allocated.address() & (ALIGNMENT - 1);
        this.segment = allocated.asSlice(skipped, bytes);
    }

    /**
     * Allocates memory, whose contents are anything.
     *
     * @throws BlasException if there is not enough
     */
    public static Scratch allocate(long bytes) {
        return new Scratch(malloc(bytes), bytes);
    }

    /**
     * Memory as from {@link #allocate}, freed when the arena closes, and reachable as the arena says.
     *
     * @throws BlasException if there is not enough
     */
    public static MemorySegment allocate(long bytes, Arena arena) {
        MemorySegment allocated = malloc(bytes);
        long skipped = -allocated.address() & (ALIGNMENT - 1);
        return allocated.reinterpret(arena, Scratch::free).asSlice(skipped, bytes);
    }

    private static MemorySegment malloc(long bytes) {
        if (bytes < 0 || bytes > Long.MAX_VALUE - ALIGNMENT) {
            throw new IllegalArgumentException("cannot allocate " + bytes + " bytes");
        }
        try {
            MemorySegment start = (MemorySegment) MALLOC.invokeExact(bytes + ALIGNMENT);
            if (start.address() == 0) {
                throw new BlasException("out of memory: " + bytes + " bytes of native scratch are not to be had; use a"
                        + " smaller layer, fewer threads or a larger machine");
            }
            return start.reinterpret(bytes + ALIGNMENT);
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
