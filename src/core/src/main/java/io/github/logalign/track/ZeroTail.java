package io.github.logalign.track;

import io.github.logalign.internal.io.Names;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.tensor.Tensor;
import io.github.logalign.tensor.TensorFile;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/**
 * Finds tensors that end in zeros. A file whose space was reserved before it was written has its full length and passes
 * the strict checks at opening, but the part not written yet reads as zeros. Java cannot query the allocated blocks of
 * a file, and reserved blocks would count as allocated. Vectors are ignored, since biases are often zero.
 */
final class ZeroTail {

    /** More zero bytes than chance produces, unless most of the elements are zero. */
    private static final long TAIL = 512;

    /** More zero bytes than chance produces even if most of the elements are zero, as after a ReLU. */
    private static final long LONG_TAIL = 4096;

    /**
     * The largest share of zero bytes in dense data: in numbers widened from bfloat16 to float32, half of the bytes are
     * zero.
     */
    private static final double SPARSE = 0.8;

    private ZeroTail() {}

    /**
     * A warning if a tensor of at least two dimensions ends in zeros, otherwise null. Cost: reads at most 8,192 bytes.
     *
     * @throws LogalignException if the file has become shorter
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
                + "\" ends in zeros: unless they are padding, the file was incomplete when it was read";
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
     * A warning for the first tensor of a file that ends in zeros, otherwise null.
     *
     * @throws LogalignException if the file has become shorter
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
