package io.github.logalign.lab;

/**
 * The options of a run of modular addition.
 *
 * @param seed the seed of the split and of the initial weights
 * @param weightDecay the decoupled weight decay; without it the model memorises and does not generalise
 * @param modulus the modulus p, odd
 * @param steps the number of steps
 * @param interval the number of steps between checkpoints
 */
public record GrokkingOptions(long seed, double weightDecay, int modulus, int steps, int interval) {

    /** The default options. */
    public static final GrokkingOptions DEFAULT = new GrokkingOptions(1, 1.0, 59, 4000, 25);

    /** Checks the ranges. */
    public GrokkingOptions {
        if (modulus < 3 || modulus > 1009 || modulus % 2 == 0) {
            throw new IllegalArgumentException("p must be odd, from 3 to 1009, not " + modulus);
        }
        if (steps < 1 || steps > 99_999 || interval < 1) {
            throw new IllegalArgumentException("steps must be from 1 to 99999 and the interval at least 1");
        }
        if (!(weightDecay >= 0 && weightDecay <= 100)) {
            throw new IllegalArgumentException("the weight decay must be from 0 to 100, not " + weightDecay);
        }
    }
}
