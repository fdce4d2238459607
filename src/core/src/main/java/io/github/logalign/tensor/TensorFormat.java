package io.github.logalign.tensor;

import io.github.logalign.internal.io.Origin;
import io.github.logalign.matrix.LogalignException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;

/**
 * A format of tensor files: how to detect it from the content, and how to open such a file. To support another format, implement this interface, add the class to the list in {@link TensorFormats}, and write a test.
 * If {@link RefusedFormat} has advice on converting such files, remove it. No other code refers to a format by name.
 *
 * <p>Requirements for a format: {@link #open} reads only headers and validates everything before use. A fault within
 * one tensor affects that tensor only ({@link Tensor#unusable}, {@link Tensor#lost}). Views are slices of the mapped
 * file ({@link Content.Mapped}). Packed data is expanded on demand, within a stated limit.
 *
 * <p>Thread safety: formats have no state.
 */
interface TensorFormat {

    /**
     * The confidence that a file has a format. The format with the highest confidence is chosen; among equals, the
     * first in the list.
     */
    enum Fit {
        /** The file does not have this format. */
        NONE,
        /** A damaged file of this format may look like this, and the format's reader can explain the damage. */
        POSSIBLE,
        /** The format's content is present, but misplaced or preceded by other data. */
        LIKELY,
        /** No other format begins like this. */
        CERTAIN
    }

    /**
     * The contents of a file.
     *
     * @param metadata the file's metadata, in the file's order
     * @param tensors the tensors, in the order of their data
     * @param notes the skipped data, one printable line each
     * @param linearNodes the nodes of the model's graph that multiply activations by tensors of the file
     */
    record Contents(
            Map<String, String> metadata, List<Tensor> tensors, List<String> notes, List<LinearNode> linearNodes) {

        Contents(Map<String, String> metadata, List<Tensor> tensors, List<String> notes) {
            this(metadata, tensors, notes, List.of());
        }

        static Contents of(List<Tensor> tensors) {
            return new Contents(Map.of(), tensors, List.of());
        }
    }

    /** The name that {@link TensorFile#format} returns. */
    String displayName();

    /** The confidence that a file has this format. */
    Fit fit(FileStart start);

    /**
     * Reads the headers of a file that {@link #fit} accepted.
     *
     * @param file the whole file, mapped
     * @param origin its source, for messages
     * @param options information that the file itself lacks
     * @param arena the file's arena, which owns further mapped or expanded data
     * @throws LogalignException if the file is damaged or of an unsupported format; the message says what to do
     */
    Contents open(MemorySegment file, Origin origin, ReadOptions options, Arena arena);

    /** Whether reading a tensor verifies a checksum, so that its bytes are known to be complete. */
    default boolean hasChecksums() {
        return false;
    }
}
