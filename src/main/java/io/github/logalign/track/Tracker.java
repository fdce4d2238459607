package io.github.logalign.track;

import io.github.logalign.score.LayerScore.Status;
import io.github.logalign.score.Scorer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A series that grows checkpoint by checkpoint. Finished rows are kept: a layer is scored once at each step, and again only
 * if it failed.
 *
 * <p>Thread safety: one thread.
 */
public final class Tracker {

    private final CheckpointScorer scorer;
    private final @Nullable Baseline baseline;
    private final int window;
    private final NavigableMap<Long, Map<String, SeriesRow>> rows = new TreeMap<>();
    private @Nullable Series derived;

    /**
     * Makes a tracker.
     *
     * @param known rows from earlier, whose scores are kept
     * @param scorer scores what is new
     * @param baseline what to compare with, or null
     * @param window of the slopes, in rows
     * @throws IllegalArgumentException if the window is too short
     */
    public Tracker(Series known, CheckpointScorer scorer, @Nullable Baseline baseline, int window) {
        Slope.checkWindow(window);
        this.scorer = scorer;
        this.baseline = baseline;
        this.window = window;
        known.rows().forEach(row -> at(row.step()).put(row.layer(), row));
    }

    private Map<String, SeriesRow> at(long step) {
        return rows.computeIfAbsent(step, newStep -> new LinkedHashMap<>());
    }

    /**
     * The series so far. It is derived from all rows when it is asked for, not at every addition.
     *
     * @return with baseline, deviation and slope at every row that has them
     */
    public Series series() {
        if (derived == null) {
            List<SeriesRow> all = new ArrayList<>();
            rows.values().forEach(step -> all.addAll(step.values()));
            derived = Series.of(all).withBaseline(baseline).withSlopes(window);
        }
        return derived;
    }

    /**
     * The layers of a step that need not be scored again.
     *
     * @param step the step
     * @return the layers that have a row there that did not fail
     */
    public Set<String> finished(long step) {
        Set<String> finished = new HashSet<>();
        rows.getOrDefault(step, Map.of()).forEach((layer, row) -> {
            if (row.score().status() != Status.FAILED) {
                finished.add(layer);
            }
        });
        return finished;
    }

    /**
     * Scores what a checkpoint has beyond the rows that are finished, and adds it.
     *
     * @param checkpoint the checkpoint
     * @return the new results, with their spectra
     * @throws InterruptedException if the thread is interrupted; nothing is added then
     */
    public List<Scorer.Result> add(Checkpoint checkpoint) throws InterruptedException {
        List<Scorer.Result> results = scorer.score(checkpoint, finished(checkpoint.step()));
        add(checkpoint.step(), results);
        return results;
    }

    /**
     * Adds results. They replace rows of the same layer, and the row that said that the checkpoint could not be read.
     *
     * @param step of which step
     * @param results of different layers
     */
    public void add(long step, List<Scorer.Result> results) {
        if (results.isEmpty()) {
            return;
        }
        Map<String, SeriesRow> atStep = at(step);
        atStep.remove(SeriesRow.EVERY_LAYER);
        results.forEach(result -> atStep.put(result.row().layer(), SeriesRow.of(step, result.row())));
        derived = null;
    }
}
