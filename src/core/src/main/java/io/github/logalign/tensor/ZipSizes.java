package io.github.logalign.tensor;

import io.github.logalign.internal.io.Bytes;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Sizes and offset of a member, from the 32-bit numbers in a header and the 64-bit ones in its extra field. Writers
 * differ: most put only the numbers that need 64 bits into the extra field; numpy on CPython up to 3.11.3 writes both
 * sizes in both places; Go writes all three numbers as soon as one of them needs it. A number stored in both places
 * must be the same.
 *
 * @param size the size of the content
 * @param stored the size of the data in the archive
 * @param begin the offset of the local header; 0 in a local header
 */
record ZipSizes(long size, long stored, long begin) {

    private static final long IN_EXTRA = 0xFFFF_FFFFL;
    private static final int EXTRA_ID = 1;

    /**
     * Resolves them.
     *
     * @param extra the whole extra field
     * @param narrow size and stored size from the header itself, in the directory followed by the offset
     * @return null if the two places contradict each other, or a number is missing
     */
    static @Nullable ZipSizes of(MemorySegment extra, long... narrow) {
        MemorySegment field = wideField(extra);
        if (field == null) {
            return null;
        }
        long[] numbers = byPosition(field, narrow);
        if (numbers == null) {
            numbers = byNeed(field, narrow);
        }
        return numbers == null ? null : new ZipSizes(numbers[0], numbers[1], numbers.length > 2 ? numbers[2] : 0);
    }

    /** Each number has a fixed position, needed or not; numbers stored twice must be equal. */
    private static long @Nullable [] byPosition(MemorySegment field, long[] narrow) {
        long[] numbers = narrow.clone();
        for (int index = 0; index < narrow.length; index++) {
            if (field.byteSize() >= 8L * (index + 1)) {
                numbers[index] = Bytes.u64(field, 8L * index);
                if (narrow[index] != IN_EXTRA && narrow[index] != numbers[index]) {
                    return null;
                }
            } else if (narrow[index] == IN_EXTRA) {
                return null;
            }
        }
        return numbers;
    }

    /** As in the format's specification: only the numbers that need 64 bits, one after the other. */
    private static long @Nullable [] byNeed(MemorySegment field, long[] narrow) {
        long[] numbers = narrow.clone();
        long at = 0;
        for (int index = 0; index < narrow.length; index++) {
            if (narrow[index] == IN_EXTRA) {
                if (field.byteSize() - at < 8) {
                    return null;
                }
                numbers[index] = Bytes.u64(field, at);
                at += 8;
            }
        }
        // A disk number of 4 bytes may follow; other data would be numbers that contradict the plain ones.
        return field.byteSize() - at < 8 ? numbers : null;
    }

    /** The field of 64-bit numbers; empty if there is none, null if there are two different ones. */
    private static @Nullable MemorySegment wideField(MemorySegment extra) {
        MemorySegment found = extra.asSlice(0, 0);
        long at = 0;
        // Bytes that do not form a field end the list: zipalign and others pad with zeros.
        while (extra.byteSize() - at >= 4) {
            int length = Bytes.u16(extra, at + 2);
            if (length > extra.byteSize() - at - 4) {
                break;
            }
            if (Bytes.u16(extra, at) == EXTRA_ID) {
                MemorySegment field = extra.asSlice(at + 4, length);
                if (found.byteSize() > 0 && found.mismatch(field) != -1) {
                    return null;
                }
                found = field;
            }
            at += 4 + length;
        }
        return found;
    }
}
