package io.github.logalign.track;

import io.github.logalign.internal.io.Names;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.tensor.TensorFile;
import io.github.logalign.track.StepName.Word;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/** Collects what a scan finds, and reduces it to one checkpoint per step. */
final class CheckpointFinds {

    private final NavigableMap<Long, List<Find>> readable = new TreeMap<>();
    private final NavigableMap<Long, List<Find>> saved = new TreeMap<>();
    private final NavigableMap<Long, Checkpoint> unreadable = new TreeMap<>();
    private final List<String> problems = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private final List<String> leftovers = new ArrayList<>();

    /** Weights whose step is known. */
    private record Find(StepName.Found found, long step, Path weights, Path activations) {

        int version() {
            return found.version();
        }

        Word word() {
            return found.word();
        }
    }

    /** Adds weights whose step is read from a name. */
    void addByName(String name, Path weights, Path activations) {
        switch (StepName.of(name)) {
            case StepName.Found found -> add(found, weights, activations);
            case StepName.Ambiguous(List<String> candidates) ->
                problems.add(Names.printable(weights) + ": the step may be " + Names.listed(candidates, "or")
                        + "; choose one with --pattern, with {step} in its place");
            case StepName.Unknown(String token) ->
                problems.add(Names.printable(weights) + ": \"" + Names.printable(token)
                        + "\" cannot be read as a step; write whole numbers such as 1500, 1,500, 1e3 or 2M, or show "
                        + "the place of the step with --pattern");
            case StepName.None none -> {
                Optional<String> step = stepInMetadata(weights).or(() -> stepInMetadata(activations));
                if (step.isPresent()) {
                    addByDigits(step.get().strip(), weights, activations);
                } else {
                    problems.add(Names.printable(weights) + ": neither the name nor the metadata contains the step; "
                            + "rename it, or show the place of the step with --pattern");
                }
            }
        }
    }

    /** Adds weights whose step is known. */
    void addByDigits(String digits, Path weights, Path activations) {
        add(new StepName.Found(digits, 0, Word.STEP, ""), weights, activations);
    }

    private void add(StepName.Found found, Path weights, Path activations) {
        long step = step(found.digits());
        if (step < 0) {
            problems.add(Names.printable(weights) + ": \"" + Names.printable(found.digits())
                    + "\" is not a training step; rename the checkpoint");
            return;
        }
        readable.computeIfAbsent(step, newStep -> new ArrayList<>())
                .add(new Find(found, step, weights, activations));
    }

    /**
     * Adds a file of torch.save if its name contains the step with a word for steps. Another file of the same step goes before:
     * the one may be a copy of the other.
     */
    void addSaved(String name, Path weights, Path activations) {
        if (StepName.of(name) instanceof StepName.Found found && found.word() == Word.STEP) {
            long step = step(found.digits());
            if (step >= 0) {
                saved.computeIfAbsent(step, newStep -> new ArrayList<>())
                        .add(new Find(found, step, weights, activations));
            }
        }
    }

    /** Adds an unreadable checkpoint if its name contains the step with a word for steps. */
    void addUnreadable(String name, Path path, String problem) {
        if (StepName.of(name) instanceof StepName.Found found && found.word() == Word.STEP) {
            long step = step(found.digits());
            if (step >= 0) {
                unreadable.putIfAbsent(step, new Checkpoint(step, path, null, problem));
            }
        }
    }

    /** Adds a line about a temporary file or folder. */
    void addLeftover(String line) {
        leftovers.add(line);
    }

    private static long step(String digits) {
        try {
            return Long.parseLong(digits);
        } catch (NumberFormatException notANumber) {
            return -1;
        }
    }

    /** The result of the scan, with one checkpoint per step. */
    RunFolder.Scan scan() {
        NavigableMap<Long, Checkpoint> checkpoints = new TreeMap<>(unreadable);
        saved.forEach(readable::putIfAbsent);
        leaveEpochsAmongSteps();
        leaveCountsWithinEpochs();
        for (List<Find> finds : readable.values()) {
            Checkpoint checkpoint = one(finds);
            checkpoints.put(checkpoint.step(), checkpoint);
        }
        return new RunFolder.Scan(new ArrayList<>(checkpoints.values()), problems, notes, leftovers);
    }

    /** An epoch is used as the step only if no name in the run contains a step. */
    private void leaveEpochsAmongSteps() {
        List<Find> epochs = all().stream().filter(find -> find.word() == Word.EPOCH).toList();
        if (epochs.isEmpty()) {
            return;
        }
        Path example = epochs.getFirst().weights();
        if (epochs.size() == all().size()) {
            notes.add(Names.printable(example) + ": the name contains an epoch but no step; epochs are used as steps");
            return;
        }
        for (Find find : epochs) {
            problems.add(
                    Names.printable(find.weights()) + ": the name contains only the epoch, while other names of the "
                            + "run contain steps; rename it, or show the place of the step with --pattern");
        }
        readable.values().forEach(finds -> finds.removeIf(find -> find.word() == Word.EPOCH));
        readable.values().removeIf(List::isEmpty);
    }

    /** Numbers that restart at each epoch would sort wrongly as steps. */
    private void leaveCountsWithinEpochs() {
        List<Find> counted = new ArrayList<>(all().stream().filter(find -> !find.found().epoch().isEmpty()).toList());
        counted.sort(Comparator.comparing((Find find) -> new BigInteger(find.found().epoch()))
                .thenComparingLong(Find::step));
        Find highest = null;
        Find highestBefore = null;
        for (Find find : counted) {
            if (highest != null && !highest.found().epoch().equals(find.found().epoch())) {
                highestBefore = highest;
            }
            if (highestBefore != null && find.step() <= highestBefore.step()) {
                problems.add(Names.printable(find.weights()) + ": belongs to a later epoch than "
                        + Names.printable(highestBefore.weights())
                        + ", but its number is not higher: the numbers in these names restart at each epoch, so they "
                        + "are not steps; rename the checkpoints by the step of the whole run");
                readable.values().forEach(finds -> finds.removeAll(counted));
                readable.values().removeIf(List::isEmpty);
                return;
            }
            highest = highest == null || find.step() > highest.step() ? find : highest;
        }
    }

    private List<Find> all() {
        return readable.values().stream().flatMap(List::stream).toList();
    }

    /** The latest version of a step; a checkpoint with a problem if several claim the step. */
    private Checkpoint one(List<Find> finds) {
        Find first = finds.getFirst();
        if (finds.size() == 1) {
            return checkpoint(first);
        }
        Map<Integer, Find> byVersion = new TreeMap<>();
        finds.forEach(find -> byVersion.put(find.version(), find));
        if (byVersion.size() < finds.size()) {
            Path second = finds.get(1).weights();
            return new Checkpoint(first.step(), second, null, Names.printable(second) + ": has step " + first.step()
                    + ", and so has " + Names.printable(first.weights()) + "; remove or rename one");
        }
        Find latest = finds.stream().reduce((a, b) -> a.version() > b.version() ? a : b).orElse(first);
        finds.stream().filter(find -> find.version() < latest.version())
                .forEach(older -> notes
                        .add(Names.printable(older.weights()) + ": skipped, " + Names.printable(latest.weights())
                                + " is the later version of step " + older.step()));
        return checkpoint(latest);
    }

    private static Checkpoint checkpoint(Find find) {
        return new Checkpoint(find.step(), find.weights(), find.activations(), null);
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
