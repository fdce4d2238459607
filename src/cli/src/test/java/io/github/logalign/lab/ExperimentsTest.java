package io.github.logalign.lab;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.matrix.Precision;
import io.github.logalign.report.Metrics;
import io.github.logalign.score.LayerScore;
import io.github.logalign.score.Outcome;
import io.github.logalign.score.ScoreMethod;
import io.github.logalign.score.Selection;
import io.github.logalign.track.Alarm;
import io.github.logalign.track.AlarmRules;
import io.github.logalign.track.Baseline;
import io.github.logalign.track.Checkpoint;
import io.github.logalign.track.CheckpointScorer;
import io.github.logalign.track.Correlation;
import io.github.logalign.track.RunFolder;
import io.github.logalign.track.Series;
import io.github.logalign.track.SeriesRow;
import io.github.logalign.track.Slope;
import io.github.logalign.track.Tracker;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Checks the paper's two claims with small networks. Every figure comes from the files of a run, which are read like
 * any user's files. Takes minutes: {@code mvn -Pexperiments test}, and {@code mvn -Pexperiments,full test} with the
 * language model in full size as well. What many seeds give is in docs/experiments.md.
 */
@Tag("experiments")
class ExperimentsTest {

    @TempDir
    Path folder;

    /** A run on disk. */
    private record Run(Series series, Metrics metrics) {

        static Run read(Path folder) throws InterruptedException {
            Selection all = new Selection(null, null, List.of(), List.of(), List.of(), List.of());
            CheckpointScorer scorer = new CheckpointScorer(ScoreMethod.SVD, Precision.DOUBLE, all, 2);
            Tracker tracker = new Tracker(Series.EMPTY, List.of(), scorer, null, Slope.DEFAULT_WINDOW);
            for (Checkpoint checkpoint : RunFolder.of(folder, null).scan().checkpoints()) {
                tracker.add(checkpoint);
            }
            return new Run(tracker.series(), Metrics.read(folder.resolve("metrics.csv")));
        }

        LayerScore at(long step) {
            SeriesRow row = series.find(step, "unembed").orElseThrow();
            assertEquals(Outcome.Status.OK, row.score().outcome().status());
            return row.score();
        }

        double lar(long step) {
            return at(step).scored().orElseThrow().lar();
        }

        double k(long step) {
            return at(step).scored().orElseThrow().effectiveDimension();
        }

        double metric(String name, long step) {
            return Objects.requireNonNull(metrics.curve(name).get(step), name);
        }

        long first(String name, double atLeast) {
            return metrics.curve(name).entrySet().stream()
                    .filter(entry -> entry.getValue() >= atLeast)
                    .mapToLong(Map.Entry::getKey)
                    .findFirst()
                    .orElseThrow(() -> new AssertionError(name + " never reaches " + atLeast));
        }

        List<Long> steps() {
            return series.layer("unembed").stream().map(SeriesRow::step).toList();
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2, 3})
    void larFollowsTheTransitionFromMemorisingToGeneralising(long seed) throws InterruptedException {
        GrokkingOptions recipe = GrokkingOptions.DEFAULT;
        Grokking.train(
                new GrokkingOptions(seed, recipe.weightDecay(), recipe.modulus(), recipe.steps(), recipe.interval()),
                folder.resolve("run"), (step, total) -> {});
        Run run = Run.read(folder.resolve("run"));
        long memorised = run.first("trainAccuracy", 0.999);
        long generalised = run.first("testAccuracy", 0.99);
        long last = recipe.steps();
        double ratio = run.k(last) / run.metric("functionDimension", last);
        double spearman = spearman(run, 100, generalised);
        assertAll(
                () -> between(0.48, 0.52, run.lar(0), "LAR at the start"),
                () -> between(0, 100, (double) memorised, "memorised"),
                () -> between(0, 0.02, run.metric("testAccuracy", 200), "test accuracy at step 200"),
                () -> between((double) memorised, 1500, (double) generalised, "generalised"),
                () -> between(0.57, 0.62, run.lar(memorised), "LAR when memorised"),
                () -> between(0.10, 0.5, run.lar(last) - run.lar(memorised), "rise of LAR"),
                () -> between(3, 1e9, run.k(memorised) / run.k(last), "fall of k"),
                () -> between(0.85, 1.25, ratio, "k over the function's dimension"),
                () -> between(0.95, 1, spearman, "rank correlation of LAR and the falling test loss"));
    }

    @Test
    void withoutWeightDecayTheModelMemorisesAndLarStaysLevel() throws InterruptedException {
        GrokkingOptions recipe = GrokkingOptions.DEFAULT;
        Grokking.train(
                new GrokkingOptions(1, 0, recipe.modulus(), recipe.steps(), recipe.interval()), folder.resolve("run"),
                (step, total) -> {});
        Run run = Run.read(folder.resolve("run"));
        long memorised = run.first("trainAccuracy", 0.999);
        double change = 0;
        double accuracy = 0;
        for (long step : run.steps()) {
            if (step >= memorised) {
                change = Math.max(change, Math.abs(run.lar(step) - run.lar(memorised)));
                accuracy = Math.max(accuracy, run.metric("testAccuracy", step));
            }
        }
        between(0, 0.01, change, "change of LAR");
        between(0, 0.02, accuracy, "test accuracy");
    }

    @Test
    void larDeclinesWhenASmallModelOverfits() throws InterruptedException {
        Run baseline = repetition(RepetitionOptions.Size.SMALL, 1);
        compared(baseline, repetition(RepetitionOptions.Size.SMALL, 30), 0.10, 0.85);
        assertEquals(List.of(), alarms(baseline, null), "the baseline has no alarm");
        assertEquals(
                List.of(), alarms(repetition(RepetitionOptions.Size.SMALL, 1, 2), baseline),
                "another healthy run has no alarm");
    }

    /** Takes so long that it runs only in a separate profile. */
    @Test
    @Tag("full")
    @Timeout(value = 6, unit = TimeUnit.HOURS)
    void larDeclinesWhenTheFullSizeModelOverfits() throws InterruptedException {
        Run baseline = repetition(RepetitionOptions.Size.FULL, 1);
        double gap = baseline.metric("validationLoss", 4000) - baseline.metric("trainLoss", 4000);
        between(-0.05, 0.05, gap, "gap of the baseline");
        for (int epochs : List.of(10, 31)) {
            double change = compared(
                    baseline, repetition(RepetitionOptions.Size.FULL, epochs), epochs == 10 ? 0.08 : 0.14, 0.90);
            between(-1, -0.02, change, "slope after the minimum of the validation loss");
        }
        assertEquals(List.of(), alarms(baseline, null), "the baseline has no alarm");
    }

    private Run repetition(RepetitionOptions.Size size, int epochs) throws InterruptedException {
        return repetition(size, epochs, 1);
    }

    private Run repetition(RepetitionOptions.Size size, int epochs, long seed) throws InterruptedException {
        Path to = folder.resolve(size + "-" + epochs + "-" + seed);
        Repetition.train(new RepetitionOptions(seed, size, epochs, 4000, 100, null), to, (step, total) -> {});
        return Run.read(to);
    }

    /** Checks deviation and alarms, and returns the slope after the minimum of the validation loss. */
    private static double compared(
            Run baseline, Run repeated, double leastDeviation, double leastPearson) {
        List<Double> deviations = new ArrayList<>();
        List<Double> gaps = new ArrayList<>();
        for (long step : repeated.steps()) {
            deviations.add(baseline.lar(step) - repeated.lar(step));
            gaps.add(repeated.metric("validationLoss", step) - repeated.metric("trainLoss", step));
        }
        double pearson = Correlation.pearson(array(deviations), array(gaps)).orElseThrow();
        NavigableMap<Long, Double> validation = repeated.metrics().curve("validationLoss");
        long minimum = validation.entrySet().stream().min(Map.Entry.comparingByValue()).orElseThrow().getKey();
        double slope = slopeFrom(repeated, minimum);
        double slopeOfBaseline = slopeFrom(baseline, minimum);
        List<Alarm> alarms = alarms(repeated, baseline);
        between(leastDeviation, 1, deviations.getLast(), "deviation at the end");
        between(leastPearson, 1, pearson, "correlation of deviation and gap");
        assertTrue(slope <= slopeOfBaseline - 0.015, "LAR declines faster than the baseline's");
        assertTrue(!alarms.isEmpty(), "overfitting fires an alarm");
        return slope;
    }

    private static double slopeFrom(Run run, long minimum) {
        List<Long> steps = run.steps().stream().filter(step -> step >= minimum).toList();
        return Slope.fit(
                steps.stream().mapToLong(Long::longValue).toArray(),
                steps.stream().mapToDouble(run::lar).toArray()).perThousandSteps();
    }

    private static List<Alarm> alarms(Run run, @Nullable Run baseline) {
        AlarmRules heuristics = AlarmRules.heuristics(Slope.DEFAULT_WINDOW);
        if (baseline == null) {
            return heuristics.alarms(run.series());
        }
        return AlarmRules.of(Map.of(), Slope.DEFAULT_WINDOW)
                .against(
                        Baseline.of(baseline.series()), AlarmRules.DEFAULT_FALSE_ALARMS,
                        Map.of(Alarm.Kind.BELOW_BASELINE, 0.03, Alarm.Kind.FASTER_DECLINE, 0.0))
                .alarms(run.series());
    }

    private static double spearman(Run run, long from, long to) {
        List<Double> lar = new ArrayList<>();
        List<Double> loss = new ArrayList<>();
        run.steps().stream().filter(step -> step >= from && step <= to).forEach(step -> {
            lar.add(run.lar(step));
            loss.add(-run.metric("testLoss", step));
        });
        return Correlation.spearman(array(lar), array(loss)).orElseThrow();
    }

    private static double[] array(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).toArray();
    }

    private static void between(double low, double high, double value, String what) {
        assertTrue(value >= low && value <= high, () -> what + ": " + value + " is not from " + low + " to " + high);
    }
}
