package io.github.logalign.internal.stats;

import java.util.Arrays;
import java.util.Comparator;

/** Holm's correction of p-values for the number of hypotheses, under any dependence between them. */
public final class Holm {

    private Holm() {}

    /**
     * Adjusts p-values: the hypotheses whose adjusted value is below a level can be rejected together at that level.
     *
     * <p>Source: S. Holm, "A simple sequentially rejective multiple test procedure", 1979.
     *
     * @param pValues from 0 to 1
     * @return in the same order, none below its original
     */
    public static double[] adjusted(double[] pValues) {
        int n = pValues.length;
        Integer[] order = new Integer[n];
        Arrays.setAll(order, i -> i);
        Arrays.sort(order, Comparator.comparingDouble(i -> pValues[i]));
        double[] adjusted = new double[n];
        double largest = 0;
        for (int rank = 0; rank < n; rank++) {
            largest = Math.max(largest, Math.min(1, (n - rank) * pValues[order[rank]]));
            adjusted[order[rank]] = largest;
        }
        return adjusted;
    }
}
