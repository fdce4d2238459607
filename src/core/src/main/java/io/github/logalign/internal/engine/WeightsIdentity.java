package io.github.logalign.internal.engine;

import io.github.logalign.matrix.Matrix;
import java.io.Serializable;

/**
 * What tells a W from others of its size, such as the same layer some steps later: some of its elements. The same W has the
 * same identity in every process, and in every element type that holds its numbers exactly.
 *
 * @param rows m
 * @param columns n
 * @param samples a hash of elements from all over W
 */
public record WeightsIdentity(long rows, long columns, long samples) implements Serializable {

    private static final int SAMPLES = 256;

    /** 2^64 over the golden ratio: its multiples, as fractions of 2^64, are spread evenly. */
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    /** Reads the elements. */
    public static WeightsIdentity of(Matrix w) {
        long rows = w.rows();
        long columns = w.columns();
        long hash = 0;
        int count = rows == 0 || columns == 0 ? 0 : SAMPLES;
        for (int i = 1; i <= count; i++) {
            long row = Math.unsignedMultiplyHigh(i * GOLDEN, rows);
            long column = Math.unsignedMultiplyHigh(i * GOLDEN * GOLDEN, columns);
            // Adding 0 makes one zero of both.
            hash = (hash ^ Double.doubleToLongBits(w.get(row, column) + 0.0)) * GOLDEN;
            hash ^= hash >>> 32;
        }
        return new WeightsIdentity(rows, columns, hash);
    }

    /**
     * Makes sure that something was computed from the same W.
     *
     * @param other the identity of the W that it was computed from
     * @param what that something, in the plural
     * @throws IllegalArgumentException if it was another W
     */
    public void requireSame(WeightsIdentity other, String what) {
        if (!other.equals(this)) {
            throw new IllegalArgumentException(what + " are of other weights: of " + other.rows + " x " + other.columns
                    + " ones, these are " + rows + " x " + columns);
        }
    }
}
