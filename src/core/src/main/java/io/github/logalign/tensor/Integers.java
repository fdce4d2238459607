package io.github.logalign.tensor;

import io.github.logalign.internal.Boundary;
import io.github.logalign.internal.check.Arguments;
import io.github.logalign.matrix.LogalignException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** Tensors of integers, such as the numbers of the documents that tokens belong to. */
public final class Integers {

    private Integers() {}

    /**
     * Reads a tensor of integers of any width, in any shape.
     *
     * @param tensor integers, one after the other
     * @return its elements, in row-major order; those of U64 beyond 2^63 as the negative numbers of the same bits
     * @throws LogalignException if it holds something else, has more than 2^31 - 1 elements or several dimensions in Fortran
     *     order, or an npz member is damaged
     * @throws IllegalStateException if the file is closed
     */
    public static long[] of(Tensor tensor) {
        Arguments.required(tensor, "tensor");
        return Boundary.call(() -> read(tensor));
    }

    private static long[] read(Tensor tensor) {
        tensor.requireUsable();
        boolean isInteger = switch (tensor.dataType()) {
            case U8, I8, U16, I16, U32, I32, U64, I64 -> true;
            default -> false;
        };
        if (!isInteger) {
            throw tensor.problem("it holds no integers, one for each token", "name another tensor");
        }
        if (tensor.shape().length > 1) {
            TensorViews.requireRowMajor(tensor);
        }
        if (tensor.elements() > Integer.MAX_VALUE - 8) {
            throw tensor.problem("it has more than 2^31 - 1 elements", "split it");
        }
        long[] values = new long[(int) tensor.elements()];
        tensor.read(bytes -> {
            for (int index = 0; index < values.length; index++) {
                values[index] = at(bytes, tensor.dataType(), tensor.byteOrder(), index);
            }
            return values;
        });
        return values;
    }

    private static long at(MemorySegment bytes, DataType type, ByteOrder order, long index) {
        ValueLayout.OfShort halves = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(order);
        ValueLayout.OfInt words = ValueLayout.JAVA_INT_UNALIGNED.withOrder(order);
        return switch (type) {
            case U8 -> Byte.toUnsignedLong(bytes.get(ValueLayout.JAVA_BYTE, index));
            case I8 -> bytes.get(ValueLayout.JAVA_BYTE, index);
            case U16 -> Short.toUnsignedLong(bytes.get(halves, index * Short.BYTES));
            case I16 -> bytes.get(halves, index * Short.BYTES);
            case U32 -> Integer.toUnsignedLong(bytes.get(words, index * Integer.BYTES));
            case I32 -> bytes.get(words, index * Integer.BYTES);
            default -> bytes.get(ValueLayout.JAVA_LONG_UNALIGNED.withOrder(order), index * Long.BYTES);
        };
    }
}
