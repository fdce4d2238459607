package io.github.logalign;

import io.github.logalign.internal.blas.BlasInfo;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The BLAS that was loaded, and how it was found.
 *
 * @param origin where it came from
 * @param path its file, or the name by which the system's loader knows it
 * @param config how it was built, or null if it does not tell
 * @param coreName the CPU for which its kernels were chosen, or null if it does not tell
 * @param threads the number of threads that it computes with, or null if it does not tell
 * @param attempts every place that was tried, the last one with success
 */
public record BlasLibrary(
        Origin origin,
        String path,
        @Nullable String config,
        @Nullable String coreName,
        @Nullable Integer threads,
        List<Attempt> attempts) {

    /** Copies the list. */
    public BlasLibrary {
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

    static BlasLibrary of(BlasInfo info) {
        List<Attempt> attempts = info.attempts().stream()
                .map(tried -> new Attempt(of(tried.origin()), tried.place(), tried.outcome()))
                .toList();
        return new BlasLibrary(
                of(info.origin()), info.path(), info.config(), info.coreName(), info.threads(), attempts);
    }

    private static Origin of(BlasInfo.Origin origin) {
        return switch (origin) {
            case NAMED -> Origin.NAMED;
            case BUNDLED -> Origin.BUNDLED;
            case SYSTEM -> Origin.SYSTEM;
        };
    }
}
