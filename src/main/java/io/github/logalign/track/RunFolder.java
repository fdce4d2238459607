package io.github.logalign.track;

import io.github.logalign.LogalignException;
import io.github.logalign.tensor.Names;
import io.github.logalign.tensor.TensorFile;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The checkpoints of a run, found by their names:
 *
 * <ul>
 *   <li>files {@code step_02000.weights.safetensors} with {@code step_02000.activations.safetensors}, whatever stands before
 *       the digits;
 *   <li>folders {@code checkpoint-2000} with {@code model.safetensors}, or {@code model.safetensors.index.json}, and
 *       {@code activations.safetensors} in it, whatever stands before the digits;
 *   <li>or weights that fit a pattern such as {@code ckpt-{step}/weights.safetensors}. Their activations have the same name
 *       with the last "weights" in it replaced by "activations", or else are {@code activations.safetensors} beside.
 * </ul>
 *
 * <p>Where a name holds no digits, the step is what the safetensors metadata of the weights or the activations calls
 * {@code step}. Hidden files, and those that end in {@code .tmp}, are not there yet.
 *
 * <p>Thread safety: immutable; every scan looks anew.
 */
public final class RunFolder {

    private static final Pattern WEIGHTS_FILE = Pattern.compile("(.*)\\.weights\\.safetensors");
    private static final Pattern LAST_DIGITS = Pattern.compile(".*?(\\d+)");
    private static final List<String> MODEL_FILES = List.of("model.safetensors", "model.safetensors.index.json");
    private static final String ACTIVATIONS = "activations";
    private static final String ACTIVATIONS_FILE = "activations.safetensors";
    private static final String WEIGHTS = "weights";

    private final Path folder;
    private final @Nullable StepPattern pattern;

    private RunFolder(Path folder, @Nullable StepPattern pattern) {
        this.folder = folder;
        this.pattern = pattern;
    }

    /**
     * What a scan found.
     *
     * @param checkpoints sorted by step as a number, each step once
     * @param problems what looks like a checkpoint but has no step, one line each
     */
    public record Scan(List<Checkpoint> checkpoints, List<String> problems) {

        /** Copies the lists. */
        public Scan {
            checkpoints = List.copyOf(checkpoints);
            problems = List.copyOf(problems);
        }
    }

    /**
     * A run.
     *
     * @param folder its folder
     * @param pattern where the weights are, or null for the usual names
     * @return the run
     * @throws IllegalArgumentException if the pattern does not hold {@code {step}} just once, or leads out of the folder
     */
    public static RunFolder of(Path folder, @Nullable String pattern) {
        return new RunFolder(folder, pattern == null ? null : new StepPattern(pattern));
    }

    /**
     * Looks which checkpoints there are.
     *
     * @return the checkpoints, maybe none
     * @throws LogalignException if the folder cannot be read
     */
    public Scan scan() {
        Finds finds = new Finds();
        if (pattern == null) {
            scanUsualNames(finds);
        } else {
            scanPattern(folder, "", pattern, 1, finds);
        }
        return new Scan(new ArrayList<>(finds.checkpoints()), finds.problems);
    }

    private void scanUsualNames(Finds finds) {
        for (Path entry : entries(folder)) {
            String name = name(entry);
            Matcher file = WEIGHTS_FILE.matcher(name);
            if (file.matches() && Files.isRegularFile(entry)) {
                String stem = file.group(1);
                finds.add(stem, entry, folder.resolve(stem + "." + ACTIVATIONS + ".safetensors"));
            } else if (Files.isDirectory(entry)) {
                for (String model : MODEL_FILES) {
                    Path weights = entry.resolve(model);
                    if (Files.isRegularFile(weights)) {
                        finds.add(name, weights, entry.resolve(ACTIVATIONS_FILE));
                        break;
                    }
                }
            }
        }
    }

    private static void scanPattern(Path in, String before, StepPattern pattern, int depth, Finds finds) {
        for (Path entry : entries(in)) {
            String path = before + name(entry);
            if (depth < pattern.depth()) {
                if (Files.isDirectory(entry)) {
                    scanPattern(entry, path + "/", pattern, depth + 1, finds);
                }
                continue;
            }
            String digits = pattern.stepIn(path);
            if (digits != null && Files.isRegularFile(entry)) {
                finds.add(digits, entry, activationsOf(entry));
            }
        }
    }

    private static Path activationsOf(Path weights) {
        String name = name(weights);
        int at = name.lastIndexOf(WEIGHTS);
        if (at >= 0) {
            Path twin = weights
                    .resolveSibling(name.substring(0, at) + ACTIVATIONS + name.substring(at + WEIGHTS.length()));
            if (Files.exists(twin)) {
                return twin;
            }
        }
        return weights.resolveSibling(ACTIVATIONS_FILE);
    }

    private static List<Path> entries(Path in) {
        List<Path> entries = new ArrayList<>();
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(in)) {
            for (Path entry : stream) {
                String name = name(entry);
                if (!name.startsWith(".") && !name.endsWith(".tmp")) {
                    entries.add(entry);
                }
            }
        } catch (IOException | java.nio.file.DirectoryIteratorException failed) {
            throw new LogalignException(
                    Names.printable(in) + ": the folder of a run cannot be read; check that it exists and is a folder",
                    failed);
        }
        entries.sort(null);
        return entries;
    }

    private static String name(Path path) {
        Path name = path.getFileName();
        return name == null ? "" : name.toString();
    }

    /** What was found so far. */
    private static final class Finds {

        private final NavigableMap<Long, Checkpoint> byStep = new TreeMap<>();
        private final List<String> problems = new ArrayList<>();

        /**
         * Takes weights.
         *
         * @param named what ends in the digits of the step, if the name has any
         */
        void add(String named, Path weights, Path activations) {
            Matcher digits = LAST_DIGITS.matcher(named);
            Optional<String> text = digits.matches()
                    ? Optional.of(digits.group(1))
                    : stepInMetadata(weights).or(() -> stepInMetadata(activations));
            if (text.isEmpty()) {
                problems.add(
                        Names.printable(weights) + ": neither the name nor the metadata tells the step; rename it, or"
                                + " say where the step is with --pattern");
                return;
            }
            long step;
            try {
                step = Long.parseLong(text.get().strip());
            } catch (NumberFormatException notOne) {
                step = -1;
            }
            if (step < 0) {
                problems.add(Names.printable(weights) + ": \"" + Names.printable(text.get())
                        + "\" is no training step; rename the checkpoint");
                return;
            }
            Checkpoint other = byStep.get(step);
            if (other == null) {
                byStep.put(step, new Checkpoint(step, weights, activations, null));
            } else if (other.problem() == null) {
                String problem = Names.printable(weights) + ": is of step " + step + ", and so is "
                        + Names.printable(other.weights()) + "; remove or rename one";
                byStep.put(step, new Checkpoint(step, weights, null, problem));
            }
        }

        Collection<Checkpoint> checkpoints() {
            return byStep.values();
        }

        private static Optional<String> stepInMetadata(Path path) {
            if (!Files.isRegularFile(path)) {
                return Optional.empty();
            }
            try (TensorFile file = TensorFile.open(path)) {
                return Optional.ofNullable(file.metadata().get("step"));
            } catch (LogalignException unreadable) {
                return Optional.empty();
            }
        }
    }
}
