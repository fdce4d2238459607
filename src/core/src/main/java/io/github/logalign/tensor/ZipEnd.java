package io.github.logalign.tensor;

import io.github.logalign.internal.io.Bytes;
import io.github.logalign.internal.io.Origin;
import java.lang.foreign.MemorySegment;

/**
 * The location of a zip archive's directory, from the records at the end. A comment may follow these records, and a
 * self-extracting program may precede the archive: offsets then count from the archive's own beginning.
 *
 * @param begin the offset of the directory's first byte
 * @param end the offset after its last byte
 * @param entries the number of its entries
 * @param shift the number of bytes before the archive, which its own offsets exclude
 */
record ZipEnd(long begin, long end, long entries, long shift) {

    private static final int SIGNATURE = 0x06054b50;
    private static final int SIGNATURE_64 = 0x06064b50;
    private static final int SIGNATURE_OF_LOCATOR = 0x07064b50;
    private static final int BYTES = 22;
    private static final int BYTES_64 = 56;
    private static final int BYTES_OF_LOCATOR = 20;
    private static final int LONGEST_COMMENT = 0xFFFF;
    private static final long IN_WIDE_RECORD_32 = 0xFFFF_FFFFL;
    private static final int IN_WIDE_RECORD_16 = 0xFFFF;

    /** Whether a file ends like a zip archive, regardless of its start. */
    static boolean isAtEndOf(MemorySegment file) {
        return locate(file, file.byteSize() - BYTES) >= 0;
    }

    /** Reads the records and checks them against each other and against the file's size. */
    static ZipEnd read(MemorySegment file, Origin origin) {
        long at = locate(file, file.byteSize() - BYTES);
        if (at < 0) {
            throw origin.damaged(
                    "the zip archive does not end with its directory: it is truncated or something follows it");
        }
        if (locate(file, at - 1) >= 0) {
            throw origin.damaged("the zip archive has two ends, and readers would choose different ones");
        }
        return new Reader(file, origin, at).read();
    }

    /** The last record that begins at or before an offset and whose comment ends with the file; -1 without one. */
    private static long locate(MemorySegment file, long last) {
        long size = file.byteSize();
        for (long at = last; at >= Math.max(0, size - BYTES - LONGEST_COMMENT); at--) {
            if (Bytes.u32(file, at) == SIGNATURE && at + BYTES + Bytes.u16(file, at + 20) == size) {
                return at;
            }
        }
        return -1;
    }

    private record Reader(MemorySegment file, Origin origin, long at) {

        ZipEnd read() {
            long entries = u16(at + 10);
            long size = u32(at + 12);
            long begin = u32(at + 16);
            boolean wide = entries == IN_WIDE_RECORD_16 || size == IN_WIDE_RECORD_32 || begin == IN_WIDE_RECORD_32;
            boolean inSeveralParts = !isFirstDisk(u16(at + 4)) || !isFirstDisk(u16(at + 6)) || u16(at + 8) != entries;
            long locator = at - BYTES_OF_LOCATOR;
            // PyTorch and others always write the 64-bit records.
            long record = locateWide(locator);
            if (record < 0 && wide && locator >= 0 && u32(locator) == SIGNATURE_OF_LOCATOR) {
                throw origin.damaged("the zip archive's 64-bit directory end is not where it should be");
            }
            long end = at;
            long shift = -1;
            if (record >= 0) {
                inSeveralParts |= u32(locator + 4) != 0
                        || u32(locator + 16) > 1
                        || u32(record + 16) != 0
                        || u32(record + 20) != 0
                        || u64(record + 24) != u64(record + 32);
                entries = agree(entries, IN_WIDE_RECORD_16, u64(record + 32));
                size = agree(size, IN_WIDE_RECORD_32, u64(record + 40));
                begin = agree(begin, IN_WIDE_RECORD_32, u64(record + 48));
                end = record;
                shift = record - u64(locator + 8);
            }
            if (inSeveralParts) {
                throw origin.problem("the zip archive is one of several parts", "join them first");
            }
            if (size < 0 || begin < 0 || size > end || begin > end - size) {
                throw origin.damaged("the zip archive's directory is not where its end says");
            }
            long missing = end - size - begin;
            if (record >= 0 && shift != missing) {
                throw origin.damaged("the zip archive has contradictory records of its directory");
            }
            return new ZipEnd(end - size, end, entries, missing);
        }

        private static boolean isFirstDisk(int disk) {
            return disk == 0 || disk == IN_WIDE_RECORD_16;
        }

        /**
         * The 64-bit record: where its locator says or, if other bytes precede the archive, directly before the
         * locator.
         */
        private long locateWide(long locator) {
            if (locator < 0 || u32(locator) != SIGNATURE_OF_LOCATOR) {
                return -1;
            }
            long claimed = u64(locator + 8);
            for (long record : new long[]{claimed, locator - BYTES_64}) {
                if (record >= 0
                        && record <= locator - BYTES_64
                        && u32(record) == SIGNATURE_64
                        && u64(record + 4) == locator - record - 12) {
                    return record;
                }
            }
            return -1;
        }

        /** The 64-bit number; the 32-bit one must be equal or marked as overflown. */
        private long agree(long narrow, long inWideRecord, long wide) {
            if (narrow != inWideRecord && narrow != wide) {
                throw origin.damaged("the zip archive has contradictory records of its directory");
            }
            return wide;
        }

        private int u16(long offset) {
            return Bytes.u16(file, offset);
        }

        private long u32(long offset) {
            return Bytes.u32(file, offset);
        }

        private long u64(long offset) {
            return Bytes.u64(file, offset);
        }
    }
}
