package io.github.logalign.score;

import java.util.Optional;

/**
 * Which activations belong to which weights, by patterns: what the wildcards of the left side stand for fills those of the
 * right side.
 *
 * @param weight the weights it speaks of
 * @param activation the name of their activations; no more wildcards than the weights' side has
 */
public record NameMap(Glob weight, Glob activation) {

    /**
     * Reads {@code GLOB=GLOB}.
     *
     * @param text the weights' pattern, an equals sign, the activations' pattern
     * @return the map
     * @throws IllegalArgumentException if it is not of that form
     */
    public static NameMap parse(String text) {
        int equals = text.indexOf('=');
        if (equals < 0 || equals != text.lastIndexOf('=')) {
            throw new IllegalArgumentException("a map has the form WEIGHT=ACTIVATION, with one equals sign");
        }
        NameMap map = new NameMap(Glob.of(text.substring(0, equals)), Glob.of(text.substring(equals + 1)));
        if (map.activation.wildcards() > map.weight.wildcards()) {
            throw new IllegalArgumentException("a map's right side has no more wildcards than its left side");
        }
        return map;
    }

    /** The activations of a weight, if it fits. */
    Optional<String> activationFor(String weightName) {
        return weight.captures(weightName).map(activation::fill);
    }

    @Override
    public String toString() {
        return weight + "=" + activation;
    }
}
