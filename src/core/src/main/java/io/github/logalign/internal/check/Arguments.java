package io.github.logalign.internal.check;

import org.jspecify.annotations.Nullable;

/** Checks of arguments that the caller gave. */
public final class Arguments {

    private Arguments() {}

    /**
     * Checks that an argument is there.
     *
     * @param value what the caller gave
     * @param name the name of the parameter
     * @param <T> its type
     * @return the value
     * @throws IllegalArgumentException if it is null
     */
    public static <T> T required(@Nullable T value, String name) {
        if (value == null) {
            throw new IllegalArgumentException(name + " must not be null");
        }
        return value;
    }
}
