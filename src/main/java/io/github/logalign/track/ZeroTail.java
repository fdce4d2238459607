package io.github.logalign.track;

import io.github.logalign.LogalignException;
import io.github.logalign.tensor.Names;
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

    /** Chance does not make so many bytes zero. */
    private static final long TAIL = 512;

    private ZeroTail() {}

    /** A warning if a tensor of at least two dimensions ends in zeros, else null. Cost: 512 bytes are read. */
    static @Nullable String of(@Nullable Tensor tensor) {
        if (tensor == null || tensor.shape().length < 2 || tensor.elements() == 0) {
            return null;
        }
        MemorySegment bytes;
        try {
            bytes = tensor.bytes();
        } catch (LogalignException damaged) {
            return null;
        }
        long start = Math.max(0, bytes.byteSize() - TAIL);
        for (long at = bytes.byteSize() - 1; at >= start; at--) {
            if (bytes.get(ValueLayout.JAVA_BYTE, at) != 0) {
                return null;
            }
        }
        return "\"" + Names.printable(tensor.name())
                + "\" ends in zeros: if that is no padding, its file was not complete"
                + " when it was read";
    }

    /** A warning for the first tensor of a file that ends in zeros, else null. */
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
