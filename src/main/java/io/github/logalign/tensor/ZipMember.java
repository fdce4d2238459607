package io.github.logalign.tensor;

import io.github.logalign.LogalignException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * One member of a zip archive. Its content is checked against its checksum, and expanded if it is compressed, when it
 * is asked for the first time, and kept after that.
 */
final class ZipMember {

    private static final int CHUNK = 1 << 20;

    /** Deflate's best ratio: 258 bytes in two bits. */
    private static final long MAX_RATIO = 1032;

    private final String name;
    private final Origin origin;
    private final MemorySegment stored;
    private final boolean deflated;
    private final long size;
    private final long crc;
    private final Arena arena;
    private @Nullable MemorySegment content;
    private @Nullable LogalignException failure;

    /**
     * @param name the member's name
     * @param origin the archive, for messages
     * @param stored the bytes in the archive
     * @param deflated whether these are compressed
     * @param size how many bytes there should be after that
     * @param crc their checksum
     * @param arena where to expand them
     */
    ZipMember(
            String name, Origin origin, MemorySegment stored, boolean deflated, long size, long crc, Arena arena) {
        this.name = name;
        this.origin = origin.member(name);
        this.stored = stored;
        this.deflated = deflated;
        this.size = size;
        this.crc = crc;
        this.arena = arena;
        if (deflated && size / MAX_RATIO > stored.byteSize()) {
            throw this.origin.damaged("it claims to expand from " + stored.byteSize() + " to " + size
                    + " bytes, more than deflate can");
        }
    }

    String name() {
        return name;
    }

    Origin origin() {
        return origin;
    }

    boolean isDeflated() {
        return deflated;
    }

    /** The size of the content, as the archive says. */
    long size() {
        return size;
    }

    /** The first bytes of the content, not yet checked, at most as many as asked for. */
    byte[] head(long length) {
        if (!deflated) {
            return Bytes.head(stored, length);
        }
        byte[] head = new byte[(int) Math.min(length, size)];
        try (Inflation inflation = new Inflation()) {
            int filled = inflation.fill(ByteBuffer.wrap(head));
            return Arrays.copyOf(head, filled);
        }
    }

    /** The content, read-only and checked. */
    synchronized MemorySegment content() {
        if (failure != null) {
            throw failure;
        }
        if (content == null) {
            try {
                content = deflated ? inflate() : verified(stored);
            } catch (LogalignException damaged) {
                failure = damaged;
                throw damaged;
            }
        }
        return content;
    }

    private MemorySegment verified(MemorySegment segment) {
        CRC32 sum = new CRC32();
        for (long at = 0; at < segment.byteSize(); at += CHUNK) {
            sum.update(chunk(segment, at));
        }
        if (sum.getValue() != crc) {
            throw origin.damaged("its checksum is wrong: the data is damaged");
        }
        return segment;
    }

    private MemorySegment inflate() {
        MemorySegment target = allocate();
        try (Inflation inflation = new Inflation()) {
            for (long at = 0; at < size; at += CHUNK) {
                ByteBuffer chunk = chunk(target, at);
                int expected = chunk.remaining();
                int filled = inflation.fill(chunk);
                if (filled < expected) {
                    throw origin.damaged("it expands to " + (at + filled) + " bytes instead of " + size);
                }
            }
            if (inflation.fill(ByteBuffer.allocate(1)) > 0) {
                throw origin.damaged("it expands to more than the " + size + " bytes that it claims");
            }
            inflation.requireEnd();
        }
        return verified(target).asReadOnly();
    }

    private MemorySegment allocate() {
        try {
            return arena.allocate(size);
        } catch (OutOfMemoryError refused) {
            throw origin.problem(
                    "there is no native memory for its " + size + " bytes",
                    "raise -XX:MaxDirectMemorySize, or save it uncompressed with numpy.savez",
                    refused);
        }
    }

    private static ByteBuffer chunk(MemorySegment segment, long at) {
        return segment.asSlice(at, Math.min(CHUNK, segment.byteSize() - at)).asByteBuffer();
    }

    /** A run of the inflater over the stored bytes. */
    private final class Inflation implements AutoCloseable {

        private final Inflater inflater = new Inflater(true);
        private long fed;

        /** Expands into a buffer until it is full or the stream ends. */
        int fill(ByteBuffer target) {
            int start = target.position();
            try {
                while (target.hasRemaining() && !inflater.finished()) {
                    if (inflater.inflate(target) > 0) {
                        continue;
                    }
                    if (inflater.needsDictionary()) {
                        throw origin.damaged("its compressed data needs a dictionary");
                    }
                    if (!feed()) {
                        break;
                    }
                }
            } catch (DataFormatException malformed) {
                throw origin.problem("its compressed data is damaged", Origin.FETCH_AGAIN, malformed);
            }
            return target.position() - start;
        }

        private boolean feed() {
            if (!inflater.needsInput() || fed == stored.byteSize()) {
                return false;
            }
            ByteBuffer next = chunk(stored, fed);
            fed += next.remaining();
            inflater.setInput(next);
            return true;
        }

        void requireEnd() {
            if (!inflater.finished() || inflater.getBytesRead() != stored.byteSize()) {
                throw origin.damaged("its compressed data does not end where the archive says");
            }
        }

        @Override
        public void close() {
            inflater.close();
        }
    }
}
