package io.github.logalign.track;

import java.util.Random;

/**
 * Noise of training over steps: what it was 100 steps earlier counts with a factor, and what is new is normal or of
 * Student's t with three degrees of freedom. Its standard deviation is {@link #DEVIATION}.
 *
 * @param factor from 0 for independent noise to below 1
 * @param heavy whether what is new has Student's t
 * @param white the share of the variance that is independent noise on top
 */
record TestNoise(double factor, boolean heavy, double white) {

    static final double DEVIATION = 0.003;

    TestNoise(double factor) {
        this(factor, false, 0);
    }

    double[] at(long[] steps, Random random) {
        double[] noise = new double[steps.length];
        double slow = random.nextGaussian();
        for (int i = 0; i < steps.length; i++) {
            if (i > 0 || factor == 0) {
                double kept = i == 0 ? 0 : Math.pow(factor, (steps[i] - steps[i - 1]) / 100.0);
                slow = kept * slow + Math.sqrt(1 - kept * kept) * innovation(random);
            }
            noise[i] = DEVIATION * (Math.sqrt(1 - white) * slow + Math.sqrt(white) * random.nextGaussian());
        }
        return noise;
    }

    private double innovation(Random random) {
        if (!heavy) {
            return random.nextGaussian();
        }
        double squares = 0;
        for (int i = 0; i < 3; i++) {
            squares += Math.pow(random.nextGaussian(), 2);
        }
        return random.nextGaussian() / Math.sqrt(squares);
    }
}
