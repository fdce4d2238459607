package io.github.logalign.report;

import io.github.logalign.internal.io.Names;
import io.github.logalign.internal.io.Origin;
import io.github.logalign.internal.io.Reasons;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.tensorboard.EventScalars;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads the scalars of TensorBoard's event files as metrics: of one file, or of all files in and below a folder. */
final class EventMetrics {

    /** A run's folder holds those of its logs, which hold one for each writer: {@code runs/NAME/validation/FILE}. */
    private static final int DEEPEST = 4;

    private EventMetrics() {}

    /** Whether a path is a folder or an event file. */
    static boolean areIn(Path path) {
        return Files.isDirectory(path) || EventScalars.areIn(path);
    }

    /**
     * Reads event files.
     *
     * @param path a file, or a folder, whose files are merged in the order of their names. So are those of the folders in it;
     *     a tag that several of them have at one step gets the name of its folder
     * @param except a file to leave out of a folder, or null
     * @throws LogalignException if a file is damaged, or there are no scalars
     */
    static Metrics read(Path path, @Nullable Path except) {
        String where = Names.printable(path) + ": ";
        List<String> notes = new ArrayList<>();
        Map<String, Map<String, NavigableMap<Long, Double>>> byFolder = new LinkedHashMap<>();
        filesByFolder(path, except).forEach((folder, files) -> {
            String name = folder.equals(path) ? "" : path.relativize(folder) + "/";
            byFolder.put(name, curves(files, path, notes));
        });
        Map<String, NavigableMap<Long, Double>> curves = merged(byFolder);
        if (curves.isEmpty()) {
            throw new LogalignException(where + "there are no scalars; give event files of a run that has logged some");
        }
        return Metrics.of(curves, notes, where);
    }

    /** The curves of the files of one folder, by their tags. */
    private static Map<String, NavigableMap<Long, Double>> curves(List<Path> files, Path given, List<String> notes) {
        EventScalars scalars = new EventScalars();
        String where = Names.printable(files.size() == 1 || files.getFirst().getParent() == null
                ? files.getFirst()
                : files.getFirst().getParent()) + ": ";
        for (Path file : files) {
            // The writers of a run that has just begun hold back what they have.
            boolean empty = !file.equals(given) && isEmpty(file);
            if (empty || scalars.add(file)) {
                notes.add(Names.printable(file) + ": the last record is incomplete and was skipped");
            }
        }
        Map<String, NavigableMap<Long, Double>> curves = scalars.curves();
        Set<String> perRun = MetricNames.perRun(curves.keySet());
        curves.keySet().removeIf(tag -> MetricNames.isClock(tag) || perRun.contains(tag));
        scalars.infinite().forEach((tag, count) -> Metrics.noteInfinite(notes, where, tag, count));
        if (scalars.negativeSteps() > 0) {
            notes.add(where + scalars.negativeSteps() + (scalars.negativeSteps() == 1
                    ? " scalar has a negative step and was skipped"
                    : " scalars have negative steps and were skipped"));
        }
        Metrics.note(notes, where, scalars.others(), "skipped, since they are no scalars");
        Metrics.note(notes, where, new ArrayList<>(perRun), "skipped, values of the whole run");
        return curves;
    }

    private static Map<String, NavigableMap<Long, Double>> merged(
            Map<String, Map<String, NavigableMap<Long, Double>>> byFolder) {
        Map<String, NavigableMap<Long, Double>> all = new LinkedHashMap<>();
        Set<String> clashes = new HashSet<>();
        byFolder.values().forEach(curves -> curves.forEach((tag, curve) -> {
            NavigableMap<Long, Double> known = all.computeIfAbsent(tag, _ -> new TreeMap<>());
            if (!Collections.disjoint(known.keySet(), curve.keySet())) {
                clashes.add(tag);
            }
            known.putAll(curve);
        }));
        all.keySet().removeAll(clashes);
        byFolder.forEach((folder, curves) -> curves.forEach((tag, curve) -> {
            if (clashes.contains(tag)) {
                all.put(folder + tag, curve);
            }
        }));
        return all;
    }

    private static boolean isEmpty(Path file) {
        try {
            return Files.size(file) == 0;
        } catch (IOException unreadable) {
            return false;
        }
    }

    private static Map<Path, List<Path>> filesByFolder(Path path, @Nullable Path except) {
        if (!Files.isDirectory(path)) {
            return Map.of(path, List.of(path));
        }
        Map<Path, List<Path>> byFolder = new TreeMap<>();
        try (Stream<Path> all = Files.walk(path, DEEPEST)) {
            for (Path file : all.sorted().toList()) {
                boolean left = except != null && Files.exists(except) && Files.isSameFile(file, except);
                if (EventScalars.isCalledSo(file) && Files.isRegularFile(file) && !left) {
                    byFolder.computeIfAbsent(Objects.requireNonNull(file.getParent()), _ -> new ArrayList<>())
                            .add(file);
                }
            }
        } catch (UncheckedIOException failed) {
            throw unreadable(path, Objects.requireNonNull(failed.getCause()));
        } catch (IOException failed) {
            throw unreadable(path, failed);
        }
        if (byFolder.isEmpty()) {
            throw Origin.of(path).problem(
                    "the folder holds no event files, whose names contain \"" + EventScalars.IN_NAMES + "\""
                            + (except == null ? "" : ", but the one that is to be written"),
                    "name the folder in which they lie, or a file of metrics");
        }
        return byFolder;
    }

    private static LogalignException unreadable(Path folder, IOException failed) {
        return Origin.of(folder).problem("the folder cannot be read (" + Reasons.of(failed) + ")",
                "check its permissions", failed);
    }
}
