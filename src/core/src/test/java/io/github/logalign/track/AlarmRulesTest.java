package io.github.logalign.track;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.function.LongToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Alarms on series with known answers, and the delays documented in {@link Alarm.Kind}. */
class AlarmRulesTest {

    private static final double NOISE = 0.003;
    private static final AlarmRules ALL = AlarmRules.heuristics(Slope.DEFAULT_WINDOW);

    private static double flat(long step) {
        return step < 0 ? Double.NaN : 0.6;
    }

    /** One slope up to a step, and another after it. */
    private static LongToDoubleFunction turning(long at, double before, double after) {
        return step -> 0.7 + before * Math.min(step, at) / 1000 + after * Math.max(0, step - at) / 1000;
    }

    private static AlarmRules only(Alarm.Kind kind) {
        return AlarmRules.of(Map.of(kind, kind.defaultThreshold()), Slope.DEFAULT_WINDOW);
    }

    @ParameterizedTest(name = "rows {0} steps apart")
    @ValueSource(longs = {1, 10, 100, 1000})
    void noisyFlatSeriesGiveNoFalseAlarm(long gap) {
        Baseline baseline = Baseline.of(TestSeries.of(TestSeries.steps(100, gap), AlarmRulesTest::flat));
        for (long seed = 1; seed <= 1000; seed++) {
            Series series = TestSeries.of(TestSeries.steps(100, gap),
                    TestSeries.noisy(AlarmRulesTest::flat, NOISE, seed));
            assertEquals(List.of(), ALL.alarms(series.withBaseline(baseline)), "seed " + seed);
        }
    }

    @Test
    void exactlyFlatAndRisingSeriesGiveNoAlarm() {
        assertEquals(List.of(), ALL.alarms(TestSeries.of(TestSeries.steps(100, 100), AlarmRulesTest::flat)));
        assertEquals(List.of(), ALL.alarms(TestSeries.of(TestSeries.steps(100, 100), step -> 0.5 + step * 1e-5)));
        assertEquals(List.of(), ALL.alarms(TestSeries.of(new long[]{0}, AlarmRulesTest::flat)));
        assertEquals(List.of(), ALL.alarms(Series.EMPTY));
    }

    @Test
    void aWindowLongerThanAnySeriesDoesNotOverflow() {
        Series series = TestSeries.of(TestSeries.steps(100, 100), AlarmRulesTest::flat);
        assertEquals(List.of(), AlarmRules.heuristics(Integer.MAX_VALUE).alarms(series));
    }

    @ParameterizedTest(name = "a decline of {0} per 1000 steps is found within {1} rows")
    @CsvSource({"-0.035, 11", "-0.05, 10", "-0.1, 9"})
    void theDelayOfDeclineIsAsDocumented(double slope, int rows) {
        long turn = 4000;
        int[] delays = new int[300];
        for (int seed = 0; seed < delays.length; seed++) {
            Series series = TestSeries.of(
                    TestSeries.steps(100, 100), TestSeries.noisy(turning(turn, 0, slope), NOISE, seed));
            List<Alarm> alarms = only(Alarm.Kind.DECLINE).alarms(series);
            assertTrue(!alarms.isEmpty(), "seed " + seed);
            assertTrue(alarms.getFirst().step() > turn, "not before it turned");
            delays[seed] = (int) ((alarms.getFirst().step() - turn) / 100);
        }
        int[] sorted = IntStream.of(delays).sorted().toArray();
        assertEquals(rows, sorted[sorted.length / 2], "the median");
        assertTrue(sorted[sorted.length - 1] <= rows + 3, "the worst: " + sorted[sorted.length - 1]);
    }

    @ParameterizedTest(name = "a steepening from -0.01 to {0} is found within {1} rows")
    @CsvSource({"-0.05, 9", "-0.1, 9"})
    void theDelayOfAccelerationIsAsDocumented(double slope, int rows) {
        long turn = 4000;
        int[] delays = new int[300];
        for (int seed = 0; seed < delays.length; seed++) {
            Series series = TestSeries.of(
                    TestSeries.steps(100, 100), TestSeries.noisy(turning(turn, -0.01, slope), NOISE, seed));
            List<Alarm> alarms = only(Alarm.Kind.ACCELERATION).alarms(series);
            assertTrue(!alarms.isEmpty(), "seed " + seed);
            delays[seed] = (int) ((alarms.getFirst().step() - turn) / 100);
        }
        int[] sorted = IntStream.of(delays).sorted().toArray();
        assertEquals(rows, sorted[sorted.length / 2], "the median");
        assertTrue(sorted[0] > 0, "not before it turned");
    }

    @Test
    void aSlowDeclineGivesNoAlarm() {
        for (long seed = 1; seed <= 300; seed++) {
            Series series = TestSeries.of(
                    TestSeries.steps(100, 100), TestSeries.noisy(turning(0, 0, -0.016), NOISE, seed));
            assertEquals(List.of(), only(Alarm.Kind.DECLINE).alarms(series), "seed " + seed);
        }
    }

    @Test
    void unevenAndMissingStepsDoNotChangeTheAlarms() {
        long[] uneven = LongStream.range(0, 60).filter(i -> i % 7 != 3).map(i -> i * 100 + (i * i) % 37).toArray();
        Series series = TestSeries.of(uneven, turning(0, 0, -0.05)).withSlopes(16);
        series.rows().stream().filter(row -> row.slope() != null)
                .forEach(row -> assertEquals(-0.05, (double) row.slope(), 1e-9));
        List<Alarm> alarms = only(Alarm.Kind.DECLINE).alarms(series);
        assertEquals(1, alarms.size(), "one episode");
        for (long seed = 1; seed <= 100; seed++) {
            Series noisyFlat = TestSeries.of(uneven, TestSeries.noisy(AlarmRulesTest::flat, NOISE, seed));
            assertEquals(List.of(), ALL.alarms(noisyFlat), "seed " + seed);
        }
    }

    @Test
    void deviationFiresAtTheSecondRow() {
        Series base = TestSeries.of(TestSeries.steps(20, 100), AlarmRulesTest::flat);
        Series run = TestSeries.of(TestSeries.steps(20, 100), step -> step < 1000 ? 0.6 : 0.55);
        List<Alarm> alarms = only(Alarm.Kind.DEVIATION).alarms(run.withBaseline(Baseline.of(base)));
        assertEquals(1, alarms.size());
        assertEquals(1100, alarms.getFirst().step());
        assertEquals(0.05, alarms.getFirst().value(), 1e-12);
        assertTrue(alarms.getFirst().evidence().contains("1000"), alarms.getFirst().evidence());
        Series oneDip = TestSeries.of(TestSeries.steps(20, 100), step -> step == 1000 ? 0.5 : 0.6);
        assertEquals(
                List.of(), only(Alarm.Kind.DEVIATION).alarms(oneDip.withBaseline(Baseline.of(base))), "one row");
    }

    @Test
    void followingGivesTheSameAlarmsAsALaterAnalysis() {
        long[] steps = TestSeries.steps(80, 100);
        Series whole = TestSeries.of(steps, TestSeries.noisy(turning(3000, -0.01, -0.06), NOISE, 7));
        List<Alarm> atTheEnd = ALL.alarms(whole);
        assertTrue(!atTheEnd.isEmpty());
        for (int rows = 1; rows <= steps.length; rows++) {
            long last = steps[rows - 1];
            Series soFar = Series.of(whole.rows().subList(0, rows));
            assertEquals(atTheEnd.stream().filter(alarm -> alarm.step() <= last).toList(), ALL.alarms(soFar));
        }
    }

    @Test
    void thresholdsMustBePositive() {
        assertThrows(
                IllegalArgumentException.class, () -> AlarmRules.of(Map.of(Alarm.Kind.DECLINE, 0.0), 16));
        assertThrows(
                IllegalArgumentException.class, () -> AlarmRules.of(Map.of(Alarm.Kind.DECLINE, Double.NaN), 16));
        assertThrows(IllegalArgumentException.class, () -> AlarmRules.heuristics(2));
    }
}
