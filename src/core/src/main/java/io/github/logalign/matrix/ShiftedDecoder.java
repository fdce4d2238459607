package io.github.logalign.matrix;

import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * The elements of another decoder from one of them on.
 *
 * @param decoder the other one
 * @param shift where the elements begin
 */
record ShiftedDecoder(Decoder decoder, long shift) implements Decoder {

    /** The same, where the elements begin later. */
    static Decoder of(Decoder decoder, long shift) {
        return decoder instanceof ShiftedDecoder(Decoder whole, long before)
                ? new ShiftedDecoder(whole, before + shift)
                : shift == 0 ? decoder : new ShiftedDecoder(decoder, shift);
    }

    @Override
    public void decode(long first, int count, MemorySegment target) {
        decoder.decode(first + shift, count, target);
    }

    @Override
    public List<MemorySegment> memory() {
        return decoder.memory();
    }

    @Override
    public String format() {
        return decoder.format() + " from element " + shift + " on";
    }
}
