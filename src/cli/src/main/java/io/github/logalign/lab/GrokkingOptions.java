package io.github.logalign.lab;

/**
 * What a run of modular addition is to be like.
 *
 * @param seed of the split and the initial weights
 * @param weightDecay decoupled; without it the model memorises and stays there
 * @param modulus p, odd
 * @param steps how many
 * @param interval steps from checkpoint to checkpoint
 */
public record GrokkingOptions(long seed, double weightDecay, int modulus, int steps, int interval) {

    /** The recipe. */
    public static final GrokkingOptions DEFAULT = new GrokkingOptions(1, 1.0, 59, 4000, 25);

    /** Checks the numbers. */
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
