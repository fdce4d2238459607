package io.github.logalign.internal.blas;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The library that was loaded, and how it was found.
 *
 * @param origin where it came from
 * @param path its file, or the name the system's loader knows it by
 * @param config how it was built, if it reports this
 * @param coreName the CPU its kernels were chosen for, if it reports this
 * @param threads the number of threads it computes with, if it reports this
 * @param attempts every place that was tried, the last one with success
 */
public record BlasInfo(
        Origin origin,
        String path,
        @Nullable String config,
        @Nullable String coreName,
        @Nullable Integer threads,
        List<Attempt> attempts) {

    /** Copies the list. */
    public BlasInfo {
        attempts = List.copyOf(attempts);
    }

    /** Where a library comes from, in the order of trying. */
    public enum Origin {
        /** Named by the property or the variable; no other is tried then. */
        NAMED,
        /** The natives in the jar on the class path or the module path. */
        BUNDLED,
        /** What the system's loader finds. */
        SYSTEM
    }

    /**
     * One place that was tried.
     *
     * @param origin whose place it is
     * @param place a path or a name
     * @param outcome "loaded", or why not
     */
    public record Attempt(Origin origin, String place, String outcome) {}
}
