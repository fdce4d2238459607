package io.github.logalign.internal.blas;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/** What the calls of all routines share: the method handles, workspaces within 32-bit sizes, and INFO. */
final class Subroutines {

    /** Rows or columns of work that the blocked routines take at a time. */
    static final int BLOCK = 64;

    private final Library library;
    private final ConcurrentMap<String, MethodHandle> handles = new ConcurrentHashMap<>();

    Subroutines(Library library) {
        this.library = library;
    }

    /** The invocation of a method handle, whose types only the place of the call knows. */
    @FunctionalInterface
    interface Invocation {

        /**
         * Calls.
         *
         * @param subroutine the handle
         * @param arguments memory for what goes by reference
         * @param info where LAPACK says how it went; BLAS has none
         */
        void run(MethodHandle subroutine, ArgumentSlots arguments, MemorySegment info) throws Throwable;
    }

    /**
     * Calls a routine.
     *
     * @return its INFO: 0, or a positive number with a meaning of the routine's own
     */
    int call(Subroutine routine, Real real, Invocation invocation) {
        String name = routine.name(real);
        MethodHandle subroutine = handle(routine, real, name);
        try (ArgumentSlots arguments = ArgumentSlots.take()) {
            MemorySegment info = arguments.integer(0);
            invocation.run(subroutine, arguments, info);
            int outcome = info.get(ValueLayout.JAVA_INT, 0);
            if (outcome < 0) {
                throw new IllegalStateException(name + " refused its argument number " + -outcome);
            }
            return outcome;
        } catch (Throwable failure) {
            throw CLibrary.unchecked(failure);
        }
    }

    /** Calls a routine that always succeeds. */
    void run(Subroutine routine, Real real, Invocation invocation) {
        int outcome = call(routine, real, invocation);
        if (outcome != 0) {
            throw new IllegalStateException(routine.name(real) + " returned INFO = " + outcome
                    + ", which it does not document");
        }
    }

    /** Why the library cannot run an optional routine, in one line; null if it can. */
    @Nullable
    String absence(Subroutine routine, Real real) {
        return library.has(routine, real)
                ? null
                : library.info().path() + " has no " + routine.name(real) + "; name a library that has it by -D"
                        + Blas.PROPERTY;
    }

    private MethodHandle handle(Subroutine routine, Real real, String name) {
        MethodHandle known = handles.get(name);
        return known != null ? known : handles.computeIfAbsent(name, _ -> library.subroutine(routine, real));
    }

    /** The least that is needed, or what makes a routine fast where 32-bit sizes allow it. */
    static long leastOrFast(long least, long fast) {
        return Math.max(least, Math.min(fast, Integer.MAX_VALUE));
    }

    /**
     * The size of a workspace from a documented bound: the routines' own answer to a query wraps for large sizes.
     *
     * @throws BlasException if it is beyond 32-bit sizes
     */
    static int workspace(Subroutine routine, Real real, int m, int n, long elements) {
        if (elements > Integer.MAX_VALUE) {
            throw new BlasException(routine.name(real) + " cannot factorise " + m + " x " + n
                    + ": its workspace is beyond 32-bit sizes; use the norm form, which needs no factorisation");
        }
        return Math.max(1, (int) elements);
    }
}
