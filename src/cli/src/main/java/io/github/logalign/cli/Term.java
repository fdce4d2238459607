package io.github.logalign.cli;

import io.github.logalign.track.Alarm;
import java.util.List;
import java.util.stream.Stream;

/**
 * What the words and letters of results mean, beside their columns.
 *
 * @param name as it is written in tables and messages
 * @param meaning in half a sentence
 */
record Term(String name, String meaning) {

    /** The terms, each explained with those before it. */
    static final List<Term> WORDS = List.of(
            new Term("W, m x n", "weight of a layer: m outputs x n inputs, however it is stored"),
            new Term("X, tokens", "activations: the inputs of the layer, n numbers for each token"),
            new Term("p", "weight spectrum: squared singular values of W, normalised to a sum of 1"),
            new Term("q", "activation spectrum: share of the energy of X along each right singular vector of W; sums to"
                    + " less than 1 if m < n"),
            new Term("overlap", "sum p q, from 0 to 1: how much of W's strength the inputs meet"),
            new Term("LAR",
                    "log-alignment ratio, 1 + ln(overlap) / (2 ln n): 1/2 for isotropic inputs, 1 if all of them lie"
                            + " along W's strongest direction"),
            new Term("k", "effective dimension, 1 / overlap = n^(2(1-LAR)): how many directions the layer works with"),
            new Term("+-", "half the width of the 95 % interval of the number before it"));

    /** What alarms say. */
    static final List<Term> ALARMS = Stream.of(Alarm.Kind.values()).map(Term::of).toList();

    private static Term of(Alarm.Kind kind) {
        String meaning = switch (kind) {
            case BELOW_BASELINE ->
                "LAR is further below the baseline than 0.03, beyond the noise, at a stated rate of false"
                        + " alarms";
            case FASTER_DECLINE -> "LAR falls faster than the baseline's, beyond the noise, at the same rate";
            case DEVIATION -> "the deviation exceeded 0.03 at two checkpoints in a row";
            case DECLINE -> "LAR falls by more than 0.025 per 1,000 steps; some healthy runs do";
            case ACCELERATION -> "the slope falls by more than 0.02 from one window to the next; some healthy runs do";
        };
        return new Term("ALARM " + kind.label() + (kind.isHeuristic() ? " (heuristic)" : ""), meaning);
    }
}
