package io.github.logalign.parquet;

import java.io.ByteArrayOutputStream;

/**
 * Levels of values, as runs of equal ones: definition levels say how much of a value's path is there, repetition levels where
 * a list begins.
 *
 * <p>Thread safety: none.
 */
final class Levels {

    private final ByteArrayOutputStream runs = new ByteArrayOutputStream();
    private int level;
    private int length;

    void add(int next) {
        if (next != level) {
            endRun();
            level = next;
        }
        length++;
    }

    private void endRun() {
        if (length > 0) {
            CompactStruct.writeVarint(runs, (long) length << 1);
            runs.write(level);
        }
        length = 0;
    }

    /** Writes the runs behind the number of their bytes. */
    void writeTo(ByteArrayOutputStream page) {
        endRun();
        page.writeBytes(LittleEndian.bytes(runs.size()));
        page.writeBytes(runs.toByteArray());
    }
}
