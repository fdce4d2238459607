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
 * @param madvise of Linux, else null
 */
record CLibrary(MethodHandle malloc, MethodHandle free, @Nullable MethodHandle madvise) {

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
            return new CLibrary(malloc, free, madvise);
        } catch (IllegalCallerException refused) {
            throw new BlasException(NativeAccess.advice(), refused);
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
