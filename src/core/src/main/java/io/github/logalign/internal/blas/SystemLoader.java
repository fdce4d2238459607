package io.github.logalign.internal.blas;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The reason why the system's loader refuses a library: Java's lookup reports the name only. Linux and macOS have the
 * functions; elsewhere nothing is known.
 */
final class SystemLoader {

    /** RTLD_LAZY, as Java itself opens libraries. */
    private static final int LAZY = 1;

    private static final int LONGEST = 4096;

    private SystemLoader() {}

    /**
     * Why a library cannot be loaded; it is tried once more for that.
     *
     * @param library its path, or a name that the loader looks for
     * @return one line without the library's name, or null if the loader does not tell, or does not refuse any more
     */
    static @Nullable String refusal(String library) {
        Linker linker = Linker.nativeLinker();
        SymbolLookup symbols = linker.defaultLookup();
        Optional<MemorySegment> open = symbols.find("dlopen");
        Optional<MemorySegment> error = symbols.find("dlerror");
        if (open.isEmpty() || error.isEmpty()) {
            return null;
        }
        // Both are bound before either is called: the error is the thread's last one.
        MethodHandle dlopen = linker.downcallHandle(open.get(),
                FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
        MethodHandle dlerror = linker.downcallHandle(error.get(), FunctionDescriptor.of(ValueLayout.ADDRESS));
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocateFrom(library);
            MemorySegment handle = (MemorySegment) dlopen.invokeExact(name, LAZY);
            if (handle.address() != 0) {
                return null;
            }
            MemorySegment text = (MemorySegment) dlerror.invokeExact();
            return text.address() == 0 ? null : reason(text.reinterpret(LONGEST).getString(0), library);
        } catch (Throwable failed) {
            throw CLibrary.unchecked(failed);
        }
    }

    /** On Linux the reason begins with the name, which the list of attempts already has. */
    private static String reason(String text, String library) {
        String line = text.lines().findFirst().orElse("").strip();
        return line.startsWith(library + ": ") ? line.substring(library.length() + 2) : line;
    }

    /**
     * Whether a reason is that memory is short, in the words of Linux and macOS. Some of Linux's loaders leave out why they
     * cannot map a library: where its file system allows code ({@link Mounts}), it is memory.
     */
    static boolean isWantOfMemory(String reason) {
        return reason.contains("Cannot allocate memory") || reason.contains("cannot map zero-fill pages")
                || reason.equals("failed to map segment from shared object");
    }
}
