package io.github.logalign.track;

import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;

/**
 * Linear interpolation between training steps.
 *
 * <p>Thread safety: stateless.
 */
public final class Interpolation {

    private Interpolation() {}

    /**
     * Interpolates between the two nearest steps.
     *
     * @param values by step
     * @param step any step
     * @return the value at that step, interpolated if necessary; empty outside the range of the steps
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
