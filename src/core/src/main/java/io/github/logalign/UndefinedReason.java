package io.github.logalign;

import org.jspecify.annotations.Nullable;

/** Why a result has no value. */
public enum UndefinedReason {
    /** n = 0. */
    NO_INPUTS("the input dimension n is 0"),
    /** n = 1: LAR is a logarithm to the base n. */
    ONE_INPUT("the input dimension n is 1, and LAR is a logarithm to the base n"),
    /** W has no rows. */
    NO_ROWS("the weight matrix has no rows"),
    /** W = 0. */
    ZERO_WEIGHTS("every weight is 0"),
    /** W is a difference, and 0. */
    UNCHANGED_WEIGHTS("the weights did not change: every difference is 0"),
    /** X has no rows, or the mask leaves none. */
    NO_TOKENS("there are no tokens, or the mask leaves none"),
    /** X = 0. */
    ZERO_ACTIVATIONS("every activation is 0");

    private final String explanation;

    UndefinedReason(String explanation) {
        this.explanation = explanation;
    }

    /** This reason where W is a difference. */
    UndefinedReason ofDifference() {
        return this == ZERO_WEIGHTS ? UNCHANGED_WEIGHTS : this;
    }

    /** The first reason that holds, or null if LAR is defined. */
    static @Nullable UndefinedReason of(long rows, long columns, boolean zeroWeights, long tokens,
            boolean zeroActivations) {
        if (columns < 2) {
            return columns == 0 ? NO_INPUTS : ONE_INPUT;
        }
        if (rows == 0 || zeroWeights) {
            return rows == 0 ? NO_ROWS : ZERO_WEIGHTS;
        }
        if (tokens == 0 || zeroActivations) {
            return tokens == 0 ? NO_TOKENS : ZERO_ACTIVATIONS;
        }
        return null;
    }

    /**
     * The reason in words.
     *
     * @return part of a sentence
     */
    public String explanation() {
        return explanation;
    }
}
