package io.github.logalign.tensor;

import io.github.logalign.internal.io.Bytes;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/**
 * A file whose format is to be determined. Its first bytes usually suffice, so they are read once.
 *
 * @param file the whole file, mapped
 * @param text its first bytes, one character per byte, as magic numbers are written
 */
record FileStart(MemorySegment file, String text) {

    private static final int LENGTH = 512;

    static FileStart of(MemorySegment file) {
        return new FileStart(file, new String(Bytes.head(file, LENGTH), StandardCharsets.ISO_8859_1));
    }

    boolean startsWith(String magic) {
        return text.startsWith(magic);
    }

    /** One byte, from 0 to 255; -1 past the end. */
    int at(int index) {
        return index < text.length() ? text.charAt(index) : -1;
    }
}
