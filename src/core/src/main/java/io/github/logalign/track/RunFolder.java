package io.github.logalign.track;

import io.github.logalign.internal.check.Arguments;
import io.github.logalign.internal.io.Names;
import io.github.logalign.matrix.LogalignException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The checkpoints of a run, found by their names:
 *
 * <ul>
 *   <li>files {@code step_02000.weights.safetensors} with {@code step_02000.activations.safetensors};
 *   <li>folders {@code checkpoint-2000} with {@code model.safetensors}, or {@code model.safetensors.index.json}, and
 *       {@code activations.safetensors} in it;
 *   <li>files and folders in which torch.save left the weights: {@code step_2000.pt}, {@code epoch=0-step=2000.ckpt} with
 *       {@code epoch=0-step=2000.activations.safetensors}, or {@code checkpoint-2000} with {@code pytorch_model.bin} or one
 *       file that ends in ckpt, pt, pth or bin;
 *   <li>or weights that match a pattern such as {@code ckpt-{step}/weights.safetensors}. Their activations have the
 *       same name with the last "weights" replaced by "activations"; otherwise they are in
 *       {@code activations.safetensors} in the same folder.
 * </ul>
 *
 * <p>Activations may end in {@code .pt} or {@code .npz} as well.
 *
 * <p>The step is the number beside a word such as step, checkpoint or iter, otherwise the only number in the name;
 * versions, ranks, shards, dates and losses do not count. If the name contains no such number, the step is the entry
 * {@code step} in the safetensors metadata of the weights or the activations. Of several versions of a file
 * ({@code step=100-v1}) the latest is used.
 *
 * <p>Temporary files and folders ({@code tmp-checkpoint-1000}, hidden ones, those that end in {@code .tmp}) and links
 * to another entry of the folder ({@code latest}) are skipped. Checkpoints in formats that logalign does not read are
 * listed with a problem.
 *
 * <p>Thread safety: immutable; every scan reads the folder again.
 */
public final class RunFolder {

    private static final Pattern WEIGHTS_FILE = Pattern.compile("(.*)\\.weights\\.safetensors");
    private static final List<String> MODEL_FILES = List.of(
            "model.safetensors", "model.safetensors.index.json", "pytorch_model.bin", "pytorch_model.bin.index.json",
            "adapter_model.safetensors", "adapter_model.bin");
    private static final String ACTIVATIONS = "activations";
    private static final List<String> ENDINGS = List.of(".safetensors", ".pt", ".npz");
    private static final String WEIGHTS = "weights";

    private final Path folder;
    private final @Nullable StepPattern pattern;

    private RunFolder(Path folder, @Nullable StepPattern pattern) {
        this.folder = folder;
        this.pattern = pattern;
    }

    /**
     * The result of a scan.
     *
     * @param checkpoints the checkpoints, sorted numerically by step, one per step
     * @param problems entries that look like a checkpoint but have no usable step, one line each
     * @param notes assumptions that were made, one line each
     * @param leftovers entries that look like a checkpoint but have the name of a temporary one, one line each
     */
    public record Scan(
            List<Checkpoint> checkpoints, List<String> problems, List<String> notes, List<String> leftovers) {

        /** Copies the lists. */
        public Scan {
            checkpoints = List.copyOf(checkpoints);
            problems = List.copyOf(problems);
            notes = List.copyOf(notes);
            leftovers = List.copyOf(leftovers);
        }
    }

    /**
     * Describes a run.
     *
     * @param folder the folder of the run
     * @param pattern the pattern for the paths of the weights, or null for the usual names
     * @return the run
     * @throws IllegalArgumentException if the pattern does not contain {@code {step}} exactly once, or leads out of the
     *     folder
     */
    public static RunFolder of(Path folder, @Nullable String pattern) {
        return new RunFolder(folder, pattern == null ? null : new StepPattern(pattern));
    }

    /**
     * Finds the checkpoints of the run.
     *
     * @return the checkpoints found, with problems and notes
     * @throws LogalignException if the folder cannot be read
     */
    public Scan scan() {
        CheckpointFinds finds = new CheckpointFinds();
        if (pattern == null) {
            scanUsualNames(finds);
        } else {
            scanPattern(folder, "", pattern, 1, finds);
        }
        return finds.scan();
    }

    private void scanUsualNames(CheckpointFinds finds) {
        for (Path entry : entries(folder)) {
            String name = name(entry);
            if (isLinkToNeighbour(entry)) {
                continue;
            }
            if (Leftover.is(name)) {
                if (Files.isDirectory(entry) && weightsIn(entry).isPresent()) {
                    finds.addLeftover(Names.printable(entry) + ": skipped, its name marks it as temporary");
                }
                continue;
            }
            Matcher file = WEIGHTS_FILE.matcher(name);
            if (file.matches() && Files.isRegularFile(entry)) {
                String stem = file.group(1);
                finds.addByName(stem, entry, activations(folder, stem + "."));
            } else if (Files.isDirectory(entry)) {
                addFolder(name, entry, finds);
            } else {
                TorchWeights.stem(entry)
                        .ifPresent(stem -> finds.addSaved(stem, entry, activations(folder, stem + ".")));
            }
        }
    }

    private static void addFolder(String name, Path entry, CheckpointFinds finds) {
        Optional<Path> weights = weightsIn(entry);
        if (weights.isPresent()) {
            finds.addByName(name, weights.get(), activationsIn(entry));
            return;
        }
        whyNoWeightsIn(entry).ifPresent(problem -> finds.addUnreadable(name, entry, problem));
    }

    /**
     * The weights of a checkpoint in a folder of its own.
     *
     * @param entry the folder
     * @return the file with a usual name, or the only one that torch.save may have left; empty if there is none
     */
    public static Optional<Path> weightsIn(Path entry) {
        Arguments.required(entry, "entry");
        Optional<Path> usual = MODEL_FILES.stream().map(entry::resolve).filter(Files::isRegularFile).findFirst();
        if (usual.isPresent()) {
            return usual;
        }
        List<Path> saved = TorchWeights.in(entry);
        return saved.size() == 1 ? Optional.of(saved.getFirst()) : Optional.empty();
    }

    /**
     * Why a folder holds no weights that can be read.
     *
     * @param entry a folder in which {@link #weightsIn} finds none
     * @return one line that names what it holds instead, and how to convert it; empty if it does not look like a checkpoint
     * @throws LogalignException if the folder cannot be read
     */
    public static Optional<String> whyNoWeightsIn(Path entry) {
        return Optional.ofNullable(UnreadableWeights.inFolder(Arguments.required(entry, "entry")));
    }

    /**
     * The activations of a checkpoint in a folder of its own.
     *
     * @param entry the folder
     * @return the file with a usual name; where there is none, that which is expected
     */
    public static Path activationsIn(Path entry) {
        return activations(Arguments.required(entry, "entry"), "");
    }

    /** The activations in a folder, or where they are expected. */
    private static Path activations(Path in, String prefix) {
        return ENDINGS.stream().map(ending -> in.resolve(prefix + ACTIVATIONS + ending)).filter(Files::exists)
                .findFirst().orElse(in.resolve(prefix + ACTIVATIONS + ENDINGS.getFirst()));
    }

    /** Whether an entry, such as latest, links to another one, which is found under its own name. */
    private boolean isLinkToNeighbour(Path entry) {
        if (!Files.isSymbolicLink(entry)) {
            return false;
        }
        try {
            Path target = entry.toRealPath();
            return folder.toRealPath().equals(target.getParent()) && !Leftover.is(name(target));
        } catch (IOException dangling) {
            return false;
        }
    }

    private static void scanPattern(Path in, String before, StepPattern pattern, int depth, CheckpointFinds finds) {
        for (Path entry : entries(in)) {
            String path = before + name(entry);
            if (Leftover.is(name(entry)) && !pattern.namesTemporaries()) {
                continue;
            }
            if (depth < pattern.depth()) {
                if (Files.isDirectory(entry)) {
                    scanPattern(entry, path + "/", pattern, depth + 1, finds);
                }
                continue;
            }
            String digits = pattern.stepIn(path);
            if (digits != null && Files.isRegularFile(entry)) {
                finds.addByDigits(digits, entry, activationsOf(entry));
            }
        }
    }

    private static Path activationsOf(Path weights) {
        String name = name(weights);
        int at = name.lastIndexOf(WEIGHTS);
        Path common = activations(weights.resolveSibling(""), "");
        if (at < 0) {
            return common;
        }
        Path twin = weights.resolveSibling(name.substring(0, at) + ACTIVATIONS + name.substring(at + WEIGHTS.length()));
        // If neither exists yet, expect the file that belongs to these weights alone.
        return Files.exists(twin) || !Files.exists(common) ? twin : common;
    }

    private static List<Path> entries(Path in) {
        List<Path> entries = new ArrayList<>();
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(in)) {
            for (Path entry : stream) {
                if (!Leftover.isHidden(name(entry))) {
                    entries.add(entry);
                }
            }
        } catch (IOException | java.nio.file.DirectoryIteratorException failed) {
            throw new LogalignException(
                    Names.printable(in) + ": the folder of the run cannot be read; check that it exists and is a "
                            + "folder",
                    failed);
        }
        entries.sort(null);
        return entries;
    }

    private static String name(Path path) {
        Path name = path.getFileName();
        return name == null ? "" : name.toString();
    }
}
