package io.github.logalign.internal.blas;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.Nullable;

/**
 * Functions of the C library, bound at the first call. They stand in no static final field: a failure there, for want of
 * memory or of native access, would make the class unusable as long as the JVM lives, and hide the cause from all callers
 * but the first.
 *
 * @param malloc of the C library
 * @param free of the C library
 * @param pages how to get pages straight from the system, null where that is not by mmap
 * @param madvise of Linux, else null
 */
record CLibrary(
        MethodHandle malloc, MethodHandle free, @Nullable Pages pages, @Nullable MethodHandle madvise) {

    private static final int READ_WRITE = 3;
    private static final int MAP_PRIVATE = 2;
    private static final int MAP_ANONYMOUS_OF_LINUX = 0x20;
    private static final int MAP_ANONYMOUS_OF_MACOS = 0x1000;

    /**
     * What POSIX has for pages of memory.
     *
     * @param mmap maps
     * @param munmap gives back
     * @param flags for private memory that is no file's
     */
    record Pages(MethodHandle mmap, MethodHandle munmap, int flags) {}

    private static volatile @Nullable CLibrary bound;

    /**
     * The functions. Two threads that bind them at once do the same.
     *
     * @throws BlasException if the JVM refuses native access; the message has the flag that allows it
     */
    static CLibrary get() {
        CLibrary known = bound;
        if (known == null) {
            known = bind();
            bound = known;
        }
        return known;
    }

    private static CLibrary bind() {
        try {
            Linker linker = Linker.nativeLinker();
            SymbolLookup symbols = linker.defaultLookup();
            MethodHandle malloc = linker.downcallHandle(
                    symbols.findOrThrow("malloc"),
                    FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.JAVA_LONG));
            MethodHandle free = linker.downcallHandle(
                    symbols.findOrThrow("free"), FunctionDescriptor.ofVoid(ValueLayout.ADDRESS));
            FunctionDescriptor advice = FunctionDescriptor.of(
                    ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT);
            MethodHandle madvise = System.getProperty("os.name").equals("Linux")
                    ? symbols.find("madvise").map(function -> linker.downcallHandle(function, advice)).orElse(null)
                    : null;
            return new CLibrary(malloc, free, pages(linker, symbols), madvise);
        } catch (IllegalCallerException refused) {
            throw new BlasException(NativeAccess.advice(), refused);
        }
    }

    private static @Nullable Pages pages(Linker linker, SymbolLookup symbols) {
        String system = System.getProperty("os.name");
        boolean linux = system.equals("Linux");
        if (!linux && !system.startsWith("Mac")) {
            return null;
        }
        return new Pages(
                linker.downcallHandle(
                        symbols.findOrThrow("mmap"),
                        FunctionDescriptor.of(
                                ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT,
                                ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG)),
                linker.downcallHandle(
                        symbols.findOrThrow("munmap"),
                        FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG)),
                MAP_PRIVATE | (linux ? MAP_ANONYMOUS_OF_LINUX : MAP_ANONYMOUS_OF_MACOS));
    }

    /** Whole pages straight from the system, as many as the bytes need; the null pointer if there is not enough. */
    MemorySegment map(long bytes) {
        if (pages == null) {
            return allocate(bytes);
        }
        try {
            MemorySegment start = (MemorySegment) pages.mmap.invokeExact(
                    MemorySegment.NULL, bytes, READ_WRITE, pages.flags, -1, 0L);
            return start.address() == -1 ? MemorySegment.NULL : start;
        } catch (Throwable failed) {
            throw unchecked(failed);
        }
    }

    /** Gives back what {@link #map} gave, of the size that was asked for. */
    void unmap(MemorySegment memory) {
        if (pages == null) {
            release(memory);
            return;
        }
        try {
            int ignored = (int) pages.munmap.invokeExact(memory, memory.byteSize());
        } catch (Throwable failed) {
            throw unchecked(failed);
        }
    }

    /** Memory that is not cleared; the null pointer if there is not enough. */
    MemorySegment allocate(long bytes) {
        try {
            return (MemorySegment) malloc.invokeExact(bytes);
        } catch (Throwable failed) {
            throw unchecked(failed);
        }
    }

    /** Gives memory back. */
    void release(MemorySegment memory) {
        try {
            free.invokeExact(memory);
        } catch (Throwable failed) {
            throw unchecked(failed);
        }
    }

    /** Asks for some treatment of memory; whether it is granted makes no difference but in speed. */
    void advise(MemorySegment memory, long bytes, int advice) {
        if (madvise == null) {
            return;
        }
        try {
            int ignored = (int) madvise.invokeExact(memory, bytes, advice);
        } catch (Throwable failed) {
            throw unchecked(failed);
        }
    }

    /** What a method handle of a native function throws is unchecked, though its type does not say so. */
    static RuntimeException unchecked(Throwable failure) {
        if (failure instanceof Error error) {
            throw error;
        }
        return failure instanceof RuntimeException exception ? exception : new IllegalStateException(failure);
    }
}
