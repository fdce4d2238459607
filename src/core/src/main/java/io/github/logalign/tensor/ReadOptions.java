package io.github.logalign.tensor;

import org.jspecify.annotations.Nullable;

/**
 * What a file does not say itself.
 *
 * @param void16 what npy elements of two unnamed bytes ({@code |V2}) are, as which numpy saves the bfloat16 of ml_dtypes;
 *     null if nobody knows, and then they cannot be used
 */
public record ReadOptions(@Nullable Void16 void16) {

    /** Nothing is known beside the file. */
    public static final ReadOptions DEFAULT = new ReadOptions(null);

    /** What two unnamed bytes may be. */
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
