package io.github.logalign.tensorboard;

import io.github.logalign.internal.io.Bytes;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * How a record lies in a file: the length of its data (eight bytes), a checksum of these, the data, and a checksum of the
 * data. Numbers are little-endian. A checksum is a CRC-32C that is rotated and shifted by a constant, since a CRC of data that
 * holds CRCs is weak.
 *
 * <p>Source: the description of TFRecord, tensorflow.org/tutorials/load_data/tfrecord.
 */
final class Framing {

    static final int LENGTH_BYTES = Long.BYTES;
    static final int HEADER_BYTES = LENGTH_BYTES + Integer.BYTES;
    static final int FOOTER_BYTES = Integer.BYTES;

    private static final int ROTATION = 15;
    private static final int SHIFT = 0xa282ead8;
    private static final int CHUNK = 1 << 16;

    private Framing() {}

    /** The checksum for a CRC-32C. */
    static int masked(int crc) {
        return Integer.rotateRight(crc, ROTATION) + SHIFT;
    }

    static int checksum(byte[] bytes) {
        return checksum(MemorySegment.ofArray(bytes), 0, bytes.length);
    }

    /** Copies the bytes in pieces: only a copy of mapped memory survives a file that becomes shorter meanwhile. */
    static int checksum(MemorySegment file, long start, long length) {
        CRC32C crc = new CRC32C();
        byte[] chunk = new byte[(int) Math.min(CHUNK, length)];
        long done = 0;
        while (done < length) {
            int count = (int) Math.min(chunk.length, length - done);
            MemorySegment.copy(file, start + done, MemorySegment.ofArray(chunk), 0, count);
            crc.update(chunk, 0, count);
            done += count;
        }
        return masked((int) crc.getValue());
    }

    /** Whether a checksum that stands in a file is that of the bytes before it. */
    static boolean fits(MemorySegment file, long start, long length) {
        return checksum(file, start, length) == (int) Bytes.u32(file, start + length);
    }

    /** The bytes of a record. */
    static byte[] record(byte[] data) {
        ByteBuffer record = ByteBuffer.allocate(HEADER_BYTES + data.length + FOOTER_BYTES)
                .order(ByteOrder.LITTLE_ENDIAN);
        record.putLong(data.length);
        record.putInt(checksum(MemorySegment.ofArray(record.array()), 0, LENGTH_BYTES));
        return record.put(data).putInt(checksum(data)).array();
    }
}
