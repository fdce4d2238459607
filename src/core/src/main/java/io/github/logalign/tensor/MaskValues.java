package io.github.logalign.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.BitSet;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The result of one pass over a tensor of token values. For one thread. */
final class MaskValues {

    /** The label that PyTorch's cross entropy ignores by default. */
    private static final double IGNORED_LABEL = -100;

    private static final double HIGHEST_BYTE = 255;

    private final BitSet notZero;
    private final BitSet notIgnored;
    private long ones;
    private long ignored;
    private long highestBytes;
    private long others;
    private boolean negative;
    private @Nullable String firstOther;

    private MaskValues(int elements) {
        notZero = new BitSet(elements);
        notIgnored = new BitSet(elements);
    }

    /** One element as a number; values beyond 2^53 lose digits, which makes no difference here. */
    private interface Element {
        double at(long index);
    }

    /** Whether the elements are truth values, integers or floating-point numbers of at least 16 bits. */
    static boolean canRead(DataType type) {
        return switch (type) {
            case BOOL, U8, I8, U16, I16, U32, I32, U64, I64, F16, BF16, F32, F64 -> true;
            default -> false;
        };
    }

    /** Reads a tensor of a supported type with at most 2^31 - 1 elements in row-major order. */
    static MaskValues of(Tensor tensor) {
        int elements = Math.toIntExact(tensor.elements());
        return tensor.read(bytes -> {
            MaskValues values = new MaskValues(elements);
            Element element = element(bytes, tensor.dataType(), tensor.byteOrder());
            for (int index = 0; index < elements; index++) {
                values.add(index, element.at(index), tensor.isFloating());
            }
            return values;
        });
    }

    private static Element element(MemorySegment bytes, DataType type, ByteOrder order) {
        ValueLayout.OfShort halves = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(order);
        ValueLayout.OfInt words = ValueLayout.JAVA_INT_UNALIGNED.withOrder(order);
        ValueLayout.OfLong longs = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(order);
        ValueLayout.OfFloat floats = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(order);
        ValueLayout.OfDouble doubles = ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(order);
        return switch (type) {
            case F16 -> index -> Float.float16ToFloat(bytes.get(halves, index * 2));
            case BF16 -> index -> Float.intBitsToFloat(bytes.get(halves, index * 2) << 16);
            case F32 -> index -> bytes.get(floats, index * 4);
            case F64 -> index -> bytes.get(doubles, index * 8);
            case I8 -> index -> bytes.get(ValueLayout.JAVA_BYTE, index);
            case U16 -> index -> Short.toUnsignedInt(bytes.get(halves, index * 2));
            case I16 -> index -> bytes.get(halves, index * 2);
            case U32 -> index -> Integer.toUnsignedLong(bytes.get(words, index * 4));
            case I32 -> index -> bytes.get(words, index * 4);
            case U64 -> index -> unsigned(bytes.get(longs, index * 8));
            case I64 -> index -> bytes.get(longs, index * 8);
            default -> index -> Byte.toUnsignedInt(bytes.get(ValueLayout.JAVA_BYTE, index));
        };
    }

    private static double unsigned(long value) {
        return value >= 0 ? value : 0x1p64 + value;
    }

    private void add(int index, double value, boolean floating) {
        notZero.set(index, value != 0);
        notIgnored.set(index, value != IGNORED_LABEL);
        if (value == 1) {
            ones++;
        } else if (value == IGNORED_LABEL && !floating) {
            ignored++;
        } else if (value != 0) {
            others++;
            highestBytes += value == HIGHEST_BYTE ? 1 : 0;
            // A negative number identifies the kind of data best.
            if (firstOther == null || (value < 0 && !negative)) {
                String text = floating ? Double.toString(value) : String.format(Locale.ROOT, "%.0f", value);
                firstOther = text + " at element " + index;
            }
            negative |= value < 0;
        }
    }

    BitSet notZero() {
        return notZero;
    }

    BitSet notIgnored() {
        return notIgnored;
    }

    /** The number of elements that are 1. */
    long ones() {
        return ones;
    }

    /** The number of integers that are -100. */
    long ignored() {
        return ignored;
    }

    boolean isZeroOrOne() {
        return others == 0 && ignored == 0;
    }

    boolean isZeroOr255() {
        return others == highestBytes && ones == 0 && ignored == 0;
    }

    /** Whether a number other than the label -100 is negative. */
    boolean hasNegative() {
        return negative;
    }

    /**
     * The first negative number that is valid in neither masks nor labels, otherwise the first other one, with its
     * index.
     */
    String firstOther() {
        return String.valueOf(firstOther);
    }
}
