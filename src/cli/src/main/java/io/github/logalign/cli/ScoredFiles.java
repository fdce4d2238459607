package io.github.logalign.cli;

import io.github.logalign.internal.io.Names;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.track.RunFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** The weights and the activations, by options, as two files, or as the folder that holds both. */
final class ScoredFiles {

    @Reads
    @Parameters(index = "0..1", arity = "0..1", paramLabel = "WEIGHTS ACTIVATIONS|FOLDER",
            description = "The two files, in place of the options; or the folder of a checkpoint that holds both, such as "
                    + "model.safetensors and activations.safetensors.")
    private List<Path> files = new ArrayList<>();

    @Reads
    @Option(names = "--weights", paramLabel = "FILE|INDEX",
            description = "safetensors, the index.json of a sharded checkpoint, torch.save, npy, npz or ONNX.")
    private @Nullable Path weights;

    @Reads
    @Option(names = "--activations", paramLabel = "FILE",
            description = "Inputs of layers, each [tokens, n], in a file of one of these formats.")
    private @Nullable Path activations;

    boolean areGiven() {
        return weights != null || activations != null || !files.isEmpty();
    }

    /**
     * The weights.
     *
     * @throws LogalignException if a folder holds none
     */
    Path weights(CommandLine commandLine) {
        if (files.isEmpty()) {
            return required(commandLine, weights, "--weights=<FILE|INDEX>");
        }
        checkAlone(commandLine);
        Path first = files.getFirst();
        return isFolder()
                ? RunFolder.weightsIn(first).orElseThrow(() -> new LogalignException(
                        RunFolder.whyNoWeightsIn(first).orElse(Names.printable(first)
                                + ": it holds no weights under a usual name, such as model.safetensors; name the file, and"
                                + " that of the activations")))
                : first;
    }

    /** The activations, which need not exist. */
    Path activations(CommandLine commandLine) {
        if (files.isEmpty()) {
            return required(commandLine, activations, "--activations=<FILE>");
        }
        return isFolder() ? RunFolder.activationsIn(files.getFirst()) : files.getLast();
    }

    private boolean isFolder() {
        return files.size() == 1 && Files.isDirectory(files.getFirst());
    }

    private void checkAlone(CommandLine commandLine) {
        if (weights != null || activations != null) {
            throw new ParameterException(commandLine,
                    "name the files either with --weights and --activations or without, not both ways");
        }
        if (files.size() == 1 && !isFolder()) {
            throw new ParameterException(commandLine, Names.printable(files.getFirst())
                    + " is no folder: name the file of the activations after it");
        }
    }

    private static Path required(CommandLine commandLine, @Nullable Path path, String option) {
        if (path == null) {
            throw new ParameterException(commandLine, "Missing required option: '" + option + "'");
        }
        return path;
    }
}
