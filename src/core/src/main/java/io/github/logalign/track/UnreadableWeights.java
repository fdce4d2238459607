package io.github.logalign.track;

import io.github.logalign.internal.io.Names;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.tensor.PyTorch;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Recognises checkpoints in formats that logalign does not read, and says how to convert them. */
final class UnreadableWeights {

    /** Placeholder for the folder of a checkpoint whose path cannot be quoted in a command. */
    private static final String FOLDER = "CHECKPOINT";

    /**
     * Files that accompany weights. A folder that holds nothing else, or is empty, is a checkpoint whose weights are
     * missing.
     */
    private static final Pattern COMPANION = Pattern
            .compile("config\\.json|generation_config\\.json|trainer_state\\.json"
                    + "|training_args\\.bin|optimizer\\.(?:pt|bin)|scheduler\\.(?:pt|bin)|rng_state.*\\.pth"
                    + "|activations\\.safetensors|\\.metadata");

    private UnreadableWeights() {}

    /**
     * Describes a folder without readable weights.
     *
     * @return the problem and its remedy in one line; null if the folder does not look like a checkpoint
     */
    static @Nullable String inFolder(Path folder) {
        List<Path> entries = entries(folder);
        for (Path entry : entries) {
            String problem = inFolder(folder, entry);
            if (problem != null) {
                return problem;
            }
        }
        List<Path> saved = TorchWeights.in(folder);
        if (saved.size() > 1) {
            return problem(folder, name(saved.get(0)) + " and " + name(saved.get(1)),
                    "which may be the weights both", "choose one with --pattern");
        }
        boolean companions = entries.stream().anyMatch(entry -> COMPANION.matcher(name(entry)).matches());
        return companions || entries.isEmpty()
                ? Names.printable(folder)
                        + ": it holds no weights; save model.safetensors, or model.safetensors.index.json with its "
                        + "shards, in it"
                : null;
    }

    private static @Nullable String inFolder(Path folder, Path entry) {
        String name = name(entry);
        String shown = PyTorch.argument(folder, FOLDER);
        if (name.endsWith(".distcp") || (name.startsWith("pytorch_model_fsdp") && Files.isDirectory(entry))) {
            Path merged = name.endsWith(".distcp") ? folder : entry;
            return problem(folder, name, "a distributed PyTorch checkpoint",
                    "convert it: accelerate merge-weights " + PyTorch.argument(merged, "SHARDS") + " " + shown);
        }
        if (name.matches("global_step\\d+") && Files.isDirectory(entry)) {
            return problem(folder, name, "a DeepSpeed checkpoint", "convert it: python "
                    + PyTorch.argument(folder.resolve("zero_to_fp32.py"), "zero_to_fp32.py") + " " + shown + " " + shown
                    + " --safe_serialization");
        }
        if (name.startsWith("mp_rank_") || name.startsWith("zero_pp_rank_")) {
            return problem(folder, name, "a DeepSpeed or Megatron checkpoint",
                    "convert it to safetensors; for DeepSpeed:"
                            + " python zero_to_fp32.py RUN OUT --safe_serialization --tag "
                            + PyTorch.argument(Path.of(name(folder)), "TAG"));
        }
        if (name.endsWith(".safetensors") && !name.startsWith("activations") && Files.isRegularFile(entry)) {
            return problem(folder, name, "weights under another name than model.safetensors",
                    "give their place with --pattern, or add model.safetensors.index.json if they are shards");
        }
        if (name.endsWith(".gguf") || name.endsWith(".h5") || name.endsWith(".msgpack") || name.endsWith(".onnx")) {
            return problem(folder, name, "weights in another format", "save them as model.safetensors");
        }
        return null;
    }

    private static String problem(Path folder, String found, String what, String remedy) {
        return Names.printable(folder) + ": it holds " + Names.printable(found) + ", " + what
                + ", and nothing that can be"
                + " read; " + remedy;
    }

    private static List<Path> entries(Path folder) {
        List<Path> entries = new ArrayList<>();
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder)) {
            stream.forEach(entries::add);
        } catch (IOException | DirectoryIteratorException failed) {
            throw new LogalignException(
                    Names.printable(folder) + ": the folder cannot be read; check its permissions", failed);
        }
        entries.sort(null);
        return entries;
    }

    private static String name(Path path) {
        return String.valueOf(path.getFileName());
    }
}
