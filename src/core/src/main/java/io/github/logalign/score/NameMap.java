package io.github.logalign.score;

import java.io.Serializable;
import java.util.Optional;

/**
 * Assigns activations to weights by name patterns: the text matched by the wildcards of the left side replaces the
 * wildcards of the right side.
 *
 * @param weight the pattern for the names of weights
 * @param activation the name of their activations, with at most as many wildcards
 */
public record NameMap(Glob weight, Glob activation) implements Serializable {

    /**
     * Parses {@code GLOB=GLOB}.
     *
     * @param text the pattern for weights, an equals sign, and the pattern for activations
     * @return the map
     * @throws IllegalArgumentException if the text does not have that form
     */
    public static NameMap parse(String text) {
        int equals = text.indexOf('=');
        if (equals < 0 || equals != text.lastIndexOf('=')) {
            throw new IllegalArgumentException("a map must have the form WEIGHT=ACTIVATION, with one equals sign");
        }
        NameMap map = new NameMap(Glob.of(text.substring(0, equals)), Glob.of(text.substring(equals + 1)));
        if (map.activation.wildcards() > map.weight.wildcards()) {
            throw new IllegalArgumentException("the right side of a map must not have more wildcards than the left "
                    + "side");
        }
        return map;
    }

    /** The name of the activations of a weight, if the weight matches. */
    Optional<String> activationFor(String weightName) {
        return weight.captures(weightName).map(activation::fill);
    }

    @Override
    public String toString() {
        return weight + "=" + activation;
    }
}
