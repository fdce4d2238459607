package io.github.logalign.tensor;

import io.github.logalign.internal.io.ProtoReader.Range;
import io.github.logalign.internal.io.ProtoReader;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * Elements of two bytes that a model stores as a list of integers, of one to three bytes each. They are expanded when they are
 * first asked for, to no more than twice the bytes of the list.
 */
final class OnnxShorts implements Content {

    private static final ValueLayout.OfShort BITS = ValueLayout.JAVA_SHORT_UNALIGNED
            .withOrder(ByteOrder.LITTLE_ENDIAN);

    private final ProtoReader parent;
    private final int size;
    private final Range range;
    private @Nullable MemorySegment expanded;

    /**
     * A list.
     *
     * @param parent reads the file
     * @param size of all elements, in bytes
     * @param range where the list is
     */
    OnnxShorts(ProtoReader parent, int size, Range range) {
        this.parent = parent;
        this.size = size;
        this.range = range;
    }

    @Override
    public synchronized MemorySegment segment() {
        MemorySegment known = expanded;
        if (known == null) {
            known = expand().asReadOnly();
            expanded = known;
        }
        return known;
    }

    private MemorySegment expand() {
        ProtoReader numbers = parent.at(range, "list of numbers");
        MemorySegment bits = MemorySegment.ofArray(new byte[size]);
        long at = 0;
        while (!numbers.atEnd()) {
            long value = numbers.varint();
            if (value < 0 || value > 0xFFFF) {
                throw numbers.damaged("a number of 16 bits is " + Long.toUnsignedString(value));
            }
            if (at == size) {
                throw numbers.damaged("there are more numbers than the tensor has elements");
            }
            bits.set(BITS, at, (short) value);
            at += Short.BYTES;
        }
        if (at != size) {
            throw numbers.damaged("there are " + at / Short.BYTES + " numbers instead of " + size / Short.BYTES);
        }
        return bits;
    }
}
