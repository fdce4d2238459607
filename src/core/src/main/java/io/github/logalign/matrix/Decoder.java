package io.github.logalign.matrix;

import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * Elements that are stored in a form that no {@link ElementType} describes, such as 8-bit floats with scales beside them. They
 * become float32 as they are read, a block at a time, so that the matrix is never in memory as a whole.
 *
 * <p>Thread safety: any number of threads decode at once, if they may read the memory.
 *
 * @see Matrix#decoded
 */
public interface Decoder {

    /**
     * Decodes elements that follow each other.
     *
     * @param first the index of the first of them, counted from 0, row by row
     * @param count how many
     * @param target gets them from its start on, as little-endian float32; at least {@code 4 * count}
     *     bytes long
     * @throws IllegalArgumentException if the elements are not all there, or do not fit into the target
     * @throws IllegalStateException if the memory is freed or confined to another thread
     */
    void decode(long first, int count, MemorySegment target);

    /**
     * The memory that the elements are decoded from.
     *
     * @return everything that they depend on, and nothing else
     */
    List<MemorySegment> memory();

    /**
     * How they are decoded.
     *
     * @return a name, such as {@code F8_E4M3 with scales of 128 x 128}: decoders of one name decode equal memory to equal elements
     */
    String format();
}
