package io.github.logalign.track;

import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;

/**
 * Values between the steps at which they were measured.
 *
 * <p>Thread safety: stateless.
 */
public final class Interpolation {

    private Interpolation() {}

    /**
     * Interpolates linearly between neighbours.
     *
     * @param values by step
     * @param step any step
     * @return the value at that step, or between its neighbours; empty outside the range of the steps
     */
    public static Optional<Double> at(NavigableMap<Long, Double> values, long step) {
        Map.Entry<Long, Double> below = values.floorEntry(step);
        Map.Entry<Long, Double> above = values.ceilingEntry(step);
        if (below == null || above == null) {
            return Optional.empty();
        }
        if (below.getKey().equals(above.getKey())) {
            return Optional.of(below.getValue());
        }
        double part = (double) (step - below.getKey()) / (above.getKey() - below.getKey());
        return Optional.of(below.getValue() + part * (above.getValue() - below.getValue()));
    }
}
