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
 * Where the weights and activations of one training step are.
 *
 * @param step the training step
 * @param weights the file of the weights
 * @param activations the file of the activations, which need not exist yet; null if there is a problem
 * @param problem why the checkpoint cannot be scored, or null
 */
public record Checkpoint(long step, Path weights, @Nullable Path activations, @Nullable String problem) {

    /** Checks that nothing is missing. */
    public Checkpoint {
        Objects.requireNonNull(weights, "weights");
        if (activations == null && problem == null) {
            throw new IllegalArgumentException("a checkpoint without activations has a problem");
        }
    }

    /**
     * The files to watch while it is written: weights, activations, the config.json that is there, and beside the index of
     * a sharded model whatever may be a shard.
     *
     * @return in order; some may not be there yet
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
            } catch (IOException | DirectoryIteratorException notThere) {
                return List.copyOf(files);
            }
        }
        return List.copyOf(files);
    }
}
