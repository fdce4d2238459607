package io.github.logalign.internal.engine;

import io.github.logalign.matrix.Decoder;
import io.github.logalign.matrix.LogalignException;
import java.lang.foreign.MemorySegment;

/**
 * Elements that a decoder makes of what is stored.
 *
 * @param decoder makes float32 of it
 */
record DecodedReader(Decoder decoder) implements ComputedElements {

    @Override
    public void read(long first, int count, MemorySegment target) {
        decoder.decode(first, count, target);
    }

    @Override
    public LogalignException notFinite(String contents, long row, long column, double value) {
        return new LogalignException("the " + contents + " hold " + value + " at row " + row + ", column " + column
                + ", decoded from " + decoder.format() + ": repair or leave out NaN and infinite values");
    }

    @Override
    public void close() {
        // It holds nothing.
    }
}
