package io.github.logalign.tensorboard;

import java.util.Arrays;
import java.util.Optional;

/**
 * The types of tensors that hold numbers.
 *
 * <p>Source: tensorboard/compat/proto: types.proto and tensor.proto.
 */
enum ScalarType {

    /** 32 bits. */
    FLOAT(1, 5, Float.BYTES),
    /** 64 bits. */
    DOUBLE(2, 6, Double.BYTES),
    /** Signed. */
    INT32(3, 7, Integer.BYTES),
    /** Unsigned. */
    UINT8(4, 7, Byte.BYTES),
    /** Signed. */
    INT16(5, 7, Short.BYTES),
    /** Signed. */
    INT8(6, 7, Byte.BYTES),
    /** Signed. */
    INT64(9, 10, Long.BYTES),
    /** 1 for true. */
    BOOL(10, 11, Byte.BYTES),
    /** The upper half of a float. */
    BFLOAT16(14, 13, Short.BYTES),
    /** Unsigned. */
    UINT16(17, 7, Short.BYTES),
    /** 16 bits of IEEE 754. */
    HALF(19, 13, Short.BYTES),
    /** Unsigned. */
    UINT32(22, 16, Integer.BYTES),
    /** Unsigned. */
    UINT64(23, 17, Long.BYTES);

    private final int number;
    private final int list;
    private final int bytes;

    /**
     * A type.
     *
     * @param number its number in files
     * @param list the field of a tensor that lists elements of this type
     * @param bytes the bytes of an element in a tensor's content
     */
    ScalarType(int number, int list, int bytes) {
        this.number = number;
        this.list = list;
        this.bytes = bytes;
    }

    static Optional<ScalarType> of(long number) {
        return Arrays.stream(values()).filter(type -> type.number == number).findFirst();
    }

    int list() {
        return list;
    }

    int bytes() {
        return bytes;
    }

    /** The value of an element. */
    double value(long bits) {
        return switch (this) {
            case FLOAT -> Float.intBitsToFloat((int) bits);
            case DOUBLE -> Double.longBitsToDouble(bits);
            case INT32 -> (int) bits;
            case UINT8 -> Byte.toUnsignedInt((byte) bits);
            case INT16 -> (short) bits;
            case INT8 -> (byte) bits;
            case INT64 -> bits;
            case BOOL -> bits == 0 ? 0 : 1;
            case BFLOAT16 -> Float.intBitsToFloat((int) bits << Short.SIZE);
            case UINT16 -> Short.toUnsignedInt((short) bits);
            case HALF -> Float.float16ToFloat((short) bits);
            case UINT32 -> Integer.toUnsignedLong((int) bits);
            case UINT64 -> unsigned(bits);
        };
    }

    private static double unsigned(long bits) {
        // Halved with the lowest bit kept, so that the rounding is the same.
        return bits >= 0 ? bits : ((bits >>> 1) | (bits & 1)) * 2.0;
    }
}
