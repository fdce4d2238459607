package io.github.logalign.score;

import io.github.logalign.Spread;
import io.github.logalign.matrix.Precision;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * What ran for a layer, and what was found beside LAR.
 *
 * <p>Thread safety: immutable.
 *
 * @param run what ran
 * @param tokens what was counted; null without activations
 * @param weight of the weight spectrum; null if none was computed
 * @param inputs of the activation spectrum; null if none was computed, or it is undefined
 */
public record Findings(
        Run run, @Nullable Tokens tokens, @Nullable WeightSummary weight, @Nullable InputSummary inputs)
        implements
            Serializable {

    /**
     * What ran.
     *
     * @param method how it was computed
     * @param driver the routines
     * @param precision in what precision
     */
    public record Run(ScoreMethod method, String driver, Precision precision) implements Serializable {}

    /**
     * Tokens.
     *
     * @param counted how many counted
     * @param masked how many the mask left out
     */
    public record Tokens(long counted, long masked) implements Serializable {}

    /**
     * The weight spectrum in short.
     *
     * @param numericalRank of the weight
     * @param stableRank of the weight
     * @param spread of p; null if every weight is 0
     */
    public record WeightSummary(int numericalRank, double stableRank, @Nullable Spread spread)
            implements
                Serializable {}

    /**
     * The activation spectrum in short.
     *
     * @param spread of q; null if it is 0
     * @param nullSpaceEnergy share of the activations' energy in the weight's null space; null if every activation is 0
     */
    public record InputSummary(@Nullable Spread spread, @Nullable Double nullSpaceEnergy) implements Serializable {}
}
