package io.github.logalign.tensor;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/**
 * A file whose format is asked for. Its first bytes decide most often, so they are at hand.
 *
 * @param file the whole file, mapped
 * @param text its first bytes, one character a byte, as magic numbers are written
 */
record FileStart(MemorySegment file, String text) {

    private static final int LENGTH = 512;

    static FileStart of(MemorySegment file) {
        return new FileStart(file, new String(Bytes.head(file, LENGTH), StandardCharsets.ISO_8859_1));
    }

    boolean startsWith(String magic) {
        return text.startsWith(magic);
    }

    /** One byte, from 0 to 255; -1 behind the end. */
    int at(int index) {
        return index < text.length() ? text.charAt(index) : -1;
    }
}
