package io.github.logalign.track;

import io.github.logalign.Interval;
import io.github.logalign.Spread;
import io.github.logalign.matrix.ElementType;
import io.github.logalign.matrix.Precision;
import io.github.logalign.score.Outcome.Status;
import io.github.logalign.score.ErrorBars;
import io.github.logalign.score.Findings;
import io.github.logalign.score.LayerInfo.Source;
import io.github.logalign.score.LayerInfo;
import io.github.logalign.score.LayerScore;
import io.github.logalign.score.Outcome;
import io.github.logalign.score.ScoreMethod;
import io.github.logalign.score.StoredOrientation;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.function.LongToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** Series with known answers. */
public final class TestSeries {

    /** The name of the layer in series of one layer. */
    public static final String LAYER = "lm_head";

    private static final ErrorBars ERROR_BARS = new ErrorBars(40, "sequences", 0.002,
            new Interval(0.5, 0.51, Interval.LEVEL), new Interval(0.01, 0.02, Interval.LEVEL),
            new Interval(50, 100, Interval.LEVEL), new Interval(0, 0.1, Interval.LEVEL), null);

    private TestSeries() {}

    /** A row with a given LAR and its standard error from 40 groups of tokens, or none. */
    public static SeriesRow row(long step, String layer, double lar, @Nullable Double standardError) {
        ErrorBars bars = standardError == null
                ? null
                : new ErrorBars(40, "sequences", standardError, null, null, null, null, "no interval is asked for");
        LayerScore score = score(layer, lar, Status.OK);
        Outcome outcome = new Outcome.Scored(Math.pow(64, 2 * (lar - 1)), lar, 1e-15, bars, findings(true));
        return SeriesRow.of(step, new LayerScore(score.info(), outcome, score.seconds()));
    }

    /** A score with all that such an outcome has, as a scorer returns it; an undefined one is of inputs that are 0. */
    public static LayerScore score(String layer, @Nullable Double lar, Status status) {
        LayerInfo info = new LayerInfo(
                layer,
                new Source("run/weights.safetensors", layer + ".weight"),
                new Source("run/activations.safetensors", layer),
                new LayerInfo.Shape(128, 64, ElementType.BF16),
                new LayerInfo.Storage(StoredOrientation.INPUT_OUTPUT, "--transposed"),
                List.of());
        String reason = "the reason and its remedy";
        Outcome outcome = switch (status) {
            case OK -> {
                double value = Objects.requireNonNull(lar);
                yield new Outcome.Scored(Math.pow(64, 2 * (value - 1)), value, 1e-15, ERROR_BARS, findings(true));
            }
            case UNDEFINED -> new Outcome.Undefined(reason, findings(false));
            case SKIPPED -> new Outcome.Skipped(reason);
            case FAILED -> new Outcome.Failed(reason);
        };
        return new LayerScore(info, outcome, 0.125);
    }

    private static Findings findings(boolean inputs) {
        Spread ofWeight = new Spread(20, 3.5, Math.exp(3.5), 0.25);
        Spread ofInputs = new Spread(10, 2.5, Math.exp(2.5), 0.5);
        return new Findings(
                new Findings.Run(ScoreMethod.SVD, "dgesdd", Precision.DOUBLE),
                new Findings.Tokens(1000, 24),
                new Findings.WeightSummary(64, 4.0, ofWeight),
                inputs ? new Findings.InputSummary(ofInputs, 0.0) : null);
    }

    /** A row with a given LAR. */
    public static SeriesRow row(long step, String layer, double lar) {
        return SeriesRow.of(step, score(layer, lar, Status.OK));
    }

    /** One layer at the given steps. */
    public static Series of(long[] steps, LongToDoubleFunction lar) {
        List<SeriesRow> rows = new ArrayList<>();
        for (long step : steps) {
            rows.add(row(step, LAYER, lar.applyAsDouble(step)));
        }
        return Series.of(rows);
    }

    /** Steps 0, gap, 2 gap, ... */
    public static long[] steps(int count, long gap) {
        long[] steps = new long[count];
        for (int i = 0; i < count; i++) {
            steps[i] = i * gap;
        }
        return steps;
    }

    /** A curve with Gaussian noise. */
    public static LongToDoubleFunction noisy(LongToDoubleFunction curve, double sd, long seed) {
        Random random = new Random(seed);
        return step -> curve.applyAsDouble(step) + sd * random.nextGaussian();
    }
}
