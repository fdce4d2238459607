package io.github.logalign;

import io.github.logalign.internal.check.Arguments;
import java.io.Serializable;

/**
 * How far a spectrum s (s_i >= 0, sum s = 1) spreads over its directions.
 *
 * @param participationRatio 1 / sum s_i^2, from 1 to the number of directions
 * @param entropy -sum s_i ln s_i in nats, with 0 ln 0 = 0
 * @param effectiveRank exp(entropy)
 * @param largest the largest s_i
 */
public record Spread(double participationRatio, double entropy, double effectiveRank, double largest)
        implements
            Serializable {

    /**
     * The spread of a spectrum, which is normalised to a sum of 1 first.
     *
     * @param spectrum non-negative, finite, not all zero
     * @return its spread
     * @throws IllegalArgumentException if the spectrum is empty, all zero, negative or not finite somewhere
     */
    public static Spread of(double[] spectrum) {
        double sum = 0;
        for (double value : Arguments.required(spectrum, "spectrum")) {
            if (!(value >= 0) || value == Double.POSITIVE_INFINITY) {
                throw new IllegalArgumentException("a spectrum cannot hold " + value);
            }
            sum += value;
        }
        if (sum == 0) {
            throw new IllegalArgumentException("an empty or all-zero spectrum has no spread");
        }
        double squares = 0;
        double entropy = 0;
        double largest = 0;
        for (double value : spectrum) {
            double share = value / sum;
            squares += share * share;
            entropy -= share == 0 ? 0 : share * Math.log(share);
            largest = Math.max(largest, share);
        }
        double nats = Math.max(0, entropy);
        return new Spread(1 / squares, nats, Math.exp(nats), largest);
    }
}
