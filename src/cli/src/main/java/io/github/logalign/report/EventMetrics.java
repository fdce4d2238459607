package io.github.logalign.report;

import io.github.logalign.internal.io.Names;
import io.github.logalign.internal.io.Origin;
import io.github.logalign.internal.io.Reasons;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.tensorboard.EventScalars;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads the scalars of TensorBoard's event files as metrics: of one file, or of all files in a folder. */
final class EventMetrics {

    private EventMetrics() {}

    /** Whether a path is a folder or an event file. */
    static boolean areIn(Path path) {
        return Files.isDirectory(path) || EventScalars.areIn(path);
    }

    /**
     * Reads event files.
     *
     * @param path a file, or a folder, whose files are merged in the order of their names
     * @param except a file to leave out of a folder, or null
     * @throws LogalignException if a file is damaged, or there are no scalars
     */
    static Metrics read(Path path, @Nullable Path except) {
        EventScalars scalars = new EventScalars();
        String where = Names.printable(path) + ": ";
        List<String> notes = new ArrayList<>();
        for (Path file : files(path, except)) {
            // The writers of a run that has just begun hold back what they have.
            boolean empty = !file.equals(path) && isEmpty(file);
            if (empty || scalars.add(file)) {
                notes.add(Names.printable(file) + ": the last record is incomplete and was skipped");
            }
        }
        Map<String, NavigableMap<Long, Double>> curves = scalars.curves();
        Set<String> perRun = MetricNames.perRun(curves.keySet());
        curves.keySet().removeIf(tag -> MetricNames.isClock(tag) || perRun.contains(tag));
        if (curves.isEmpty()) {
            throw new LogalignException(where + "there are no scalars; give event files of a run that has logged some");
        }
        scalars.infinite().forEach((tag, count) -> Metrics.noteInfinite(notes, where, tag, count));
        if (scalars.negativeSteps() > 0) {
            notes.add(where + scalars.negativeSteps() + (scalars.negativeSteps() == 1
                    ? " scalar has a negative step and was skipped"
                    : " scalars have negative steps and were skipped"));
        }
        Metrics.note(notes, where, scalars.others(), "skipped, since they are no scalars");
        Metrics.note(notes, where, new ArrayList<>(perRun), "skipped, values of the whole run");
        return Metrics.of(curves, notes, where);
    }

    private static boolean isEmpty(Path file) {
        try {
            return Files.size(file) == 0;
        } catch (IOException unreadable) {
            return false;
        }
    }

    private static List<Path> files(Path path, @Nullable Path except) {
        if (!Files.isDirectory(path)) {
            return List.of(path);
        }
        List<Path> files = new ArrayList<>();
        try (Stream<Path> all = Files.list(path)) {
            for (Path file : all.sorted().toList()) {
                boolean left = except != null && Files.exists(except) && Files.isSameFile(file, except);
                if (EventScalars.isCalledSo(file) && Files.isRegularFile(file) && !left) {
                    files.add(file);
                }
            }
        } catch (IOException failed) {
            throw Origin.of(path).problem("the folder cannot be read (" + Reasons.of(failed) + ")",
                    "check its permissions", failed);
        }
        if (files.isEmpty()) {
            throw Origin.of(path).problem(
                    "the folder holds no event files, whose names contain \"" + EventScalars.IN_NAMES + "\""
                            + (except == null ? "" : ", but the one that is to be written"),
                    "name the folder in which they lie, or a file of metrics");
        }
        return files;
    }
}
