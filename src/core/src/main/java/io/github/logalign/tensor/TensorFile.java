package io.github.logalign.tensor;

import io.github.logalign.internal.io.MappedFile;
import io.github.logalign.internal.io.Names;
import io.github.logalign.internal.io.Origin;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.matrix.Matrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An open file of tensors: safetensors, the index of a sharded model with its shards, npy, npz, a file of torch.save, GGUF, or
 * a model in ONNX with the files of its external data. The format is detected from the content; the file's name is ignored. The file is memory-mapped: opening it reads only the
 * headers, regardless of the size of the data.
 *
 * <p>Everything in the file is validated before use. A damaged file gives a {@link LogalignException} with one line
 * that names the file and the problem. A file of another format gives one that says how to convert it. If only a part
 * of the file is damaged, missing or of an unsupported type, the file opens, and accessing that part throws the
 * exception. Limits: headers of 100,000,000 bytes, 1,048,576 tensors, 64 dimensions, names of 16 MiB, 65,536 metadata
 * entries, 10,000 shards, 100,000 npz members, 1,048,576 nodes of an ONNX graph; compressed npz members expand to at most 4 GiB in all (property
 * {@code logalign.npz.maxBytes}), each when its data is first requested. The pickle of torch.save is read, never run: dictionaries of
 * tensors, and nothing else. 8-bit floats with scales beside them, and Q8_0 of GGUF, are decoded as they are read.
 *
 * <p>Thread safety: may be read by any number of threads. {@link #close()} invalidates every view of the file: reading
 * one afterwards throws {@link IllegalStateException}. The file must not be changed while it is open. If another
 * process truncates it, the operating system unmaps the lost part: calls of this library that read that part throw
 * {@link LogalignException}, and direct reads of {@link Tensor#bytes()} throw {@link InternalError}. Replacing the file
 * by a rename, as the writers of this package do, is safe.
 */
public final class TensorFile implements AutoCloseable {

    private static final int NAMES_IN_MESSAGES = 5;

    private final Path path;
    private final Arena arena;
    private final TensorFormat format;
    private final TensorFormat.Contents contents;
    private final Map<String, Tensor> byName;

    /** What is closed with this file. */
    private final List<TensorFile> parts;

    private TensorFile(Path path, Arena arena, TensorFormat format, TensorFormat.Contents contents,
            List<TensorFile> parts) {
        this.parts = parts;
        this.path = path;
        this.arena = arena;
        this.format = format;
        this.contents = contents;
        this.byName = HashMap.newHashMap(contents.tensors().size());
        for (Tensor tensor : contents.tensors()) {
            byName.put(tensor.name(), tensor);
        }
    }

    /**
     * Opens a file and checks its headers.
     *
     * @param path a regular file, or a link to one
     * @return the open file; the caller closes it
     * @throws LogalignException if it cannot be read, is damaged or of another format; the message says what to do
     */
    public static TensorFile open(Path path) {
        return open(path, ReadOptions.DEFAULT);
    }

    /**
     * Opens a file and checks its headers.
     *
     * @param path a regular file, or a link to one
     * @param options information that the file itself lacks
     * @return the open file; the caller closes it
     * @throws LogalignException if it cannot be read, is damaged or of another format; the message says what to do
     */
    @SuppressWarnings("MustBeClosed") // the file that is returned closes the arena
    public static TensorFile open(Path path, ReadOptions options) {
        Arena arena = Arena.ofShared();
        @Nullable
        TensorFile opened = null;
        try {
            opened = Origin.of(path).reading(() -> open(path, options, arena));
            return opened;
        } finally {
            if (opened == null) {
                arena.close();
            }
        }
    }

    private static TensorFile open(Path path, ReadOptions options, Arena arena) {
        Origin origin = Origin.of(path);
        MemorySegment file = MappedFile.map(path, arena);
        TensorFormat format = TensorFormats.of(file, origin);
        TensorFormat.Contents contents = ScaledTensors.of(format.open(file, origin, options, arena), path);
        return new TensorFile(path, arena, format, contents, List.of());
    }

    /**
     * Opens files that have a part of every tensor each, such as those of tensor-parallel ranks, as if they were one. Tensors of
     * fewer dimensions, of which each file has all, are those of the first file.
     *
     * <p>Cost: a tensor is copied to memory, where it stays until the file is closed, when it is read first.
     *
     * @param paths at least one file, in the order of their parts
     * @param axis along which dimension the parts follow each other, from 0
     * @param options information that the files themselves lack
     * @return the open file; the caller closes it
     * @throws IllegalArgumentException if there are no files, or the axis is negative
     * @throws LogalignException as from {@link #open(Path, ReadOptions)}
     */
    @SuppressWarnings("MustBeClosed") // the file that is returned closes the arena
    public static TensorFile joined(List<Path> paths, int axis, ReadOptions options) {
        if (paths.isEmpty() || axis < 0) {
            throw new IllegalArgumentException(paths.size() + " files cannot be joined along axis " + axis);
        }
        Arena arena = Arena.ofShared();
        List<TensorFile> parts = new ArrayList<>();
        @Nullable
        TensorFile joined = null;
        try {
            paths.forEach(path -> parts.add(open(path, options)));
            TensorFile first = parts.getFirst();
            joined = new TensorFile(first.path, arena, first.format,
                    JoinedTensors.of(parts, axis, Origin.of(first.path), arena), parts);
            return joined;
        } finally {
            if (joined == null) {
                parts.forEach(TensorFile::close);
                arena.close();
            }
        }
    }

    /**
     * The shards of an index.
     *
     * @param index the index.json of a sharded checkpoint
     * @return the paths of the files that it names, whether they are there or not
     * @throws LogalignException if it cannot be read or is no index
     */
    public static Set<Path> shards(Path index) {
        return ShardIndex.shards(index);
    }

    /**
     * The path that was opened; of several files the first one's.
     *
     * @return the path
     */
    public Path path() {
        return path;
    }

    /**
     * The format's name.
     *
     * @return "safetensors", "safetensors index", "npy", "npz", "PyTorch", "GGUF" or "ONNX"
     */
    public String format() {
        return format.displayName();
    }

    /**
     * Whether reading a tensor verifies its bytes against a checksum in the file.
     *
     * @return true for npz files and those of torch.save, which are zip archives: data read from them is known to be complete
     */
    public boolean hasChecksums() {
        return format.hasChecksums();
    }

    /**
     * The metadata of a safetensors file, a GGUF file or an ONNX model, which is untrusted: see {@link Names#printable(String)}.
     *
     * @return the pairs in the file's order; empty for every other format
     */
    public Map<String, String> metadata() {
        return contents.metadata();
    }

    /**
     * All tensors, in the order of their data; for a sharded checkpoint, shard by shard in the order of the shards'
     * names. The list includes unusable tensors, see {@link Tensor#problem()}.
     *
     * @return an unmodifiable list
     */
    public List<Tensor> tensors() {
        return contents.tensors();
    }

    /**
     * Notes for the user on data that was skipped when the file was opened.
     *
     * @return one printable line each
     */
    public List<String> notes() {
        return contents.notes();
    }

    /**
     * The nodes of an ONNX model that multiply activations by tensors of the file, in the order of the graph. A tensor may
     * be the weight of several nodes.
     *
     * @return an unmodifiable list; empty for every other format
     */
    public List<LinearNode> linearNodes() {
        return contents.linearNodes();
    }

    /**
     * Finds a tensor.
     *
     * @param name its name; empty for the one tensor of an npy file
     * @return the tensor, or nothing
     */
    public Optional<Tensor> find(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    /**
     * A required tensor.
     *
     * @param name its name; empty for the one tensor of an npy file
     * @return the tensor
     * @throws LogalignException if there is no tensor of this name; the message lists some existing names
     */
    public Tensor tensor(String name) {
        return find(name).orElseThrow(() -> missing(name));
    }

    /**
     * A required matrix.
     *
     * @param name the tensor's name
     * @return a view of the file
     * @throws LogalignException if there is no tensor of this name, or it is not a matrix of a floating-point type, or
     *     it is damaged
     * @throws IllegalStateException if the file is closed
     */
    public Matrix matrix(String name) {
        return tensor(name).matrix();
    }

    /** Closes the file and invalidates all views of it. Closing again does nothing. */
    @Override
    public void close() {
        if (arena.scope().isAlive()) {
            arena.close();
        }
        parts.forEach(TensorFile::close);
    }

    private LogalignException missing(String name) {
        String what = "there is no tensor '" + Names.printable(name) + "' in it";
        List<Tensor> tensors = tensors();
        if (tensors.size() == 1 && !tensors.getFirst().isNamed()) {
            return Origin.of(path).problem(what, "its only tensor has no name");
        }
        if (tensors.isEmpty()) {
            return Origin.of(path).problem(what, "it has no tensors at all");
        }
        StringBuilder some = new StringBuilder();
        for (Tensor tensor : tensors.subList(0, Math.min(NAMES_IN_MESSAGES, tensors.size()))) {
            some.append(some.isEmpty() ? "'" : ", '").append(Names.printable(tensor.name())).append('\'');
        }
        int others = tensors.size() - NAMES_IN_MESSAGES;
        return Origin.of(path).problem(what, "there are " + some + (others > 0 ? " and " + others + " more" : ""));
    }
}
