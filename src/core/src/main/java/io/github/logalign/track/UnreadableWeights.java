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
import java.util.Set;
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

    private static final Set<String> ORBAX = Set.of("_CHECKPOINT_METADATA", "manifest.ocdbt", "ocdbt.process_0");

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
        if (name.endsWith(".distcp")) {
            return isOfMegatron(folder)
                    ? problem(folder, name, "a distributed checkpoint of Megatron",
                            "convert it with tools/checkpoint/convert.py of Megatron-LM, or AutoBridge of Megatron Bridge")
                    : problem(folder, name, "a checkpoint of torch.distributed.checkpoint",
                            "convert it: " + consolidation(folder, folder));
        }
        if (name.startsWith("pytorch_model_fsdp") && Files.isDirectory(entry)) {
            return problem(folder, name, "a checkpoint of FSDP", "convert it: " + consolidation(entry, folder));
        }
        if (ORBAX.contains(name)) {
            return problem(folder, name, "a checkpoint of Orbax",
                    "save its arrays: python -c \"import numpy as np, jax,"
                            + " orbax.checkpoint as ocp; t = ocp.PyTreeCheckpointer().restore('"
                            + PyTorch.argument(folder.toAbsolutePath(), FOLDER) + "'); np.savez('"
                            + PyTorch.argument(folder.resolve("model.npz"), "model.npz")
                            + "', **{jax.tree_util.keystr(p, simple=True, separator='.'): np.asarray(v)"
                            + " for p, v in jax.tree_util.tree_leaves_with_path(t)})\"");
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
        boolean isTensorFile = name.endsWith(".safetensors") || name.endsWith(".gguf") || name.endsWith(".onnx");
        if (isTensorFile && !name.startsWith("activations") && Files.isRegularFile(entry)) {
            return problem(folder, name, "weights under another name than model.safetensors",
                    "give their place with --pattern, or add model.safetensors.index.json if they are shards");
        }
        if (name.endsWith(".h5") || name.endsWith(".msgpack")) {
            return problem(folder, name, "weights in another format", "save them as model.safetensors");
        }
        return null;
    }

    /** The command of PyTorch that makes one file of a distributed checkpoint, under a name that is found. */
    private static String consolidation(Path shards, Path folder) {
        return "python -m torch.distributed.checkpoint.format_utils dcp_to_torch " + PyTorch.argument(shards, "SHARDS")
                + " "
                + PyTorch.argument(folder.resolve("pytorch_model.bin"), "pytorch_model.bin");
    }

    /** Megatron keeps what is no tensor in a file of its own. */
    private static boolean isOfMegatron(Path folder) {
        return Files.exists(folder.resolve("common.pt")) && Files.exists(folder.resolve("metadata.json"));
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
