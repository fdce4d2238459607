package io.github.logalign.tensor;

import io.github.logalign.internal.io.Origin;
import io.github.logalign.matrix.LogalignException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;

/**
 * A format of tensor files: how it is told by content, and how a file of it is opened. To read another one, say ONNX or
 * GGUF, write a class that implements this and add it to the list in {@link TensorFormats}, with a test; where
 * {@link RefusedFormat} tells how to convert such files, take that out. Nothing else knows a format by name.
 *
 * <p>What a format owes its users: {@link #open} reads headers only and checks everything before it believes it; what
 * is wrong with one tensor alone costs that tensor ({@link Tensor#unusable}, {@link Tensor#lost}); views are slices of the
 * mapped file ({@link Content.Mapped}), and what has to be unpacked is unpacked when it is asked for, within a stated limit.
 *
 * <p>Thread safety: formats have no state.
 */
interface TensorFormat {

    /** How surely a file is of a format. Of several formats the surest is taken, and the first in the list of equals. */
    enum Fit {
        /** It is none. */
        NONE,
        /** A damaged file may look like this: the format's reader can say what is wrong with it. */
        POSSIBLE,
        /** It is in the wrong place or behind something else, but there. */
        LIKELY,
        /** No other format begins like that. */
        CERTAIN
    }

    /**
     * What stands in a file.
     *
     * @param metadata text that the file carries along, in the file's order
     * @param tensors in the order of their data
     * @param notes what was left aside, one printable line each
     */
    record Contents(Map<String, String> metadata, List<Tensor> tensors, List<String> notes) {

        static Contents of(List<Tensor> tensors) {
            return new Contents(Map.of(), tensors, List.of());
        }
    }

    /** The name that {@link TensorFile#format} tells. */
    String displayName();

    /** How surely a file is of this format. */
    Fit fit(FileStart start);

    /**
     * Reads the headers of a file that {@link #fit} did not turn away.
     *
     * @param file the whole file, mapped
     * @param origin where it is, for messages
     * @param options what the file does not say itself
     * @param arena the file's: whatever is mapped or unpacked besides goes there
     * @throws LogalignException if the file is damaged, or a format of others; the message says what to do
     */
    Contents open(MemorySegment file, Origin origin, ReadOptions options, Arena arena);

    /** Whether reading a tensor compares its bytes with a checksum, so that they are known to be whole. */
    default boolean hasChecksums() {
        return false;
    }
}
