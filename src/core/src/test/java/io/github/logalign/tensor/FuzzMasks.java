package io.github.logalign.tensor;

import static io.github.logalign.tensor.TestBytes.dictionary;
import static io.github.logalign.tensor.TestBytes.entry;
import static io.github.logalign.tensor.TestBytes.npy;
import static io.github.logalign.tensor.TestBytes.safetensors;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Masks and labels as inputs of a fuzzer. The first byte chooses the type of the elements, the second the format, the byte
 * order and whether the name says labels, the third the shape; the rest are elements. A safetensors file also holds empty
 * activations, which the mask may fit or not.
 */
final class FuzzMasks {

    static final String ACTIVATIONS = "x";

    private static final int LABELS = 1;
    private static final int NPY = 2;
    private static final int BIG_ENDIAN = 4;
    private static final int FORTRAN = 8;
    private static final int CHOICES = 3;

    /** Packed elements and unknown ones cannot be laid out here. */
    private static final List<DataType> TYPES = Arrays.stream(DataType.values())
            .filter(type -> type.bytes() > 0)
            .toList();

    private static final Map<DataType, String> NUMPY = Map.ofEntries(
            Map.entry(DataType.BOOL, "b1"), Map.entry(DataType.U8, "u1"), Map.entry(DataType.I8, "i1"),
            Map.entry(DataType.U16, "u2"), Map.entry(DataType.I16, "i2"), Map.entry(DataType.U32, "u4"),
            Map.entry(DataType.I32, "i4"), Map.entry(DataType.U64, "u8"), Map.entry(DataType.I64, "i8"),
            Map.entry(DataType.F16, "f2"), Map.entry(DataType.F32, "f4"), Map.entry(DataType.F64, "f8"));

    private FuzzMasks() {}

    /** A mask of each type, and labels of each signed one, in all formats and shapes. */
    static List<byte[]> seeds() {
        List<byte[]> seeds = new ArrayList<>();
        for (DataType type : TYPES) {
            if (!MaskValues.canRead(type)) {
                continue;
            }
            int shape = seeds.size();
            seeds.add(input(type, 0, shape, 1, 0, 1, 1));
            if (NUMPY.containsKey(type)) {
                seeds.add(input(type, NPY | BIG_ENDIAN, shape, 1, 1, 0, 0));
                seeds.add(input(type, NPY | FORTRAN, 0, 1, 1, 0, 0));
            }
            if (type.name().startsWith("I")) {
                seeds.add(input(type, LABELS, shape, 7, -100, -1, 0));
                seeds.add(input(type, LABELS | NPY, shape, 3, 2, 1, 0));
            }
        }
        seeds.add(input(DataType.U8, 0, 1, 255, 0, 255, 0));
        return seeds;
    }

    /** One and -100 in several types. */
    static List<byte[]> words() {
        return List.of(
                elements(DataType.F16, false, 1), elements(DataType.BF16, false, 1), elements(DataType.F32, false, 1),
                elements(DataType.F64, false, 1), elements(DataType.I64, false, 1), elements(DataType.I32, true, 1),
                elements(DataType.I16, false, -100), elements(DataType.I32, false, -100),
                elements(DataType.I64, false, -100), elements(DataType.I64, true, -100));
    }

    private static byte[] input(DataType type, int choices, int shape, int... values) {
        byte[] elements = elements(type, (choices & BIG_ENDIAN) != 0, values);
        return TestBytes.join(new byte[]{(byte) TYPES.indexOf(type), (byte) choices, (byte) shape}, elements);
    }

    private static byte[] elements(DataType type, boolean bigEndian, int... values) {
        ByteBuffer buffer = ByteBuffer.allocate(values.length * type.bytes())
                .order(bigEndian ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
        for (int value : values) {
            switch (type) {
                case F16 -> buffer.putShort(Float.floatToFloat16(value));
                case BF16 -> buffer.putShort((short) (Float.floatToRawIntBits(value) >>> 16));
                case F32 -> buffer.putFloat(value);
                case F64 -> buffer.putDouble(value);
                default -> {
                    switch (type.bytes()) {
                        case 1 -> buffer.put((byte) value);
                        case 2 -> buffer.putShort((short) value);
                        case 4 -> buffer.putInt(value);
                        default -> buffer.putLong(value);
                    }
                }
            }
        }
        return buffer.array();
    }

    /** The array of an npy file is called as the file is. */
    static String fileName(byte[] input) {
        return (choices(input) & LABELS) != 0 ? "labels" : "attention_mask";
    }

    static byte[] file(byte[] input) {
        DataType type = TYPES.get(at(input, 0) % TYPES.size());
        int count = Math.max(0, input.length - CHOICES) / type.bytes();
        long[] shape = shape(at(input, 2), count);
        int used = Math.toIntExact(Shapes.bytes(shape, type));
        byte[] elements = new byte[used];
        System.arraycopy(input, Math.min(CHOICES, input.length), elements, 0, used);
        String numpy = NUMPY.get(type);
        if ((choices(input) & NPY) != 0 && numpy != null) {
            String dimensions = Arrays.stream(shape).mapToObj(size -> size + ",").collect(Collectors.joining(" "));
            String order = type.bytes() == 1 ? "|" : (choices(input) & BIG_ENDIAN) != 0 ? ">" : "<";
            return npy(dictionary(order + numpy, (choices(input) & FORTRAN) != 0, "(" + dimensions + ")"), elements);
        }
        long[] tokensByNothing = Arrays.copyOf(shape, shape.length + 1);
        return safetensors(
                "{" + entry(fileName(input), type.name(), Shapes.describe(shape), 0, used) + ","
                        + entry(ACTIVATIONS, "F32", Shapes.describe(tokensByNothing), used, used) + "}",
                elements);
    }

    private static long[] shape(int choice, int count) {
        return switch (choice % 7) {
            case 0 -> new long[]{count};
            case 1 -> new long[]{2, count / 2};
            case 2 -> new long[]{count / 2, 2};
            case 3 -> new long[]{1, count};
            case 4 -> new long[]{count, 1, 1};
            case 5 -> new long[]{1, 2, count / 2};
            default -> count == 0 ? new long[]{0} : new long[0];
        };
    }

    private static int choices(byte[] input) {
        return at(input, 1);
    }

    private static int at(byte[] input, int place) {
        return place < input.length ? Byte.toUnsignedInt(input[place]) : 0;
    }
}
