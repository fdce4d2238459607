package io.github.logalign.tensor;

import io.github.logalign.internal.io.Bytes;
import io.github.logalign.internal.io.Problem;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * One entry of a zip archive's directory.
 *
 * @param name the member's name
 * @param rawName the same as bytes
 * @param flags general purpose flags
 * @param method the compression method
 * @param crc checksum of the content
 * @param sizes its sizes and the offset of its local header
 * @param problem why it cannot be read, or null
 */
record ZipEntry(
        String name,
        MemorySegment rawName,
        int flags,
        int method,
        long crc,
        ZipSizes sizes,
        @Nullable Problem problem) {

    static final int HEADER_BYTES = 46;
    static final int DESCRIPTOR_FOLLOWS = 1 << 3;
    static final int STORED = 0;
    static final int DEFLATED = 8;

    private static final int ENCRYPTED = 1;
    private static final int UTF8 = 1 << 11;
    /** The bits that a reader may ignore: the compression level. */
    private static final int COMPRESSION_EFFORT = 1 << 1 | 1 << 2;

    private static final String PACK_AGAIN = "unpack the archive and save it again with numpy.savez";

    /** Reads an entry whose fixed and variable parts lie within the directory. */
    static ZipEntry read(MemorySegment file, long at) {
        int nameLength = Bytes.u16(file, at + 28);
        MemorySegment rawName = file.asSlice(at + HEADER_BYTES, nameLength);
        MemorySegment extra = file.asSlice(at + HEADER_BYTES + nameLength, Bytes.u16(file, at + 30));
        int flags = Bytes.u16(file, at + 8);
        int method = Bytes.u16(file, at + 10);
        ZipSizes sizes = ZipSizes.of(
                extra, Bytes.u32(file, at + 24), Bytes.u32(file, at + 20), Bytes.u32(file, at + 42));
        Problem problem = problem(flags, method, Bytes.u16(file, at + 34), sizes);
        return new ZipEntry(
                name(rawName),
                rawName,
                flags,
                method,
                Bytes.u32(file, at + 16),
                sizes == null ? new ZipSizes(0, 0, Bytes.u32(file, at + 42)) : sizes,
                problem);
    }

    private static @Nullable Problem problem(int flags, int method, int disk, @Nullable ZipSizes sizes) {
        if ((flags & ENCRYPTED) != 0) {
            return new Problem("it is encrypted", PACK_AGAIN);
        }
        if ((flags & ~(DESCRIPTOR_FOLLOWS | UTF8 | COMPRESSION_EFFORT)) != 0
                || (method != STORED && method != DEFLATED)
                || (disk != 0 && disk != 0xFFFF)) {
            return new Problem("it is compressed by a method that numpy does not use (method " + method + ")",
                    PACK_AGAIN);
        }
        if (sizes == null) {
            return Problem.damage("its 64-bit size is missing or contradicts the other");
        }
        if (sizes.size() < 0 || sizes.stored() < 0) {
            return Problem.damage("its size exceeds 2^63");
        }
        if (method == STORED && sizes.stored() != sizes.size()) {
            return Problem.damage("it is stored uncompressed, but has two different sizes");
        }
        return null;
    }

    /** Most names are UTF-8, whether or not they are marked as such; other names are shown byte by byte. */
    static String name(MemorySegment raw) {
        byte[] bytes = Bytes.head(raw, raw.byteSize());
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException otherCharset) {
            return new String(bytes, StandardCharsets.ISO_8859_1);
        }
    }
}
