package io.github.logalign.tensor;

import io.github.logalign.tensor.NpyHeader.HeaderException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** Reads a npy file: one array without a name. */
final class NpyReader {

    private NpyReader() {}

    static TensorFile read(MappedFile file, Arena arena) {
        try {
            NpyHeader header = NpyHeader.read(file.bytes());
            checkSize(header, file.size());
            MemorySegment data = file.bytes().asSlice(header.dataOffset());
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            tensors.put("", new Tensor(
                    null, file.path(), header.dataType(), header.shape(), header.fortranOrder(), header.byteOrder(),
                    () -> data));
            return new TensorFile(file.path(), "npy", arena, Map.of(), tensors);
        } catch (HeaderException wrong) {
            throw file.bad(String.valueOf(wrong.getMessage()));
        }
    }

    /** An array must fill what holds it exactly. */
    static void checkSize(NpyHeader header, long available) throws HeaderException {
        long bytes = header.byteSize();
        if (bytes < 0) {
            throw new HeaderException("the array's shape " + Arrays.toString(header.shape())
                    + " is impossible; the file is damaged");
        }
        long there = available - header.dataOffset();
        if (bytes != there) {
            throw new HeaderException("the array is " + header.dataType() + " "
                    + Arrays.toString(header.shape()) + " and needs " + bytes + " bytes, but " + there
                    + " are there; the file is damaged, copy or download it again");
        }
    }
}
