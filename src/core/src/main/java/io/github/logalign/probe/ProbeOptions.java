package io.github.logalign.probe;

import io.github.logalign.internal.check.Arguments;

/**
 * How a probe samples, and what it remembers.
 *
 * @param sampling the probability that a token is sampled, above 0 and at most 1. Each token is drawn by itself, wherever it
 *     stands in its batch
 * @param seed what the draws depend on, beside the number of the batch: the same calls in the same order draw the same tokens
 * @param window which tokens a snapshot stands for
 * @param maxTokens how many sampled tokens one call may cost, at least 1: a batch of which more were drawn is dropped whole
 *     and counted, since a part of it would not be a fair sample
 */
public record ProbeOptions(double sampling, long seed, ProbeWindow window, int maxTokens) {

    /** One token of 16, a window of 65,536 sampled tokens, at most 1,024 of them from one batch. */
    public static final ProbeOptions DEFAULT = new ProbeOptions(1.0 / 16, 0, ProbeWindow.lastTokens(65_536), 1024);

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if a number is out of range
     */
    public ProbeOptions {
        Arguments.required(window, "window");
        if (!(sampling > 0 && sampling <= 1)) {
            throw new IllegalArgumentException("tokens are sampled with a probability above 0 and at most 1, not "
                    + sampling);
        }
        if (maxTokens < 1) {
            throw new IllegalArgumentException("a call samples at least one token, not " + maxTokens);
        }
    }

    /**
     * The same with another probability.
     *
     * @param newSampling above 0 and at most 1
     * @return the options
     */
    public ProbeOptions withSampling(double newSampling) {
        return new ProbeOptions(newSampling, seed, window, maxTokens);
    }

    /**
     * The same with other draws.
     *
     * @param newSeed any number
     * @return the options
     */
    public ProbeOptions withSeed(long newSeed) {
        return new ProbeOptions(sampling, newSeed, window, maxTokens);
    }

    /**
     * The same for other tokens.
     *
     * @param newWindow which
     * @return the options
     */
    public ProbeOptions withWindow(ProbeWindow newWindow) {
        return new ProbeOptions(sampling, seed, newWindow, maxTokens);
    }

    /**
     * The same with another bound on what one call costs.
     *
     * @param newMaxTokens sampled tokens, at least 1
     * @return the options
     */
    public ProbeOptions withMaxTokens(int newMaxTokens) {
        return new ProbeOptions(sampling, seed, window, newMaxTokens);
    }
}
