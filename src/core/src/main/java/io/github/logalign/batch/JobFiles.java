package io.github.logalign.batch;

import io.github.logalign.matrix.LogalignException;
import io.github.logalign.tensor.ReadOptions;
import io.github.logalign.tensor.TensorFile;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The files of a job's weights or activations. Tensors in several files are joined along an axis, as those of tensor-parallel
 * ranks; activations without an axis are pooled, as those of data-parallel ranks.
 *
 * <p>Thread safety: immutable.
 *
 * @param names at least one file
 * @param axis along which dimension of the stored tensors the files follow each other, from 0; null if they are not joined
 */
public record JobFiles(List<String> names, @Nullable Integer axis) implements Serializable {

    /**
     * Copies the list.
     *
     * @throws IllegalArgumentException if there are no files, or the axis is negative
     */
    public JobFiles {
        names = List.copyOf(names);
        if (names.isEmpty()) {
            throw new IllegalArgumentException("a job needs files");
        }
        if (axis != null && axis < 0) {
            throw new IllegalArgumentException("there is no axis " + axis);
        }
    }

    /**
     * Files that are not joined.
     *
     * @param names at least one
     * @return the files
     * @throws IllegalArgumentException if there are none
     */
    public static JobFiles of(String... names) {
        return new JobFiles(List.of(names), null);
    }

    /**
     * Opens a single file, or several that are joined. A single one is mapped, whatever the axis: joined tensors are copied.
     *
     * @param reading how files are read
     * @return the open file; the caller closes it
     * @throws IllegalStateException if there are several files that are not joined
     * @throws LogalignException as from {@link TensorFile#open(Path, ReadOptions)}
     */
    public TensorFile open(ReadOptions reading) {
        List<Path> paths = names.stream().map(Path::of).toList();
        if (paths.size() == 1) {
            return TensorFile.open(paths.getFirst(), reading);
        }
        if (axis == null) {
            throw new IllegalStateException(this + " are not joined: each is opened for itself");
        }
        return TensorFile.joined(paths, axis, reading);
    }

    /** Whether several files are read as one. */
    boolean areJoined() {
        return axis != null && names.size() > 1;
    }

    JobFiles sharing(Map<String, String> texts) {
        return new JobFiles(names.stream().map(name -> BatchJob.shared(texts, name)).toList(), axis);
    }

    /** What rows show: the first file, and how many others there are. */
    @Override
    public String toString() {
        int others = names.size() - 1;
        return names.getFirst() + (others == 0 ? "" : " and " + others + (others == 1 ? " other" : " others"));
    }
}
