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
 * Whether the rows of a series belong to a given run. Different runs give their checkpoints the same names, so only the
 * folder and the state of the files distinguish them.
 *
 * <p>Thread safety: immutable.
 *
 * @param other the folder of the run that the series belongs to, as its rows name it; null if it is the given run
 * @param moved whether the given run holds the same files under the same names, so that the other folder was moved here
 */
public record SeriesOrigin(@Nullable Path other, boolean moved) {

    /**
     * Compares a series with a run.
     *
     * @param series the rows
     * @param run the folder of the run
     * @param checkpoints the checkpoints of the run
     * @param stamps returns the state of a checkpoint's files, or null; called only for rows of another folder
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
            String weights = row.score().info().weight().file();
            if (isOf(run, weights, checkpoint)) {
                // A run that was moved and then continued has rows of both folders.
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

    /** Compares the files only: other reading options change the scores, but it is the same run. */
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
        } catch (InvalidPathException notAPath) {
            return true;
        }
    }

    private static Path relative(Path run, Path file) {
        return absolute(run).relativize(absolute(file));
    }

    private static Path absolute(Path path) {
        return path.toAbsolutePath().normalize();
    }

    /** Resolves links as far as the path still exists. */
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

    /**
     * The folder of a run: the path of weights without their name in the run or, if that is unknown, without what looks
     * like the folder of a checkpoint.
     */
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
