package io.github.logalign.track;

import io.github.logalign.Uncertainty;
import io.github.logalign.internal.check.Arguments;
import io.github.logalign.score.Findings;
import io.github.logalign.score.Outcome.Scored;
import io.github.logalign.score.Scorer;
import io.github.logalign.score.TokenFingerprint;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What comparing the LAR of a layer takes: its value, its error, and by how much each group of tokens moves it.
 *
 * <p>Thread safety: immutable.
 *
 * @param step the training step
 * @param layer the layer's name
 * @param lar a finite value
 * @param standardError its standard error over groups of tokens
 * @param tokens how many tokens counted
 * @param groups how many groups they made
 * @param fingerprint of which tokens they are; null if that is unknown
 * @param influences by how much each group moves LAR, in the order of the groups; several may be pooled in one. They sum to 0.
 *     Empty if they are not known
 */
public record LayerSample(long step, String layer, double lar, double standardError, long tokens, long groups,
        @Nullable String fingerprint, List<Double> influences) implements Serializable {

    /** The most influences that are worth a file: an error from so many groups is known to a sixteenth of itself. */
    private static final int FILED = 128;

    /** Copies the list. */
    public LayerSample {
        Arguments.required(layer, "layer");
        influences = List.copyOf(influences);
    }

    /**
     * That of a result.
     *
     * @param step the training step
     * @param result what was computed
     * @return empty if LAR has no finite value, or its error is not known
     */
    public static Optional<LayerSample> of(long step, Scorer.Result result) {
        Uncertainty uncertainty = Arguments.required(result, "result").uncertainty();
        Scored scored = result.row().scored().orElse(null);
        Findings.Tokens tokens = scored == null ? null : scored.findings().tokens();
        if (uncertainty == null || scored == null || tokens == null || uncertainty.larStandardError().isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new LayerSample(step, result.row().layer(), scored.lar(),
                uncertainty.larStandardError().get(), tokens.counted(), uncertainty.groups(), result.fingerprint(),
                Arrays.stream(uncertainty.influences()).boxed().toList()));
    }

    /**
     * The same with so few influences that a file of many rows stays small.
     *
     * @return a sample whose groups are pooled if there are more than 128
     */
    public LayerSample pooled() {
        if (influences.size() <= FILED) {
            return this;
        }
        double[] pools = new double[FILED];
        for (int i = 0; i < influences.size(); i++) {
            pools[i % FILED] += influences.get(i);
        }
        return new LayerSample(step, layer, lar, standardError, tokens, groups, fingerprint,
                new ArrayList<>(Arrays.stream(pools).boxed().toList()));
    }

    /**
     * What linear interpolation says of a step between two of a layer. Of the same tokens, the influences are interpolated as
     * LAR is; of others, the error is the larger one that it would be if theirs went together, and there are no influences.
     */
    static LayerSample between(LayerSample below, LayerSample above, long step) {
        if (below.step == above.step) {
            return below;
        }
        double part = (double) (step - below.step) / (above.step - below.step);
        boolean same = below.isOfTheSameTokens(above);
        List<Double> influences = new ArrayList<>();
        double squares = 0;
        for (int d = 0; same && d < below.influences.size(); d++) {
            double influence = within(below.influences.get(d), above.influences.get(d), part);
            influences.add(influence);
            squares += influence * influence;
        }
        double error = same
                ? Math.sqrt(squares * influences.size() / (influences.size() - 1))
                : within(below.standardError, above.standardError, part);
        return new LayerSample(step, below.layer, within(below.lar, above.lar, part), error,
                Math.min(below.tokens, above.tokens), Math.min(below.groups, above.groups),
                same ? below.fingerprint : null, influences);
    }

    private static double within(double below, double above, double part) {
        return below + part * (above - below);
    }

    /** Whether the groups of another one are the same tokens. */
    boolean isOfTheSameTokens(LayerSample other) {
        return fingerprint != null && fingerprint.equals(other.fingerprint) && fits(other);
    }

    /** Whether what is recorded beside the tokens of both differs; descriptions may differ where tokens do not. */
    boolean isOfOtherTokens(LayerSample other) {
        return TokenFingerprint.differ(fingerprint, other.fingerprint);
    }

    /** Whether there are as many tokens and groups, so that they may be the same. */
    boolean fits(LayerSample other) {
        return tokens == other.tokens && groups == other.groups && influences.size() == other.influences.size();
    }
}
