package io.github.logalign.track;

import io.github.logalign.Spread;
import io.github.logalign.matrix.ElementType;
import io.github.logalign.matrix.Precision;
import io.github.logalign.score.LayerScore.Status;
import io.github.logalign.score.LayerScore;
import io.github.logalign.score.ScoreMethod;
import io.github.logalign.score.StoredOrientation;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.LongToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** Series with known answers. */
public final class TestSeries {

    /** The name of the layer in series of one layer. */
    public static final String LAYER = "lm_head";

    private TestSeries() {}

    /** A score with all fields set, as a scorer returns it. */
    public static LayerScore score(String layer, @Nullable Double lar, Status status) {
        boolean ok = status == Status.OK && lar != null;
        Double overlap = lar == null || !ok ? null : (Double) Math.pow(64, 2 * (lar - 1));
        return new LayerScore(
                layer,
                "run/weights.safetensors",
                layer + ".weight",
                128L,
                64L,
                ElementType.BF16,
                "run/activations.safetensors",
                layer,
                1000L,
                24L,
                ScoreMethod.SVD,
                "dgesdd",
                Precision.DOUBLE,
                overlap,
                ok ? lar : null,
                ok ? (Double) 1e-15 : null,
                overlap == null ? null : (Double) (1 / overlap),
                64,
                0.0,
                ok ? new Spread(20, 3.5, Math.exp(3.5), 0.25) : null,
                ok ? new Spread(10, 2.5, Math.exp(2.5), 0.5) : null,
                4.0,
                StoredOrientation.INPUT_OUTPUT,
                "--transposed",
                status,
                status == Status.OK ? null : "the reason and its remedy",
                List.of(),
                0.125);
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
