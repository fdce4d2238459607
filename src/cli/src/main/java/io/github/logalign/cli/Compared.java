package io.github.logalign.cli;

import io.github.logalign.internal.io.Names;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.report.SampleFile;
import io.github.logalign.report.SeriesFile;
import io.github.logalign.track.Checkpoint;
import io.github.logalign.track.LayerSample;
import io.github.logalign.track.RunFolder;
import io.github.logalign.track.Series;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One side of a comparison: a run, or one of its checkpoints.
 *
 * @param run the folder of the run, or a series of it that track wrote
 * @param step the step of the checkpoint; null for all
 */
record Compared(Path run, @Nullable Long step) {

    private static final Pattern AT_STEP = Pattern.compile("(.+)@([0-9]{1,18})");
    private static final int SHOWN = 8;

    /** Reads {@code RUN} or {@code RUN@STEP}; a folder whose name has that form is that folder. */
    static Compared parse(String text) {
        Matcher atStep = AT_STEP.matcher(text);
        return !Files.exists(Path.of(text)) && atStep.matches()
                ? new Compared(Path.of(atStep.group(1)), Long.valueOf(atStep.group(2)))
                : new Compared(Path.of(text), null);
    }

    /** Whether it is a series, beside which its samples are. */
    boolean isSeries() {
        return Files.isRegularFile(run) && SeriesFile.isSeriesName(run);
    }

    /**
     * The samples beside a series.
     *
     * @throws LogalignException if there are none
     */
    List<LayerSample> samples() {
        Path file = SampleFile.beside(run);
        Series series = SeriesFile.read(run);
        List<LayerSample> samples = series.own(SampleFile.read(file));
        if (samples.isEmpty()) {
            throw new LogalignException(Names.printable(run) + ": " + Names.printable(file) + " beside it "
                    + (Files.exists(file) ? "has nothing of its rows" : "is missing")
                    + "; delete the series, and run track with --out again");
        }
        List<LayerSample> meant = samples.stream().filter(sample -> step == null || sample.step() == step).toList();
        if (meant.isEmpty()) {
            throw new LogalignException(Names.printable(run) + ": it has no step " + step
                    + " with an error that could be compared; it has " + steps(samples.stream()
                            .map(LayerSample::step).distinct().toList()));
        }
        return meant;
    }

    RunFolder folder(@Nullable String pattern) {
        return RunFolder.of(run, pattern);
    }

    /**
     * The checkpoints that are meant.
     *
     * @throws LogalignException if there are none
     */
    List<Checkpoint> checkpoints(@Nullable String pattern) {
        List<Checkpoint> all = folder(pattern).scan().checkpoints();
        List<Checkpoint> meant = all.stream().filter(each -> step == null || each.step() == step).toList();
        if (!meant.isEmpty()) {
            return meant;
        }
        if (all.isEmpty()) {
            throw new LogalignException(Names.printable(run)
                    + ": it holds no checkpoints; name the folder of a run whose"
                    + " files are step_N.weights.safetensors or checkpoint-N/model.safetensors, or give --pattern");
        }
        throw new LogalignException(Names.printable(run) + ": it has no checkpoint of step " + step + "; it has "
                + steps(all.stream().map(Checkpoint::step).toList()));
    }

    private static String steps(List<Long> all) {
        List<String> steps = new ArrayList<>(all.stream().limit(SHOWN).map(String::valueOf).toList());
        if (all.size() > SHOWN) {
            steps.add("more up to " + all.getLast());
        }
        return steps.stream().collect(Collectors.joining(", "));
    }
}
