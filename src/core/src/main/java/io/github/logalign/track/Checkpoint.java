package io.github.logalign.track;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The files of the weights and activations of one training step.
 *
 * @param step the training step
 * @param weights the weights file
 * @param activations the activations file, which need not exist yet; may be null only if there is a problem
 * @param problem why the checkpoint cannot be scored, or null
 */
public record Checkpoint(long step, Path weights, @Nullable Path activations, @Nullable String problem) {

    /** Requires activations unless there is a problem. */
    public Checkpoint {
        Objects.requireNonNull(weights, "weights");
        if (activations == null && problem == null) {
            throw new IllegalArgumentException("a checkpoint without an activations file needs a problem");
        }
    }

    /**
     * The files to watch while the checkpoint is written: weights, activations, config.json if it exists and, for the
     * index of a sharded model, every safetensors file beside it, since any may be a shard.
     *
     * @return sorted; some may not exist yet
     */
    public List<Path> files() {
        Set<Path> files = new TreeSet<>(List.of(weights));
        if (activations != null) {
            files.add(activations);
        }
        Path config = ConfigStamp.path(weights);
        if (Files.isRegularFile(config)) {
            files.add(config);
        }
        Path folder = weights.toAbsolutePath().getParent();
        if (folder != null && FileStamp.isIndexName(weights)) {
            try (DirectoryStream<Path> shards = Files.newDirectoryStream(folder, "*.safetensors")) {
                shards.forEach(files::add);
            } catch (IOException | DirectoryIteratorException unreadable) {
                return List.copyOf(files);
            }
        }
        return List.copyOf(files);
    }
}
