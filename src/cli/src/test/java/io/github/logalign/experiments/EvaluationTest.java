package io.github.logalign.experiments;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.Environment;
import io.github.logalign.experiments.Statistics.Interval;
import io.github.logalign.report.Metrics;
import io.github.logalign.report.SeriesFile;
import io.github.logalign.track.Alarm;
import io.github.logalign.track.Alarms;
import io.github.logalign.track.Series;
import io.github.logalign.track.SeriesRow;
import io.github.logalign.track.TestSeries;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The arithmetic of the evaluation, on values and series with known answers. */
class EvaluationTest {

    private static final long[] STEPS = LongStream.rangeClosed(0, 20).map(i -> i * 50).toArray();

    /** Alarms as soon as a run is below the baseline by more than 0.03. */
    private static final Watch FALLS = new Watch("falls", (run, baseline) -> run.series().layer(LabRun.LAYER).stream()
            .filter(row -> baseline.series().find(row.step(), LabRun.LAYER).orElseThrow().score().scored().orElseThrow()
                    .lar()
                    - row.score().scored().orElseThrow().lar() > 0.03)
            .map(row -> new Alarm(
                    LabRun.LAYER, Alarm.Kind.BELOW_BASELINE, row.step(), 0.04, 0.03, null, "it falls"))
            .toList());

    @TempDir
    Path folder;

    private LabRun run(int seed, LongToDoubleFunction lar, LongToDoubleFunction loss) throws IOException {
        StringBuilder csv = new StringBuilder("step,validationLoss\n");
        for (long step : STEPS) {
            csv.append(step).append(',').append(loss.applyAsDouble(step)).append('\n');
        }
        Path metrics = Files.writeString(folder.resolve("metrics-" + seed + ".csv"), csv);
        Series series = Series.of(LongStream.of(STEPS)
                .mapToObj(step -> TestSeries.row(step, LabRun.LAYER, lar.applyAsDouble(step)))
                .toList());
        return LabRun.of(seed, series, List.of(), Metrics.read(metrics));
    }

    @Test
    void quantilesLieBetweenTheOrderStatistics() {
        double[] values = {4, 1, 3, 2};
        assertEquals(2.5, Statistics.median(values));
        assertEquals(1.75, Statistics.quantile(values, 0.25));
        assertEquals(4, Statistics.quantile(values, 1));
        assertArrayEquals(new double[]{4, 1, 3, 2}, values, "the values keep their order");
    }

    @ParameterizedTest(name = "{0} values: rank {1}")
    @CsvSource({"6, 1", "8, 1", "9, 2", "10, 2", "12, 3", "20, 6", "30, 10", "100, 40"})
    void theIntervalOfAMedianHasTheRanksOfTheSignTest(int n, int rank) {
        double[] values = IntStream.rangeClosed(1, n).mapToDouble(i -> i).toArray();
        assertEquals(Optional.of(new Interval(rank, n + 1.0 - rank)), Statistics.medianInterval(values));
    }

    @Test
    void fiveValuesHaveNoSuchInterval() {
        assertEquals(Optional.empty(), Statistics.medianInterval(new double[]{1, 2, 3, 4, 5}));
        assertEquals(Optional.empty(), Statistics.medianInterval(new double[0]));
    }

    /** Known values; those of 0 and n follow from (1 - p)^n = 0.025. */
    @ParameterizedTest(name = "{0} of {1}")
    @CsvSource({"0, 20, 0, 0.168433", "20, 20, 0.831567, 1", "1, 20, 0.001265, 0.248733", "10, 20, 0.271957, 0.728043",
        "0, 1, 0, 0.975"})
    void theIntervalOfAShareIsThatOfClopperAndPearson(int successes, int trials, double low, double high) {
        Interval interval = Statistics.shareInterval(successes, trials);
        assertEquals(low, interval.low(), 1e-6);
        assertEquals(high, interval.high(), 1e-6);
    }

    @Test
    void aLossHasItsMinimumAndRisesByOnePercentAfterIt() throws IOException {
        LabRun run = run(1, step -> 0.7, step -> 2 + 1e-6 * (step - 500) * (step - 500));
        assertEquals(500, run.minimum("validationLoss"));
        assertEquals(OptionalLong.of(650), run.risen("validationLoss"), "0.0225 is the first rise of 0.02 at least");
        LabRun falling = run(2, step -> 0.7, step -> 2 - step * 1e-4);
        assertEquals(1000, falling.minimum("validationLoss"));
        assertEquals(OptionalLong.empty(), falling.risen("validationLoss"));
    }

    @Test
    void slopesAreThoseOfTheWindowThatEndsThere() throws IOException {
        LabRun run = run(1, step -> 0.7 - step * 1e-5, step -> 1);
        assertEquals(-0.01, run.slope(1000).orElseThrow(), 1e-9);
        assertEquals(Optional.empty(), run.slope(50), "two checkpoints have no slope");
    }

    @Test
    void leadsCountFromTheFirstAlarmAndLeaveOutRunsWithoutOne() throws IOException {
        LongToDoubleFunction loss = step -> 2 + 1e-6 * (step - 500) * (step - 500);
        List<LabRun> healthy = new ArrayList<>();
        for (int seed = 1; seed <= 3; seed++) {
            healthy.add(run(seed, step -> 0.7, step -> 2 - step * 1e-4));
        }
        List<LabRun> runs = List.of(
                run(1, step -> step < 300 ? 0.7 : 0.6, loss), run(2, step -> step < 800 ? 0.7 : 0.6, loss),
                run(3, step -> 0.7, loss));
        List<Outcome> outcomes = Outcome.of(Group.TEN, runs, healthy, List.of(FALLS));
        assertArrayEquals(
                new double[]{200, -300},
                Outcome.leads(outcomes, "falls", outcome -> OptionalLong.of(outcome.minimum())));
        assertArrayEquals(new double[]{350, -150}, Outcome.leads(outcomes, "falls", Outcome::risen));
        assertEquals(OptionalLong.empty(), outcomes.getLast().alarm("falls"));
        assertEquals(0.1, outcomes.getFirst().deviation(300), 1e-9);
    }

    @Test
    void aRunIsComparedWithTheNextSeedAndTheLastWithTheFirst() throws IOException {
        List<LabRun> healthy = List.of(
                run(1, step -> 0.71, step -> 1), run(2, step -> 0.72, step -> 1), run(4, step -> 0.76, step -> 1));
        List<Outcome> outcomes = Outcome.of(Group.FRESH, healthy, healthy, List.of(FALLS));
        assertEquals(List.of(2, 4, 1), outcomes.stream().map(outcome -> outcome.baseline().seed()).toList());
        assertEquals(
                List.of(OptionalLong.empty(), OptionalLong.of(0), OptionalLong.empty()),
                outcomes.stream().map(outcome -> outcome.alarm("falls")).toList());
        assertEquals(2, Outcome.alarmedPairs(healthy, FALLS), "1 and 2, each with 4 as its baseline");
        assertThrows(
                IllegalArgumentException.class,
                () -> Outcome.of(Group.FRESH, healthy.subList(0, 1), healthy.subList(0, 1), List.of(FALLS)));
    }

    @Test
    void thePageKeepsWhatIsOutsideTheMarks() {
        String page = "before\n<!-- a -->\nold\n<!-- end of a -->\nafter\n";
        assertEquals(
                "before\n<!-- a -->\nnew\n<!-- end of a -->\nafter\n", MarkedPage.with(page, Map.of("a", "new\n")));
        IllegalArgumentException absent = assertThrows(
                IllegalArgumentException.class, () -> MarkedPage.with(page, Map.of("b", "new")));
        assertTrue(String.valueOf(absent.getMessage()).contains("no place for b"), absent::toString);
    }

    /** The page of the project, filled from made-up runs of two seeds. */
    @Test
    void everyPartOfThePageIsFilled() throws IOException {
        for (Group group : Group.values()) {
            for (int seed = 1; seed <= 2; seed++) {
                write(group, seed);
            }
        }
        Files.writeString(folder.resolve("setting"), "size made up\n");
        Path page = Files.copy(
                Path.of("..", "..", "docs", "experiments.md"), folder.resolve("experiments.md"));
        WriteExperiments.write(folder, page);
        String written = Files.readString(page);
        assertTrue(written.contains("\n    size made up\n"), written);
        assertTrue(written.contains("| runs | 2 | 2 | 2 |\n"), written);
        assertTrue(written.contains("| validation loss lowest at step | 1000 | 500 | 500 |\n"), written);
        assertTrue(written.contains("| any heuristic | fresh text | 0 of 2 | 0 % [0, 84] | – | 0 of 2, 0.0 % |\n"),
                written);
        assertTrue(written
                .contains("| any heuristic | 31 epochs | 2 of 2 | 100 % [16, 100] | 350, 350 to 350 | +150 | +350 |"
                        + " 2 of 2 | 2 of 2 |\n"),
                written);
        for (String picture : List.of("grokking", "repetition", "leads-10", "leads-31")) {
            String svg = Files.readString(folder.resolve("experiments-" + picture + ".svg"));
            assertTrue(svg.startsWith("<svg xmlns=") && svg.contains("<path class=\"line\""), picture);
        }
    }

    /** LAR is 0.7 on healthy runs; on others it falls by 0.1 at step 300, and the loss rises again from step 500 on. */
    private void write(Group group, int seed) throws IOException {
        Path run = Files.createDirectories(folder.resolve(group.folder()).resolve("seed-0" + seed));
        StringBuilder csv = new StringBuilder(
                "step,trainLoss,trainAccuracy,testAccuracy,functionDimension," + group.loss);
        List<SeriesRow> rows = new ArrayList<>();
        for (long step : STEPS) {
            double rise = group.healthy ? -step * 1e-4 : 1e-6 * (step - 500) * (step - 500);
            double accuracy = group.healthy && step > 600 ? 1 : 0;
            csv.append(
                    String.format(Locale.ROOT, "%n%d,1,%d,%.1f,10,%.6f", step, step > 0 ? 1 : 0, accuracy, 4 + rise));
            double lar = 0.7 + step * 1e-5;
            rows.add(TestSeries.row(step, LabRun.LAYER, group.healthy || step < 300 ? lar : lar - 0.1));
        }
        Files.writeString(run.resolve("metrics.csv"), csv.append('\n'));
        SeriesFile.write(run.resolveSibling("seed-0" + seed + ".json"), Environment.current(), 1, Series.of(rows),
                Alarms.NONE);
    }
}
