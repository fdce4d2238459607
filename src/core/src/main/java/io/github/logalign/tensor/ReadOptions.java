package io.github.logalign.tensor;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * Information that a file itself lacks.
 *
 * @param void16 the type of npy elements of two untyped bytes ({@code |V2}), as which numpy saves the bfloat16 of
 *     ml_dtypes; null if it is unknown, so that these elements cannot be used
 */
public record ReadOptions(@Nullable Void16 void16) implements Serializable {

    /** No information beyond the file's own. */
    public static final ReadOptions DEFAULT = new ReadOptions(null);

    /** The possible types of two untyped bytes. */
    public enum Void16 {
        /** bfloat16. */
        BF16(DataType.BF16),
        /** IEEE 754 binary16. */
        F16(DataType.F16);

        private final DataType type;

        Void16(DataType type) {
            this.type = type;
        }

        DataType type() {
            return type;
        }
    }
}
