package io.github.logalign.track;

import io.github.logalign.score.Outcome;
import io.github.logalign.score.Scorer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A series that grows checkpoint by checkpoint. Finished rows are kept. A layer is scored again at a step only if it
 * failed or if the files have changed since.
 *
 * <p>Thread safety: none; confine it to one thread.
 */
public final class Tracker {

    private final CheckpointScorer scorer;
    private final @Nullable Baseline baseline;
    private final int window;
    private final NavigableMap<Long, Map<String, SeriesRow>> rows = new TreeMap<>();
    private final RunSamples samples = new RunSamples();
    private @Nullable Series derived;

    /**
     * Makes a tracker.
     *
     * @param known rows of earlier runs of the command, whose scores are kept
     * @param samples what comparisons need of these rows; without it, their deviations have no interval
     * @param scorer scores new checkpoints
     * @param baseline the baseline to compare with, or null
     * @param window the window of the slopes, in rows
     * @throws IllegalArgumentException if the window is too short
     */
    public Tracker(Series known, List<LayerSample> samples, CheckpointScorer scorer, @Nullable Baseline baseline,
            int window) {
        Slope.checkWindow(window);
        this.scorer = scorer;
        this.baseline = baseline;
        this.window = window;
        this.samples.addAll(samples);
        known.rows().forEach(row -> at(row.step()).put(row.layer(), row));
    }

    private Map<String, SeriesRow> at(long step) {
        return rows.computeIfAbsent(step, newStep -> new LinkedHashMap<>());
    }

    /**
     * The series so far. Baseline, deviation and slope are computed on request, not at every addition.
     *
     * @return the series, with baseline, deviation and slope at every row that has them
     */
    public Series series() {
        if (derived == null) {
            List<SeriesRow> all = new ArrayList<>();
            rows.values().forEach(step -> all.addAll(step.values()));
            derived = Series.of(all).withBaseline(baseline, samples).withSlopes(window);
        }
        return derived;
    }

    /**
     * What comparisons need of rows of this run. The influences of more than 128 groups of tokens are pooled.
     *
     * @param of the rows
     * @return one for each of these rows that has an error bar, in their order
     */
    public List<LayerSample> samples(Series of) {
        return samples.of(of);
    }

    /**
     * The layers of a step that need not be scored again: those that have a value, or a reason why it is undefined, and
     * whose files have not changed. Rows are also kept where the state of the files is unknown: in series written by
     * earlier versions, and where a file has been deleted.
     *
     * @param step the step
     * @param now the state of its files, or null if one of them does not exist
     * @return the layers
     */
    public Set<String> finished(long step, @Nullable CheckpointStamp now) {
        Set<String> finished = new HashSet<>();
        rows.getOrDefault(step, Map.of()).forEach((layer, row) -> {
            if (hasResult(row) && !isOfOtherFiles(row, now)) {
                finished.add(layer);
            }
        });
        return finished;
    }

    /**
     * Whether a step has rows whose files have changed since, or were read with other options.
     *
     * @param step the step
     * @param now the state of its files, or null if one of them does not exist
     * @return true if there are such rows
     */
    public boolean hasChanged(long step, @Nullable CheckpointStamp now) {
        return rows.getOrDefault(step, Map.of()).values().stream()
                .anyMatch(row -> hasResult(row) && isOfOtherFiles(row, now));
    }

    private static boolean hasResult(SeriesRow row) {
        return switch (row.score().outcome()) {
            case Outcome.Ok _,Outcome.Undefined _ -> true;
            case Outcome.Skipped _,Outcome.Failed _ -> false;
        };
    }

    private static boolean isOfOtherFiles(SeriesRow row, @Nullable CheckpointStamp now) {
        CheckpointStamp stamp = row.stamp();
        return now != null && stamp != null && stamp.differsFrom(now);
    }

    /**
     * Records the state of the files in the rows of a step that have none, and the state of config.json in rows that
     * lack only that.
     *
     * @param step the step
     * @param now the state of its files
     * @return true if there were such rows
     */
    public boolean adopt(long step, CheckpointStamp now) {
        boolean[] adopted = {false};
        rows.getOrDefault(step, new HashMap<>()).replaceAll((layer, row) -> {
            CheckpointStamp stamp = row.stamp();
            boolean isKnown = stamp != null && (stamp.config() != null || stamp.differsFrom(now));
            if (isKnown || !hasResult(row)) {
                return row;
            }
            adopted[0] = true;
            return SeriesRow.of(step, row.score(), now);
        });
        if (adopted[0]) {
            derived = null;
        }
        return adopted[0];
    }

    /**
     * Scores the layers of a checkpoint that are not finished yet, and adds the results.
     *
     * @param checkpoint the checkpoint
     * @return the new results, with their spectra
     * @throws InterruptedException if the thread is interrupted; nothing is added then
     */
    public List<Scorer.Result> add(Checkpoint checkpoint) throws InterruptedException {
        CheckpointStamp now = scorer.stamp(checkpoint);
        List<Scorer.Result> results = scorer.score(checkpoint, finished(checkpoint.step(), now), now);
        if (now != null) {
            adopt(checkpoint.step(), now);
        }
        add(checkpoint.step(), results, now);
        return results;
    }

    /**
     * Adds results. They replace rows of the same layer, rows from an earlier state of the files, and the row that
     * reported that the checkpoint could not be read.
     *
     * @param step the step
     * @param results results of different layers
     * @param of the state of the files that were scored, or null
     * @return the layers whose rows came from an earlier state of the files and were dropped without a replacement
     */
    public List<String> add(long step, List<Scorer.Result> results, @Nullable CheckpointStamp of) {
        if (results.isEmpty()) {
            return List.of();
        }
        Map<String, SeriesRow> atStep = at(step);
        atStep.remove(SeriesRow.EVERY_LAYER);
        Set<String> dropped = new LinkedHashSet<>();
        atStep.forEach((layer, row) -> {
            if (isOfOtherFiles(row, of)) {
                dropped.add(layer);
            }
        });
        atStep.keySet().removeAll(dropped);
        for (Scorer.Result result : results) {
            String layer = result.row().layer();
            atStep.put(layer, SeriesRow.of(step, result.row(), of));
            LayerSample.of(step, result).map(LayerSample::pooled).ifPresent(samples::add);
            dropped.remove(layer);
        }
        derived = null;
        return List.copyOf(dropped);
    }
}
