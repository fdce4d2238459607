package io.github.logalign.experiments;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The groups of runs, each a folder with a folder and a series for each seed. */
enum Group {
    /** Modular addition with weight decay. */
    GROKKING("grokking", "grokking", "testLoss", true),
    /** Modular addition without weight decay. */
    CONTROL("control", "no weight decay", "testLoss", false),
    /** The language model on fresh text. */
    FRESH("repetition-1", "fresh text", "validationLoss", true),
    /** The language model that sees its text ten times. */
    TEN("repetition-10", "10 epochs", "validationLoss", false),
    /** The language model that sees its text thirty-one times. */
    THIRTY_ONE("repetition-31", "31 epochs", "validationLoss", false);

    private static final Pattern SEED = Pattern.compile("(seed-(\\d+))\\.json");

    private final String folder;
    final String label;
    /** The loss on data that the run is not trained on. */
    final String loss;
    /** Whether the runs generalise, so that an alarm is a false one. */
    final boolean healthy;

    Group(String folder, String label, String loss, boolean healthy) {
        this.folder = folder;
        this.label = label;
        this.loss = loss;
        this.healthy = healthy;
    }

    /** The name of its folder. */
    String folder() {
        return folder;
    }

    /** The group whose runs serve as baselines. */
    Group baselines() {
        return this == GROKKING || this == CONTROL ? GROKKING : FRESH;
    }

    /**
     * Reads the finished runs of this group: those with a series.
     *
     * @param runs the folder of all groups
     * @return the runs by seed, none if the group was not trained
     */
    List<LabRun> read(Path runs) throws IOException {
        Path group = runs.resolve(folder);
        List<LabRun> read = new ArrayList<>();
        if (!Files.isDirectory(group)) {
            return read;
        }
        try (Stream<Path> entries = Files.list(group)) {
            for (Path entry : entries.sorted().toList()) {
                Matcher seed = SEED.matcher(entry.getFileName().toString());
                if (seed.matches()) {
                    read.add(LabRun.read(
                            Integer.parseInt(seed.group(2)), entry,
                            group.resolve(seed.group(1)).resolve("metrics.csv")));
                }
            }
        }
        return read;
    }
}
