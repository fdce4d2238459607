package io.github.logalign.parquet;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What lets readers skip a row group: how many values are null, the least and the greatest.
 *
 * <p>Thread safety: none.
 */
final class Statistics {

    private long nulls;
    private @Nullable Object least;
    private @Nullable Object greatest;
    private byte[] leastBytes = {};
    private byte[] greatestBytes = {};

    void addNull() {
        nulls++;
    }

    /** Adds a value, of which the bytes are those in the file. */
    void add(Object value, byte[] plain) {
        if (least == null || compare(value, plain, least, leastBytes) < 0) {
            least = value;
            leastBytes = plain;
        }
        if (greatest == null || compare(value, plain, greatest, greatestBytes) > 0) {
            greatest = value;
            greatestBytes = plain;
        }
    }

    /** Numbers by their size, text by its bytes. */
    private static int compare(Object a, byte[] aBytes, Object b, byte[] bBytes) {
        return switch (a) {
            case Long number -> Long.compare(number, (Long) b);
            case Double number -> Double.compare(number, (Double) b);
            default -> Arrays.compareUnsigned(aBytes, bBytes);
        };
    }

    CompactStruct struct() {
        CompactStruct struct = new CompactStruct().i64(3, nulls);
        return least == null
                ? struct
                : struct.binary(5, zero(greatest, greatestBytes, 0.0)).binary(6, zero(least, leastBytes, -0.0));
    }

    /** The two zeros are one number for those that ask, so the bounds include both. */
    private static byte[] zero(@Nullable Object value, byte[] plain, double bound) {
        if (!(value instanceof Double number) || number != 0) {
            return plain;
        }
        return LittleEndian.bytes(Double.doubleToRawLongBits(bound));
    }
}
