package io.github.logalign.track;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Tells whether the rows of a series are of the run that is looked at. Runs name their checkpoints alike, so that only
 * folders and the state of the files tell one from another.
 *
 * <p>Thread safety: immutable.
 *
 * @param other the folder of the run that the series is of, as its rows name it; null if that is the one looked at
 * @param moved whether the files of the other folder are the files here, under the same names
 */
public record SeriesOrigin(@Nullable Path other, boolean moved) {

    /**
     * Compares a series with a run.
     *
     * @param series the rows
     * @param run the folder of the run
     * @param checkpoints what lies in it
     * @param stamps gives the state of a checkpoint's files, or null; asked only for rows of another folder
     * @return where the rows come from
     */
    public static SeriesOrigin of(
            Series series, Path run, List<Checkpoint> checkpoints,
            Function<Checkpoint, @Nullable CheckpointStamp> stamps) {
        Map<Long, Checkpoint> byStep = new HashMap<>();
        checkpoints.forEach(checkpoint -> byStep.put(checkpoint.step(), checkpoint));
        Map<Long, @Nullable CheckpointStamp> known = new HashMap<>();
        Path other = null;
        boolean same = true;
        boolean evidence = false;
        for (SeriesRow row : series.rows()) {
            Checkpoint checkpoint = byStep.get(row.step());
            String weights = row.score().weights();
            if (isOf(run, weights, checkpoint)) {
                // A run that was moved has rows of both places once it has grown.
                evidence = true;
                continue;
            }
            Path name = checkpoint == null ? null : relative(run, checkpoint.weights());
            other = other == null ? folder(Path.of(weights), name, row.step()) : other;
            if (checkpoint != null && name != null && row.stamp() != null) {
                CheckpointStamp now = known.computeIfAbsent(row.step(), step -> stamps.apply(checkpoint));
                boolean equal = Path.of(weights).endsWith(name) && isOfSameFiles(row.stamp(), now);
                evidence |= equal;
                same &= equal;
            } else if (checkpoint != null && row.usableLar() != null) {
                same = false;
            }
        }
        return new SeriesOrigin(other, other != null && same && evidence);
    }

    /** Options that say how to read the files make another number, not another run. */
    private static boolean isOfSameFiles(CheckpointStamp then, @Nullable CheckpointStamp now) {
        return now != null && then.weights().equals(now.weights()) && then.activations().equals(now.activations());
    }

    private static boolean isOf(Path run, String weights, @Nullable Checkpoint checkpoint) {
        if (checkpoint != null && checkpoint.weights().toString().equals(weights)) {
            return true;
        }
        try {
            Path path = Path.of(weights);
            return absolute(path).startsWith(absolute(run)) || real(path).startsWith(real(run));
        } catch (InvalidPathException noPath) {
            return true;
        }
    }

    private static Path relative(Path run, Path file) {
        return absolute(run).relativize(absolute(file));
    }

    private static Path absolute(Path path) {
        return path.toAbsolutePath().normalize();
    }

    /** Without links, as far as the path is still there. */
    private static Path real(Path path) {
        for (Path at = absolute(path); at != null; at = at.getParent()) {
            if (Files.exists(at)) {
                try {
                    return at.toRealPath().resolve(at.relativize(absolute(path)).toString());
                } catch (IOException unreadable) {
                    return absolute(path);
                }
            }
        }
        return absolute(path);
    }

    /** The folder of a run: weights without their name in it, or without what looks like the folder of one checkpoint. */
    private static Path folder(Path weights, @Nullable Path name, long step) {
        Path folder = weights;
        if (name != null && weights.endsWith(name)) {
            for (int i = 0; i < name.getNameCount() && folder != null; i++) {
                folder = folder.getParent();
            }
        } else {
            folder = weights.getParent();
            if (folder != null && String.valueOf(folder.getFileName()).contains(Long.toString(step))) {
                folder = folder.getParent();
            }
        }
        return folder == null ? Path.of(".") : folder;
    }
}
