package io.github.logalign.parquet;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Numbers with the lowest byte first. */
final class LittleEndian {

    private LittleEndian() {}

    static byte[] bytes(int value) {
        return ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array();
    }

    static byte[] bytes(long value) {
        return ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array();
    }
}
