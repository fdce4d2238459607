package io.github.logalign.track;

import io.github.logalign.internal.io.Names;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.tensor.Tensor;
import io.github.logalign.tensor.TensorFile;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/**
 * Finds tensors that end in zeros. A file whose space was reserved before it was written has its full length and opens
 * strictly; what is not written yet is zeros. Which of a file's blocks are allocated cannot be asked from Java, and reserved
 * ones would count as allocated. Vectors do not count: biases are often zeros.
 */
final class ZeroTail {

    /** Chance does not make so many bytes zero, unless most of the elements are. */
    private static final long TAIL = 512;

    /** Nor so many, even where most of the elements are zeros, as behind a ReLU. */
    private static final long LONG_TAIL = 4096;

    /** Share of zero bytes: numbers that were widened from bfloat16 to float32 have half. */
    private static final double SPARSE = 0.8;

    private ZeroTail() {}

    /**
     * A warning if a tensor of at least two dimensions ends in zeros, else null. Cost: at most 8,192 bytes are read.
     *
     * @throws LogalignException if the file became shorter meanwhile
     */
    static @Nullable String of(@Nullable Tensor tensor) {
        if (tensor == null
                || tensor.shape().length < 2
                || tensor.elements() == 0
                || tensor.problem().isPresent()
                || !tensor.read(ZeroTail::isSuspicious)) {
            return null;
        }
        return "\"" + Names.printable(tensor.name())
                + "\" ends in zeros: if that is no padding, its file was not complete"
                + " when it was read";
    }

    private static boolean isSuspicious(MemorySegment bytes) {
        long size = bytes.byteSize();
        long tail = 0;
        while (tail < Math.min(size, LONG_TAIL) && bytes.get(ValueLayout.JAVA_BYTE, size - 1 - tail) == 0) {
            tail++;
        }
        return tail == size || tail >= LONG_TAIL || (tail >= TAIL && !isSparseBefore(bytes, size - tail));
    }

    private static boolean isSparseBefore(MemorySegment bytes, long end) {
        long start = Math.max(0, end - LONG_TAIL);
        long zeros = 0;
        for (long at = start; at < end; at++) {
            zeros += bytes.get(ValueLayout.JAVA_BYTE, at) == 0 ? 1 : 0;
        }
        return zeros > SPARSE * (end - start);
    }

    /**
     * A warning for the first tensor of a file that ends in zeros, else null.
     *
     * @throws LogalignException if the file became shorter meanwhile
     */
    static @Nullable String of(TensorFile file) {
        for (Tensor tensor : file.tensors()) {
            String warning = of(tensor);
            if (warning != null) {
                return Names.printable(file.path()) + ": " + warning;
            }
        }
        return null;
    }
}
