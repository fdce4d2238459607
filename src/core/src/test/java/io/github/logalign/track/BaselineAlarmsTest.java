package io.github.logalign.track;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.score.Glob;
import io.github.logalign.track.Alarm.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.LongToDoubleFunction;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Alarms of stated rate on series with known answers; how often they are false is simulated elsewhere. */
class BaselineAlarmsTest {

    private static final Map<Kind, Double> BOTH = Map.of(Kind.BELOW_BASELINE, 0.03, Kind.FASTER_DECLINE, 0.0);
    private static final long[] STEPS = TestSeries.steps(100, 100);

    private static Series noisy(LongToDoubleFunction curve, long seed) {
        return noisy(curve, seed, null);
    }

    private static Series noisy(LongToDoubleFunction curve, long seed, @Nullable Double standardError) {
        LongToDoubleFunction noisy = TestSeries.noisy(curve, 0.003, seed);
        return Series.of(LongStream.of(STEPS)
                .mapToObj(step -> TestSeries.row(step, TestSeries.LAYER, noisy.applyAsDouble(step), standardError))
                .toList());
    }

    private static AlarmRules rules(Series baseline, double rate) {
        return AlarmRules.of(Map.of(), 16).against(Baseline.of(baseline), rate, BOTH);
    }

    private static double falling(long step) {
        return 0.6 - 0.05 * Math.max(0, step - 5000) / 1000;
    }

    @Test
    void aFallRaisesBothWithTheirEvidence() {
        Alarms alarms = rules(noisy(step -> 0.6, 1), 0.01).evaluate(noisy(BaselineAlarmsTest::falling, 2));
        assertEquals(2, alarms.fired().size(), alarms.fired()::toString);
        Alarm faster = alarms.fired().getFirst();
        assertEquals(Kind.FASTER_DECLINE, faster.kind());
        assertTrue(faster.step() > 5000 && faster.step() <= 7000, "step " + faster.step());
        assertTrue(faster.value() < 0 && faster.value() > -0.1, "slope " + faster.value());
        Alarm below = alarms.fired().getLast();
        assertEquals(Kind.BELOW_BASELINE, below.kind());
        assertTrue(below.value() > 0.03);
        for (Alarm alarm : alarms.fired()) {
            Alarm.Strength strength = Objects.requireNonNull(alarm.strength());
            assertEquals(200, strength.neededEValue(), 1e-9, "two conditions of one layer");
            assertTrue(strength.eValue() >= 200 && strength.eValue() <= 400, "a row at most doubles it");
            assertEquals(2 / strength.eValue(), strength.smallestRate(), 1e-12);
            assertTrue(alarm.evidence().contains("1 layer, 2 conditions"), alarm.evidence());
        }
    }

    @Test
    void theSmallestRateIsWhereItWouldNotHaveFiredYet() {
        Series baseline = noisy(step -> 0.6, 1);
        Series run = noisy(BaselineAlarmsTest::falling, 2);
        Alarm alarm = rules(baseline, 0.01).alarms(run).getFirst();
        double limit = Objects.requireNonNull(alarm.strength()).smallestRate();
        assertEquals(alarm.step(), rules(baseline, limit * 1.0001).alarms(run).getFirst().step());
        assertTrue(rules(baseline, limit * 0.9999).alarms(run).getFirst().step() > alarm.step());
    }

    @Test
    void followingGivesTheSameAlarmsAsALaterAnalysis() {
        AlarmRules rules = rules(noisy(step -> 0.6, 1), 0.01);
        Series whole = noisy(BaselineAlarmsTest::falling, 2);
        List<Alarm> atTheEnd = rules.alarms(whole);
        for (int rows = 1; rows <= STEPS.length; rows++) {
            long last = STEPS[rows - 1];
            assertEquals(
                    atTheEnd.stream().filter(alarm -> alarm.step() <= last).toList(),
                    rules.alarms(Series.of(whole.rows().subList(0, rows))));
        }
    }

    @Test
    void whatDidNotFireIsTold() {
        Alarms alarms = rules(noisy(step -> 0.6, 1), 0.01).evaluate(noisy(step -> 0.6, 2));
        assertEquals(List.of(), alarms.fired());
        assertEquals(0.01, (double) Objects.requireNonNull(alarms.falseAlarms()));
        assertEquals(2, alarms.standings().size());
        for (Standing standing : alarms.standings()) {
            assertTrue(standing.eValue() >= 1 && standing.eValue() < 200, standing::toString);
        }
    }

    @Test
    void aConstantDistanceAndACommonDriftAreNoDecline() {
        LongToDoubleFunction drift = step -> 0.7 - 0.04 * step / 1000;
        Alarms alarms = rules(noisy(drift, 1), 0.01).evaluate(noisy(step -> drift.applyAsDouble(step) - 0.025, 2));
        assertEquals(List.of(), alarms.fired());
    }

    @Test
    void errorsOfTokensAreAllowedFor() {
        Series baseline = noisy(step -> 0.6, 1, 0.02);
        AlarmRules rules = AlarmRules.of(Map.of(), 16)
                .against(Baseline.of(baseline), 0.01, Map.of(Kind.BELOW_BASELINE, 0.03));
        // Half of the rate, two-hundredths, is beyond 2.7 standard errors of the difference, 0.028 each.
        assertEquals(List.of(), rules.alarms(noisy(step -> 0.5, 2, 0.02)));
        Alarm alarm = rules.alarms(noisy(step -> 0.48, 2, 0.02)).getFirst();
        assertEquals(200, Objects.requireNonNull(alarm.strength()).neededEValue(), 1e-9, "half of the rate is left");
        assertEquals(1, rules.alarms(noisy(step -> 0.48, 2, null)).size(), "as uncertain as the baseline");
        assertEquals(List.of(), rules.alarms(noisy(step -> 0.48, 2, 0.08)));
        AlarmRules sure = AlarmRules.of(Map.of(), 16)
                .against(Baseline.of(noisy(step -> 0.6, 1)), 0.01, Map.of(Kind.BELOW_BASELINE, 0.03));
        assertEquals(1, sure.alarms(noisy(step -> 0.5, 2)).size());
    }

    @Test
    void anAllowedDeclineIsNone() {
        Series run = noisy(step -> 0.6 - 0.01 * step / 1000, 2);
        AlarmRules rules = AlarmRules.of(Map.of(), 16)
                .against(Baseline.of(noisy(step -> 0.6, 1)), 0.01, Map.of(Kind.FASTER_DECLINE, 0.012));
        assertEquals(List.of(), rules.alarms(run));
        assertEquals(1, AlarmRules.of(Map.of(), 16)
                .against(Baseline.of(noisy(step -> 0.6, 1)), 0.01, Map.of(Kind.FASTER_DECLINE, 0.0))
                .alarms(run).size());
    }

    @Test
    void comingDownFromAboveTheBaselineIsNotBelowIt() {
        Series run = noisy(step -> 0.6 + 0.2 - 0.2 * step / STEPS[STEPS.length - 1], 2);
        AlarmRules rules = AlarmRules.of(Map.of(), 16)
                .against(Baseline.of(noisy(step -> 0.6, 1)), 0.01, Map.of(Kind.BELOW_BASELINE, 0.03));
        assertEquals(List.of(), rules.alarms(run));
    }

    @Test
    void baselinesThatDoNotTellTheirNoiseAreNotCompared() {
        Series run = TestSeries.of(STEPS, step -> 0.2 - step * 1e-5);
        Series five = TestSeries.of(TestSeries.steps(5, 2500), TestSeries.noisy(step -> 0.6, 0.003, 1));
        Alarms alarms = rules(five, 0.01).evaluate(run);
        assertEquals(List.of(), alarms.fired());
        assertEquals(List.of(), alarms.standings());
        assertTrue(String.valueOf(alarms.unwatched().get(TestSeries.LAYER)).contains("5 rows"),
                alarms.unwatched()::toString);
        assertTrue(String.valueOf(rules(TestSeries.of(STEPS, step -> 0.6), 0.01).evaluate(run).unwatched()
                .get(TestSeries.LAYER)).contains("no noise"));
    }

    @Test
    void headsAreWatchedUnlessOthersAreNamed() {
        List<SeriesRow> rows = new ArrayList<>();
        for (String layer : List.of("model.layers.0.mlp", "lm_head", "model.layers.1.mlp")) {
            noisy(step -> 0.6, layer.hashCode()).rows()
                    .forEach(row -> rows.add(TestSeries.row(
                            row.step(), layer, row.score().scored().orElseThrow().lar(), null)));
        }
        Series series = Series.of(rows);
        AlarmRules none = AlarmRules.of(Map.of(), 16);
        assertEquals(List.of("lm_head"), none.watched(series));
        assertEquals(2, none.against(Baseline.of(series), 0.01, BOTH).evaluate(series).standings().size());
        AlarmRules layers = none.watching(List.of(Glob.of("model.layers.*")));
        assertEquals(List.of("model.layers.0.mlp", "model.layers.1.mlp"), layers.watched(series));
        List<Standing> standings = layers.against(Baseline.of(series), 0.01, BOTH).evaluate(series).standings();
        assertEquals(4, standings.size());
        assertEquals(400, standings.getFirst().neededEValue(), 1e-9, "two conditions of two layers");
        Series without = series.where(row -> !row.layer().equals("lm_head"));
        assertEquals(2, none.watched(without).size(), "all, where there is no head");
    }

    @Test
    void ratesAndMarginsHaveRanges() {
        AlarmRules none = AlarmRules.of(Map.of(), 16);
        Baseline baseline = Baseline.of(Series.EMPTY);
        for (double rate : new double[]{0, -1, 0.6, Double.NaN}) {
            assertThrows(IllegalArgumentException.class, () -> none.against(baseline, rate, BOTH));
        }
        for (double margin : new double[]{-1, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThrows(IllegalArgumentException.class,
                    () -> none.against(baseline, 0.01, Map.of(Kind.FASTER_DECLINE, margin)));
        }
        assertThrows(IllegalArgumentException.class,
                () -> none.against(baseline, 0.01, Map.of(Kind.DECLINE, 0.03)));
        assertThrows(IllegalArgumentException.class, () -> AlarmRules.of(Map.of(Kind.BELOW_BASELINE, 0.03), 16));
        assertThrows(IllegalStateException.class,
                () -> none.against(baseline, 0.01, BOTH).watching(List.of()));
        assertNull(none.evaluate(Series.EMPTY).falseAlarms());
    }
}
