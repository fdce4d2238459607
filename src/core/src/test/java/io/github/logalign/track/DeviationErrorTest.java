package io.github.logalign.track;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.logalign.Interval;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.LongToDoubleFunction;
import org.junit.jupiter.api.Test;

/** How sure the deviation of a run from its baseline is. */
class DeviationErrorTest {

    private static final int GROUPS = 40;

    /** Influences that all rows share, as the tokens are the same, and a little that each row has for itself. */
    private static LayerSample sample(long step, double lar, String tokens) {
        Random common = new Random(tokens.hashCode());
        Random own = new Random(Double.doubleToLongBits(lar) + step);
        List<Double> influences = new ArrayList<>();
        double squares = 0;
        for (int d = 0; d < GROUPS; d += 2) {
            double influence = 0.001 * common.nextGaussian() + 0.0001 * own.nextGaussian();
            influences.addAll(List.of(influence, -influence));
            squares += 2 * influence * influence;
        }
        return new LayerSample(step, TestSeries.LAYER, lar, Math.sqrt(squares * GROUPS / (GROUPS - 1)), 32L * GROUPS,
                GROUPS, tokens, influences);
    }

    private static List<LayerSample> samples(Series of, String tokens) {
        return of.rows().stream().map(row -> sample(row.step(), row.score().scored().orElseThrow().lar(), tokens))
                .toList();
    }

    private static Series series(long[] steps, LongToDoubleFunction lar) {
        return Series.of(Arrays.stream(steps)
                .mapToObj(step -> TestSeries.row(step, TestSeries.LAYER, lar.applyAsDouble(step), 0.005)).toList());
    }

    private static SeriesRow at(Series series, long step) {
        return series.find(step, TestSeries.LAYER).orElseThrow();
    }

    private static LarDifference error(Series series, long step) {
        LarDifference error = at(series, step).deviationError();
        assertNotNull(error);
        return error;
    }

    @Test
    void isPairedOverTheSameTokens() {
        Series usual = series(TestSeries.steps(5, 100), step -> 0.6 + step * 1e-5);
        Series run = series(TestSeries.steps(5, 100), step -> 0.59);
        Baseline baseline = Baseline.of(usual, samples(usual, "tales"));
        Series same = run.withBaseline(baseline, samples(run, "tales"));
        Series other = run.withBaseline(baseline, samples(run, "news"));
        for (SeriesRow row : same.rows()) {
            LarDifference paired = error(same, row.step());
            LarDifference expected = LarDifference.of(
                    sample(row.step(), 0.59, "tales"), sample(row.step(), 0.6 + row.step() * 1e-5, "tales"), true);
            assertEquals(expected, paired);
            assertEquals(row.deviation(), paired.difference());
            LarDifference unpaired = error(other, row.step());
            assertFalse(unpaired.paired());
            assertTrue(paired.standardError() < unpaired.standardError() / 4, paired + " " + unpaired);
        }
    }

    @Test
    void isInterpolatedAsTheBaselineIs() {
        Series usual = series(new long[]{0, 400}, step -> 0.6 + step * 1e-5);
        Series run = series(new long[]{100, 500}, step -> 0.59);
        List<LayerSample> ofUsual = samples(usual, "tales");
        Series compared = run.withBaseline(Baseline.of(usual, ofUsual), samples(run, "tales"));
        LarDifference error = error(compared, 100);
        assertTrue(error.paired());
        assertEquals(0.011, error.difference(), 1e-15);
        double squares = 0;
        List<Double> own = sample(100, 0.59, "tales").influences();
        for (int d = 0; d < GROUPS; d++) {
            double between = 0.75 * ofUsual.get(0).influences().get(d) + 0.25 * ofUsual.get(1).influences().get(d);
            squares += Math.pow(between - own.get(d), 2);
        }
        assertEquals(Math.sqrt(squares * GROUPS / (GROUPS - 1)), error.standardError(), 1e-15);
        assertNull(at(compared, 500).deviationError(), "there is no extrapolation");
        List<LayerSample> changed = List.of(ofUsual.get(0), sample(400, 0.604, "news"));
        LarDifference unpaired = error(
                run.withBaseline(Baseline.of(usual, changed), samples(run, "tales")), 100);
        assertFalse(unpaired.paired());
        assertEquals(Math.hypot(0.75 * changed.get(0).standardError() + 0.25 * changed.get(1).standardError(),
                sample(100, 0.59, "tales").standardError()), unpaired.standardError(), 1e-15);
    }

    @Test
    void whatIsOfAnotherStateOfARowDoesNotCount() {
        Series usual = series(TestSeries.steps(3, 100), step -> 0.6);
        Series run = series(TestSeries.steps(3, 100), step -> 0.59);
        List<LayerSample> stale = List.of(sample(100, 0.58, "tales"));
        assertNull(at(run.withBaseline(Baseline.of(usual, samples(usual, "tales")), stale), 100).deviationError());
        assertNull(at(run.withBaseline(Baseline.of(usual, stale), samples(run, "tales")), 100).deviationError());
        Series compared = run.withBaseline(Baseline.of(usual, samples(usual, "tales")), samples(run, "tales"));
        assertNull(at(compared.withBaseline(null), 100).deviationError());
        assertNull(at(run.withBaseline(Baseline.of(usual)), 100).deviationError());
    }

    /** What the tokens have in common cannot hide a small distance. */
    @Test
    void alarmsUseIt() {
        Random random = new Random(1);
        Series usual = series(TestSeries.steps(200, 100), step -> 0.6 + 1e-4 * random.nextGaussian());
        Series run = series(TestSeries.steps(200, 100), step -> 0.565 + 1e-4 * random.nextGaussian());
        AlarmRules rules = AlarmRules.of(Map.of(), Slope.DEFAULT_WINDOW);
        Map<Alarm.Kind, Double> margins = Map.of(Alarm.Kind.BELOW_BASELINE, 0.03);
        Baseline baseline = Baseline.of(usual, samples(usual, "tales"));
        AlarmRules against = rules.against(baseline, 0.01, margins);
        assertEquals(List.of(), against.alarms(run.withBaseline(baseline)), "the errors of LAR alone are too large");
        Series compared = run.withBaseline(baseline, samples(run, "tales"));
        assertNotEquals(List.of(), against.alarms(compared));
        Baseline higher = Baseline.of(series(TestSeries.steps(200, 100), step -> 0.6005));
        assertEquals(List.of(), rules.against(higher, 0.01, margins).alarms(compared), "it is of another baseline");
    }

    @Test
    void fewGroupsGiveNoInterval() {
        LayerSample own = new LayerSample(0, TestSeries.LAYER, 0.5, 0.1, 64, 2, "a", List.of(0.1, -0.1));
        Series run = series(new long[]{0}, step -> 0.5);
        Series usual = series(new long[]{0}, step -> 0.6);
        LayerSample other = new LayerSample(0, TestSeries.LAYER, 0.6, 0.1, 64, 2, "a", List.of(0.2, -0.2));
        Interval none = error(run.withBaseline(Baseline.of(usual, List.of(other)), List.of(own)), 0).interval();
        assertNull(none);
    }
}
