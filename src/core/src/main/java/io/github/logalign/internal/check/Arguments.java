package io.github.logalign.internal.check;

import java.lang.foreign.MemorySegment;
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

    /**
     * Checks that elements to be decoded are there, and fit where they are written to.
     *
     * @param first the first of them
     * @param count how many
     * @param elements how many there are
     * @param target gets them as float32
     * @throws IllegalArgumentException if they do not
     */
    public static void decodable(long first, int count, long elements, MemorySegment target) {
        if (first < 0 || count < 0 || first > elements - count) {
            throw new IllegalArgumentException(
                    count + " elements from " + first + " on are not all there: there are " + elements);
        }
        required(target, "target");
        if (target.byteSize() < (long) count * Float.BYTES) {
            throw new IllegalArgumentException(count + " elements of float32 do not fit into "
                    + target.byteSize() + " bytes");
        }
    }
}
