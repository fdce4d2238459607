package io.github.logalign.cli;

import io.github.logalign.internal.io.Names;
import io.github.logalign.track.Checkpoint;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Collapses messages that apply to many checkpoints: prints the first, and the number of the others at the end. */
final class Repeats {

    private static final String FILE = "\u0000";

    private final Map<String, Group> groups = new LinkedHashMap<>();

    /** Lines that are equal except for file names and numbers. */
    private static final class Group {
        private final String first;
        private int more;
        private long lowest = Long.MAX_VALUE;
        private long highest = Long.MIN_VALUE;

        Group(String first) {
            this.first = first;
        }
    }

    /**
     * Accepts a line about a layer of a checkpoint.
     *
     * @param start the start of the line, such as the status
     * @param layer the printable name of the layer; empty if the line is about the whole checkpoint
     * @param line the rest of the line
     * @return the line to print now; null if a similar line was printed already
     */
    @Nullable
    String report(String start, String layer, String line, Checkpoint checkpoint) {
        String key = start + FILE + layer + FILE + withoutNumbers(withoutFiles(line, checkpoint));
        String about = layer.isEmpty() ? start : start + layer + ": ";
        return report(key, new Group(about + "as at step " + checkpoint.step()), start + line, checkpoint.step());
    }

    /**
     * Accepts a line about a name that need not belong to a checkpoint.
     *
     * @return the line to print now; null if a similar line was printed already
     */
    @Nullable
    String report(String start, String line) {
        return report(start + FILE + withoutNumbers(line), new Group(start + line), start + line, -1);
    }

    private @Nullable String report(String key, Group first, String line, long step) {
        Group group = groups.putIfAbsent(key, first);
        if (group == null) {
            return line;
        }
        group.more++;
        group.lowest = Math.min(group.lowest, step);
        group.highest = Math.max(group.highest, step);
        return null;
    }

    /** Summarises the suppressed lines, one line per group, once. */
    List<String> more() {
        List<String> lines = new ArrayList<>();
        for (Group group : groups.values()) {
            if (group.more > 0) {
                lines.add(group.first + (group.lowest < 0
                        ? "; and " + group.more + " more like it"
                        : ", at " + count(group.more) + ", " + steps(group)));
                group.more = 0;
                group.lowest = Long.MAX_VALUE;
                group.highest = Long.MIN_VALUE;
            }
        }
        return lines;
    }

    private static String count(int more) {
        return more + (more == 1 ? " more checkpoint" : " more checkpoints");
    }

    private static String steps(Group group) {
        return group.lowest == group.highest
                ? "step " + group.lowest
                : "steps " + group.lowest + " to " + group.highest;
    }

    private static String withoutNumbers(String line) {
        return line.replaceAll("\\d+", "0");
    }

    /** Replaces longer names first, since shorter ones may be part of them. */
    private static String withoutFiles(String line, Checkpoint checkpoint) {
        String plain = line;
        Path activations = checkpoint.activations();
        Path folder = checkpoint.weights().getParent();
        for (Path path : new Path[]{activations, checkpoint.weights(), folder}) {
            if (path != null) {
                plain = plain.replace(Names.printable(path), FILE);
                if (!path.equals(folder)) {
                    plain = plain.replace(String.valueOf(path.getFileName()), FILE);
                }
            }
        }
        return plain.replace("step " + checkpoint.step(), FILE);
    }
}
