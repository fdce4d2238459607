package io.github.logalign.track;

import io.github.logalign.internal.check.Arguments;
import io.github.logalign.internal.stats.Holm;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A layer compared between two checkpoints or runs.
 *
 * <p>Thread safety: immutable.
 *
 * @param first what is compared with
 * @param second what is compared
 * @param difference the second minus the first
 * @param adjustedPValue the p-value, corrected by Holm for the number of rows; null where there is no p-value
 */
public record Comparison(LayerSample first, LayerSample second, LarDifference difference,
        @Nullable Double adjustedPValue) implements Serializable {

    /** A layer at a step of each side. */
    private record Place(long step, String layer) {}

    /**
     * Compares the layers that two checkpoints both have.
     *
     * @param first the layers of one step
     * @param second the layers of one step
     * @param sameTokens whether the tokens are known to be the same
     * @return a row a layer, that which moved most compared with its error first
     * @throws IllegalArgumentException if the tokens are said to be the same, but are not
     */
    public static List<Comparison> ofCheckpoints(
            List<LayerSample> first, List<LayerSample> second, boolean sameTokens) {
        return rows(first, second, sameTokens, LayerSample::layer);
    }

    /**
     * Compares the layers of two runs at the steps that both have.
     *
     * @param first the layers of a run
     * @param second the layers of a run
     * @param sameTokens whether the tokens are known to be the same
     * @return a row a layer and step, that which moved most compared with its error first
     * @throws IllegalArgumentException if the tokens are said to be the same, but are not
     */
    public static List<Comparison> ofRuns(List<LayerSample> first, List<LayerSample> second, boolean sameTokens) {
        return rows(first, second, sameTokens, sample -> new Place(sample.step(), sample.layer()));
    }

    /** Compares what has the same key on both sides. */
    private static List<Comparison> rows(List<LayerSample> first, List<LayerSample> second, boolean sameTokens,
            Function<LayerSample, Object> key) {
        Map<Object, LayerSample> known = new HashMap<>();
        Arguments.required(first, "first").forEach(sample -> known.put(key.apply(sample), sample));
        List<Comparison> rows = new ArrayList<>();
        for (LayerSample sample : Arguments.required(second, "second")) {
            LayerSample other = known.get(key.apply(sample));
            if (other != null) {
                rows.add(new Comparison(other, sample, LarDifference.of(other, sample, sameTokens), null));
            }
        }
        return corrected(rows);
    }

    private static List<Comparison> corrected(List<Comparison> rows) {
        double[] pValues = rows.stream().map(row -> row.difference.pValue()).filter(Objects::nonNull)
                .mapToDouble(Double::doubleValue).toArray();
        double[] adjusted = Holm.adjusted(pValues);
        List<Comparison> corrected = new ArrayList<>(rows.size());
        int next = 0;
        for (Comparison row : rows) {
            Double p = row.difference.pValue() == null ? null : (Double) adjusted[next++];
            corrected.add(new Comparison(row.first, row.second, row.difference, p));
        }
        corrected.sort(Comparator.comparingDouble((Comparison row) -> -row.ratio()));
        return corrected;
    }

    /** How large the difference is compared with its error. */
    private double ratio() {
        double moved = Math.abs(difference.difference());
        return moved == 0 ? 0 : moved / difference.standardError();
    }
}
