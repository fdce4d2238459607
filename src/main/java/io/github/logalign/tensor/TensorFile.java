package io.github.logalign.tensor;

import io.github.logalign.LogalignException;
import io.github.logalign.Matrix;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * An open file of tensors: safetensors, the index of a sharded checkpoint, npy or npz. What it is, is told by its content.
 * The file is mapped, not read; closing it ends every view of it, and reading such a view is an
 * {@link IllegalStateException}.
 *
 * <p>The file must not shrink while it is open: the JVM then reports an {@link InternalError}. Files that are renamed into
 * place, as the writers here do, never shrink.
 *
 * <p>Thread safety: any number of threads may read; closing must wait for them.
 */
public final class TensorFile implements AutoCloseable {

    private static final int NAMES_SHOWN = 5;

    private final Path path;
    private final String format;
    private final Arena arena;
    private final Map<String, String> metadata;
    private final Map<String, Tensor> tensors;

    TensorFile(
            Path path, String format, Arena arena, Map<String, String> metadata, Map<String, Tensor> tensors) {
        this.path = path;
        this.format = format;
        this.arena = arena;
        this.metadata = Collections.unmodifiableMap(metadata);
        this.tensors = Collections.unmodifiableMap(tensors);
    }

    /**
     * Opens a file.
     *
     * @param path a safetensors, npy or npz file, or the index of a sharded checkpoint
     * @return the open file
     * @throws LogalignException if it cannot be read, is damaged, or is something else, with how to convert it
     */
    @SuppressWarnings("MustBeClosedChecker") // the arena is closed with the file that is returned
    public static TensorFile open(Path path) {
        Arena arena = Arena.ofShared();
        try {
            MappedFile file = MappedFile.open(path, arena);
            return switch (Format.of(file)) {
                case SAFETENSORS -> SafetensorsReader.read(file, arena);
                case INDEX -> ShardedIndexReader.read(file, arena);
                case NPY -> NpyReader.read(file, arena);
                case ZIP -> NpzReader.read(file, arena);
            };
        } catch (RuntimeException | Error failed) {
            arena.close();
            throw failed;
        }
    }

    /**
     * The file that was opened.
     *
     * @return its path
     */
    public Path path() {
        return path;
    }

    /**
     * What the file is.
     *
     * @return "safetensors", "safetensors index", "npy" or "npz"
     */
    public String format() {
        return format;
    }

    /**
     * The string metadata of a safetensors file.
     *
     * @return unmodifiable, in the order of the file; empty for other formats
     */
    public Map<String, String> metadata() {
        return metadata;
    }

    /**
     * All tensors.
     *
     * @return unmodifiable, in the order of the file's header
     */
    public Collection<Tensor> tensors() {
        return tensors.values();
    }

    /**
     * The tensor with a name.
     *
     * @param name its name; that of a npy file's array is empty
     * @return the tensor, empty if there is none
     */
    public Optional<Tensor> find(String name) {
        return Optional.ofNullable(tensors.get(name));
    }

    /**
     * The tensor with a name.
     *
     * @param name its name; that of a npy file's array is empty
     * @return the tensor
     * @throws LogalignException if there is none, with some that there are
     */
    public Tensor tensor(String name) {
        Tensor found = tensors.get(name);
        if (found == null) {
            throw new LogalignException(Names.printable(path.toString()) + ": there is no tensor \""
                    + Names.printable(name) + "\"; " + someNames());
        }
        return found;
    }

    /**
     * The matrix with a name.
     *
     * @param name the name of a tensor of two dimensions
     * @return a view, until the file is closed
     * @throws LogalignException if there is no such tensor, or it is not a matrix
     */
    public Matrix matrix(String name) {
        return tensor(name).matrix();
    }

    private String someNames() {
        if (tensors.isEmpty()) {
            return "the file holds none";
        }
        List<String> some = tensors.keySet().stream()
                .limit(NAMES_SHOWN)
                .map(name -> "\"" + Names.printable(name) + "\"")
                .toList();
        String more = tensors.size() > NAMES_SHOWN ? " and " + (tensors.size() - NAMES_SHOWN) + " more" : "";
        return some.stream().collect(Collectors.joining(", ", "there is ", more));
    }

    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
