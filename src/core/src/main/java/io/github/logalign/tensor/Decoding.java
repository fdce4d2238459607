package io.github.logalign.tensor;

import io.github.logalign.matrix.Decoder;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** How the elements of a tensor become numbers, where they are not stored as such. Safe for use by many threads. */
interface Decoding {

    /** What decoders write. */
    ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    /**
     * Decodes some of the elements, which become elements 0 and following of the decoder.
     *
     * @param first the first of them, in row-major order
     * @param count how many: all of them, or a whole matrix of the last two dimensions
     */
    Decoder of(long first, long count);
}
