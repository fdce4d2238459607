package io.github.logalign.tensor;

import io.github.logalign.internal.io.Bytes;
import io.github.logalign.internal.io.Origin;
import io.github.logalign.internal.io.Problem;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/** The header of an npy array, versions 1.0 to 3.0: a magic number, a length, a Python dictionary of three entries. */
final class NpyHeader {

    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final int LONGEST_PREAMBLE = 12;
    private static final long MAX_HEADER_BYTES = 1 << 20;

    final NpyType type;
    final long[] shape;
    final boolean fortranOrder;
    /** The offset of the elements. */
    final long dataStart;

    NpyHeader(NpyType type, long[] shape, boolean fortranOrder, long dataStart) {
        this.type = type;
        this.shape = shape;
        this.fortranOrder = fortranOrder;
        this.dataStart = dataStart;
    }

    /** The one tensor of an npy file. */
    static Tensor readFile(MemorySegment file, Origin origin, ReadOptions options) {
        NpyHeader header = read(length -> Bytes.head(file, length), file.byteSize(), origin, options);
        long dataSize = file.byteSize() - header.dataStart;
        return header.tensor(null, origin, new Content.Mapped(file, header.dataStart, dataSize));
    }

    Tensor tensor(@Nullable String name, Origin origin, Content content) {
        Problem problem = type.problem();
        return problem == null
                ? new Tensor(name, origin, type.type(), shape, fortranOrder, type.order(), content)
                : Tensor.unusable(name, origin, type.type(), type.name(), shape, () -> problem);
    }

    /**
     * Reads a header and checks that exactly the elements follow it.
     *
     * @param head returns the first bytes, at most the given number
     * @param size the total size of header and elements
     * @param options information that the header lacks
     */
    static NpyHeader read(LongFunction<byte[]> head, long size, Origin origin, ReadOptions options) {
        byte[] preamble = head.apply(LONGEST_PREAMBLE);
        if (preamble.length < LONGEST_PREAMBLE) {
            throw origin.damaged("the npy header is truncated after " + preamble.length + " bytes");
        }
        if (!Arrays.equals(preamble, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
            throw origin.damaged("it does not start with the magic number of an npy array");
        }
        int version = Byte.toUnsignedInt(preamble[6]);
        if (version < 1 || version > 3 || preamble[7] != 0) {
            throw origin.problem(
                    "npy version " + version + "." + Byte.toUnsignedInt(preamble[7]) + " is unknown",
                    "save it again with numpy.save");
        }
        MemorySegment numbers = MemorySegment.ofArray(preamble);
        long length = version == 1 ? Bytes.u16(numbers, 8) : Bytes.u32(numbers, 8);
        int textStart = version == 1 ? 10 : 12;
        if (length > MAX_HEADER_BYTES) {
            throw origin.damaged(
                    "the npy header length of " + length + " bytes exceeds the limit of " + MAX_HEADER_BYTES);
        }
        byte[] whole = head.apply(textStart + length);
        if (whole.length < textStart + length) {
            throw origin.damaged("the npy header states a length of " + length + " bytes, but only "
                    + (whole.length - textStart) + " follow: it is truncated");
        }
        NpyHeader header = new NpyDictionary(whole, textStart, origin, options).header();
        header.checkSize(size, origin);
        return header;
    }

    private void checkSize(long size, Origin origin) {
        if (type.problem() != null) {
            return;
        }
        long needed;
        try {
            needed = Shapes.bytes(shape, type.type());
        } catch (ArithmeticException overflow) {
            throw origin.problem(
                    "the shape " + Shapes.describe(shape) + " overflows", Origin.FETCH_AGAIN, overflow);
        }
        long there = size - dataStart;
        if (needed != there) {
            throw origin.damaged(type.name() + " " + Shapes.describe(shape) + " needs " + needed + " bytes, but "
                    + there + " follow the npy header: it is "
                    + (there < needed ? "truncated" : "followed by something else"));
        }
    }
}
