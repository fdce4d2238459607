package io.github.logalign.tensor;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Sizes and place of a member, from the numbers of 32 bits in a header and those of 64 bits in its extra field. Writers
 * differ: most put only what does not fit into the extra field, numpy on CPython up to 3.11.3 both sizes beside plain ones,
 * Go all three numbers as soon as one of them needs it. A number that stands in both places must be the same.
 *
 * @param size of the content
 * @param stored of what is in the archive
 * @param begin where the local header is; 0 in a local header
 */
record ZipSizes(long size, long stored, long begin) {

    private static final long IN_EXTRA = 0xFFFF_FFFFL;
    private static final int EXTRA_ID = 1;

    /**
     * Resolves them.
     *
     * @param extra the whole extra field
     * @param narrow size and stored size, in the directory the place too, from the header itself
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

    /** Each number has its place, needed or not; of what stands twice, both must be the same. */
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

    /** As the format's specification has it: only the numbers that do not fit, one behind the other. */
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
        // A disk's number of 4 bytes may follow; anything else would be numbers that contradict the plain ones.
        return field.byteSize() - at < 8 ? numbers : null;
    }

    /** The field of 64-bit numbers, empty without one; null if there are two different ones. */
    private static @Nullable MemorySegment wideField(MemorySegment extra) {
        MemorySegment found = extra.asSlice(0, 0);
        long at = 0;
        // What is no field ends the list: zipalign and others pad with zeros.
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
