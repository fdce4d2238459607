package io.github.logalign.tensor;

import io.github.logalign.internal.io.Bytes;
import io.github.logalign.internal.io.Origin;
import io.github.logalign.matrix.LogalignException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Reads the header of a GGUF file from its beginning on, and checks each length before it is used. For one thread. */
final class GgufCursor {

    private final MemorySegment file;
    private final Origin origin;
    private long at;

    GgufCursor(MemorySegment file, Origin origin) {
        this.file = file;
        this.origin = origin;
    }

    /** Where the next byte is. */
    long position() {
        return at;
    }

    int u8() {
        return Bytes.u8(file, advance(1));
    }

    int u16() {
        return Bytes.u16(file, advance(2));
    }

    long u32() {
        return Bytes.u32(file, advance(4));
    }

    /** An unsigned number as a signed one: negative if it is 2^63 or more. */
    long u64() {
        return Bytes.u64(file, advance(8));
    }

    /**
     * A number of things.
     *
     * @param leastBytes what each of them takes at least, which bounds it by the size of the file
     */
    long count(String what, long leastBytes, long most) {
        long count = u64();
        if (count < 0 || count > most || count > (file.byteSize() - at) / leastBytes) {
            throw damaged(Long.toUnsignedString(count) + ' ' + what + " do not fit into it");
        }
        return count;
    }

    /** Text in UTF-8. */
    String text(String what, long most) {
        long length = count("bytes of " + what, 1, most);
        byte[] bytes = Bytes.copy(file, advance(length), length);
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException invalid) {
            throw origin.problem(what + " at byte " + (at - length) + " is not valid UTF-8", Origin.FETCH_AGAIN,
                    invalid);
        }
    }

    void skip(long bytes) {
        advance(bytes);
    }

    LogalignException damaged(String what) {
        return origin.damaged(what + ", at byte " + at + " of " + file.byteSize());
    }

    /** Goes on by some bytes, all of which are there; returns where they begin. */
    private long advance(long bytes) {
        if (bytes < 0 || bytes > file.byteSize() - at) {
            throw origin.damaged("the file is truncated: its header goes on after its " + file.byteSize() + " bytes");
        }
        long start = at;
        at += bytes;
        return start;
    }
}
