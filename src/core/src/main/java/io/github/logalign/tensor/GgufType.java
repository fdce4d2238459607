package io.github.logalign.tensor;

import org.jspecify.annotations.Nullable;

/**
 * A type of GGUF's tensors. Quantised ones consist of blocks of elements that follow each other in a row, with their scales.
 *
 * @param name as GGML names it
 * @param blockElements the elements of a block; 1 for types that are not quantised
 * @param blockBytes the size of a block
 * @param dataType what can be read; null for other quantised types
 */
record GgufType(String name, int blockElements, int blockBytes, @Nullable DataType dataType) {

    static final GgufType Q8_0 = new GgufType("Q8_0", 32, 34, DataType.Q8_0);

    /** The type with a number in the file; null if there is none. */
    static @Nullable GgufType of(long number) {
        return switch ((int) Math.min(number, Integer.MAX_VALUE)) {
            case 0 -> plain(DataType.F32);
            case 1 -> plain(DataType.F16);
            case 2 -> quantised("Q4_0", 32, 18);
            case 3 -> quantised("Q4_1", 32, 20);
            case 6 -> quantised("Q5_0", 32, 22);
            case 7 -> quantised("Q5_1", 32, 24);
            case 8 -> Q8_0;
            case 9 -> quantised("Q8_1", 32, 36);
            case 10 -> quantised("Q2_K", 256, 84);
            case 11 -> quantised("Q3_K", 256, 110);
            case 12 -> quantised("Q4_K", 256, 144);
            case 13 -> quantised("Q5_K", 256, 176);
            case 14 -> quantised("Q6_K", 256, 210);
            case 15 -> quantised("Q8_K", 256, 292);
            case 16 -> quantised("IQ2_XXS", 256, 66);
            case 17 -> quantised("IQ2_XS", 256, 74);
            case 18 -> quantised("IQ3_XXS", 256, 98);
            case 19 -> quantised("IQ1_S", 256, 50);
            case 20 -> quantised("IQ4_NL", 32, 18);
            case 21 -> quantised("IQ3_S", 256, 110);
            case 22 -> quantised("IQ2_S", 256, 82);
            case 23 -> quantised("IQ4_XS", 256, 136);
            case 24 -> plain(DataType.I8);
            case 25 -> plain(DataType.I16);
            case 26 -> plain(DataType.I32);
            case 27 -> plain(DataType.I64);
            case 28 -> plain(DataType.F64);
            case 29 -> quantised("IQ1_M", 256, 56);
            case 30 -> plain(DataType.BF16);
            case 34 -> quantised("TQ1_0", 256, 54);
            case 35 -> quantised("TQ2_0", 256, 66);
            case 39 -> quantised("MXFP4", 32, 17);
            default -> null;
        };
    }

    private static GgufType plain(DataType type) {
        return new GgufType(type.name(), 1, type.bytes(), type);
    }

    private static GgufType quantised(String name, int blockElements, int blockBytes) {
        return new GgufType(name, blockElements, blockBytes, null);
    }

    /**
     * The size of so many elements, of whole blocks.
     *
     * @throws ArithmeticException if it is 2^63 bytes or more
     */
    long bytes(long elements) {
        return Math.multiplyExact(elements / blockElements, (long) blockBytes);
    }
}
