package io.github.logalign.tensor;

import io.github.logalign.internal.io.Bytes;
import io.github.logalign.internal.io.Origin;
import io.github.logalign.internal.io.Problem;
import io.github.logalign.matrix.LogalignException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * One member of a zip archive. Its content is verified against its checksum, and expanded if compressed, on the first
 * request, and then kept.
 */
final class ZipMember {

    private static final int CHUNK = 1 << 16;

    /** Deflate's maximum ratio: 258 bytes in two bits. */
    private static final long MAX_RATIO = 1032;

    private final ZipEntry entry;
    private final Origin origin;
    private final MemorySegment stored;
    private final ZipBudget budget;
    private final Arena arena;
    private final @Nullable Problem problem;
    private @Nullable MemorySegment content;
    private @Nullable LogalignException failure;

    private ZipMember(
            ZipEntry entry,
            Origin archive,
            MemorySegment stored,
            ZipBudget budget,
            Arena arena,
            @Nullable Problem problem) {
        this.entry = entry;
        this.origin = archive.member(entry.name());
        this.stored = stored;
        this.budget = budget;
        this.arena = arena;
        this.problem = problem;
    }

    /**
     * A readable member.
     *
     * @param entry its entry in the directory
     * @param archive the archive, for messages
     * @param stored its bytes in the archive
     * @param budget the limit on its expanded size
     * @param arena the owner of its expanded content
     */
    static ZipMember usable(
            ZipEntry entry, Origin archive, MemorySegment stored, ZipBudget budget, Arena arena) {
        boolean possible = entry.method() == ZipEntry.STORED || entry.sizes().size() / MAX_RATIO <= stored.byteSize();
        Problem problem = possible
                ? null
                : Problem.damage("it claims to expand from " + stored.byteSize() + " to " + entry.sizes().size()
                        + " bytes, more than deflate can");
        return new ZipMember(entry, archive, stored, budget, arena, problem);
    }

    /** A member whose content cannot be read. */
    static ZipMember unusable(ZipEntry entry, Origin archive, Problem problem, ZipBudget budget, Arena arena) {
        return new ZipMember(entry, archive, MemorySegment.NULL, budget, arena, problem);
    }

    String name() {
        return entry.name();
    }

    Origin origin() {
        return origin;
    }

    boolean isDeflated() {
        return entry.method() == ZipEntry.DEFLATED;
    }

    /** The size of the content according to the archive. */
    long size() {
        return entry.sizes().size();
    }

    /** The first bytes of the content, unverified, up to a limit. */
    byte[] head(long length) {
        requireUsable();
        if (!isDeflated()) {
            return Bytes.head(stored, length);
        }
        byte[] head = new byte[(int) Math.min(length, size())];
        try (Inflation inflation = new Inflation()) {
            int filled = inflation.fill(ByteBuffer.wrap(head));
            return Arrays.copyOf(head, filled);
        }
    }

    private void requireUsable() {
        if (problem != null) {
            throw origin.problem(problem);
        }
    }

    /** The content, read-only and verified. */
    synchronized MemorySegment content() {
        if (failure != null) {
            throw failure;
        }
        if (content == null) {
            try {
                requireUsable();
                content = isDeflated() ? inflate() : verified(stored);
            } catch (LogalignException damaged) {
                failure = damaged;
                throw damaged;
            }
        }
        return content;
    }

    private MemorySegment verified(MemorySegment segment) {
        CRC32 sum = new CRC32();
        byte[] chunk = new byte[CHUNK];
        for (long at = 0; at < segment.byteSize(); at += CHUNK) {
            sum.update(chunk, 0, copy(segment, at, chunk));
        }
        if (sum.getValue() != entry.crc()) {
            throw origin.damaged("its checksum is wrong: the data is damaged");
        }
        return segment;
    }

    /**
     * Copies the next bytes onto the heap. Native code must not read mapped memory: if the file shrinks in the
     * meantime, the process crashes, while a copy by the JVM fails with an error.
     */
    private static int copy(MemorySegment segment, long at, byte[] chunk) {
        int length = (int) Math.min(chunk.length, segment.byteSize() - at);
        MemorySegment.copy(segment, ValueLayout.JAVA_BYTE, at, chunk, 0, length);
        return length;
    }

    private MemorySegment inflate() {
        long size = size();
        budget.take(size, origin);
        MemorySegment target = allocate(size);
        try (Inflation inflation = new Inflation()) {
            for (long at = 0; at < size; at += CHUNK) {
                ByteBuffer chunk = target.asSlice(at, Math.min(CHUNK, size - at)).asByteBuffer();
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

    private MemorySegment allocate(long size) {
        try {
            return arena.allocate(size);
        } catch (OutOfMemoryError refused) {
            throw origin.problem(
                    "not enough native memory for its " + size + " bytes",
                    "raise -XX:MaxDirectMemorySize, or save it uncompressed with numpy.savez",
                    refused);
        }
    }

    /** A run of the inflater over the stored bytes. */
    private final class Inflation implements AutoCloseable {

        private final Inflater inflater = new Inflater(true);
        private final byte[] next = new byte[CHUNK];
        private long fed;

        /** Expands into a buffer until the buffer is full or the stream ends. */
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
            int length = copy(stored, fed, next);
            fed += length;
            inflater.setInput(next, 0, length);
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
