package io.github.logalign.score;

import io.github.logalign.internal.check.Arguments;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.matrix.Matrix;
import io.github.logalign.score.Findings.WeightSummary;
import io.github.logalign.score.LayerInfo.Source;
import io.github.logalign.score.Scorer.Batch;
import io.github.logalign.score.UpdateScore.Ranks;
import io.github.logalign.score.UpdateScore.Ratio;
import io.github.logalign.tensor.Tensor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Scores what changed since an earlier checkpoint. Differences are formed as they are read, and never stored.
 *
 * <p>Thread safety: immutable; the files of the earlier checkpoint must stay open.
 */
public final class Updates {

    private static final String OTHER_TOKENS = "the token ids or labels beside the activations differ between the two"
            + " checkpoints: if they are not the same tokens in the same order, the change of the inputs means nothing";

    private final Map<String, LayerJob> earlier;
    private final boolean otherTokens;

    private Updates(Map<String, LayerJob> earlier, boolean otherTokens) {
        this.earlier = earlier;
        this.otherTokens = otherTokens;
    }

    /**
     * Compares with an earlier checkpoint.
     *
     * @param plan the rows of the earlier checkpoint, whose layers have the same names
     * @return what compares
     */
    public static Updates since(Plan plan) {
        Map<String, LayerJob> earlier = new HashMap<>();
        Arguments.required(plan, "plan").jobs().forEach(job -> earlier.putIfAbsent(job.layer(), job));
        return new Updates(earlier, false);
    }

    /**
     * The same, with a warning where what is known of the tokens shows that these differ.
     *
     * @param before the fingerprint of the earlier checkpoint's tokens, or null
     * @param after that of the later one's
     * @return what compares
     */
    public Updates ofTokens(@Nullable String before, @Nullable String after) {
        return new Updates(earlier, TokenFingerprint.differ(before, after));
    }

    /**
     * The row of a layer, and the three ratios of its change. What has no value has a warning with the reason.
     *
     * @param job the layer at the later checkpoint
     * @param scorer how the row and dW are scored; the ratio of dz with W_0 needs no spectrum and comes from the norm form
     * @return the row
     */
    public Scorer.Result score(LayerJob job, Scorer scorer) {
        Arguments.required(job, "job");
        Scorer.Result result = Arguments.required(scorer, "scorer").score(job);
        if (job.refusal() != null) {
            return result;
        }
        LayerJob before = earlier.get(job.layer());
        Optional<String> problem = problem(job, before, true, true);
        return before == null || problem.isPresent()
                ? result.withWarning("its change has no ratios: " + problem.orElseThrow())
                : withRatios(result, new Change(job, before), scorer);
    }

    private Scorer.Result withTokens(Scorer.Result result) {
        return otherTokens ? result.withWarning(OTHER_TOKENS) : result;
    }

    private Scorer.Result withRatios(Scorer.Result result, Change change, Scorer scorer) {
        Scorer.Result ofOldInputs;
        Scorer.Result ofNewInputs;
        LayerJob first = change.oldInputsNewWeights();
        try (SharedWeights update = scorer.weights(first)) {
            ofOldInputs = scorer.score(List.of(new Batch(first, scorer.masks())), update);
            ofNewInputs = scorer.score(List.of(new Batch(change.newInputsNewWeights(), scorer.masks())), update);
        }
        Scorer.Result ofOldWeights = scorer.byNormForm().score(change.newInputsOldWeights());
        UpdateScore score = new UpdateScore(change.before.info().weight(), change.before.info().activation(),
                ratio(ofOldInputs), ratio(ofOldWeights), ratio(ofNewInputs), ranks(ofOldInputs, ofNewInputs));
        Scorer.Result all = withTokens(result).withUpdate(score,
                ofOldInputs.row().seconds() + ofOldWeights.row().seconds() + ofNewInputs.row().seconds());
        all = withWarnings(all, "z0 with dW", ofOldInputs);
        all = withWarnings(all, "dz with W0", ofOldWeights);
        return withWarnings(all, "dz with dW", ofNewInputs);
    }

    private static @Nullable Ratio ratio(Scorer.Result result) {
        return result.row().scored().map(scored -> new Ratio(scored.overlap(), scored.lar())).orElse(null);
    }

    private static @Nullable Ranks ranks(Scorer.Result... ofUpdate) {
        for (Scorer.Result result : ofUpdate) {
            WeightSummary found = result.row().findings().map(Findings::weight).orElse(null);
            if (found != null) {
                Double effective = found.spread() == null ? null : (Double) found.spread().effectiveRank();
                return new Ranks(found.numericalRank(), found.stableRank(), effective);
            }
        }
        return null;
    }

    private static Scorer.Result withWarnings(Scorer.Result all, String pair, Scorer.Result ofPair) {
        Scorer.Result more = all;
        String reason = ofPair.row().reason().orElse(null);
        if (reason != null) {
            more = more.withWarning("the ratio of " + pair + " has no value: " + reason);
        }
        for (String warning : ofPair.row().warnings()) {
            if (!more.row().warnings().contains(warning)) {
                more = more.withWarning(pair + ": " + warning);
            }
        }
        return more;
    }

    /**
     * A row of the difference in place of the layer's own.
     *
     * @param job the layer at the later checkpoint
     * @param ofWeights whether the earlier weights are subtracted
     * @param ofInputs whether the earlier inputs are subtracted
     * @return the row to compute, refused if the two do not fit
     */
    public LayerJob difference(LayerJob job, boolean ofWeights, boolean ofInputs) {
        Arguments.required(job, "job");
        if (job.refusal() != null) {
            return job;
        }
        LayerJob before = earlier.get(job.layer());
        Optional<String> problem = problem(job, before, ofWeights, ofInputs);
        if (before == null || problem.isPresent()) {
            return new LayerJob(job.info(), job.weight(), job.w(), job.activation(), job.activationMatrix(),
                    new Outcome.Failed(problem.orElseThrow()));
        }
        return new Change(job, before).difference(ofWeights, ofInputs);
    }

    /**
     * What a row of a difference says of its origin.
     *
     * @param result the row
     * @param ofWeights whether the earlier weights were subtracted
     * @param ofInputs whether the earlier inputs were subtracted
     * @return the row with the location of what was subtracted
     */
    public Scorer.Result withOrigin(Scorer.Result result, boolean ofWeights, boolean ofInputs) {
        LayerJob before = earlier.get(Arguments.required(result, "result").row().layer());
        if (before == null) {
            return result;
        }
        Source weights = ofWeights ? before.info().weight() : null;
        Source activations = ofInputs ? before.info().activation() : null;
        return (ofInputs ? withTokens(result) : result)
                .withUpdate(new UpdateScore(weights, activations, null, null, null, null), 0);
    }

    /** Why two checkpoints of a layer cannot be subtracted. */
    private static Optional<String> problem(
            LayerJob job, @Nullable LayerJob before, boolean ofWeights, boolean ofInputs) {
        if (before == null) {
            return Optional.of("the earlier checkpoint has no layer of this name");
        }
        if (before.refusal() != null) {
            return Optional.of(before.refusal().reason());
        }
        try {
            Optional<String> weights = ofWeights
                    ? problem(job.weight(), job.w(), before.weight(), before.w(), "has to be of the same size")
                    : Optional.empty();
            return weights.isPresent() || !ofInputs
                    ? weights
                    : problem(job.activation(), job.x(), before.activation(), before.x(),
                            "has to hold the inputs of the same tokens");
        } catch (LogalignException unreadable) {
            return Optional.of(String.valueOf(unreadable.getMessage()));
        }
    }

    private static Optional<String> problem(@Nullable Tensor tensor, @Nullable Matrix now, @Nullable Tensor oldTensor,
            @Nullable Matrix old, String demand) {
        if (tensor == null || now == null || oldTensor == null || old == null) {
            return Optional.of("one of the two checkpoints lacks its weights or activations");
        }
        return now.rows() == old.rows() && now.columns() == old.columns()
                ? Optional.empty()
                : Optional.of(oldTensor.where() + " is " + old.rows() + " x " + old.columns() + ", " + tensor.where()
                        + " is " + now.rows() + " x " + now.columns() + "; it " + demand);
    }

    /**
     * A layer at two checkpoints, which fit.
     *
     * @param after at the later one
     * @param before at the earlier one
     */
    private record Change(LayerJob after, LayerJob before) {

        LayerJob oldInputsNewWeights() {
            return new LayerJob(plain(), after.weight(), weights(), before.activation(), before.activationMatrix(),
                    null);
        }

        LayerJob newInputsOldWeights() {
            return new LayerJob(plain(), before.weight(), before.w(), after.activation(), after.activationMatrix(),
                    null, inputs());
        }

        LayerJob newInputsNewWeights() {
            return difference(true, true).withInfo(plain());
        }

        LayerJob difference(boolean ofWeights, boolean ofInputs) {
            return new LayerJob(after.info(), after.weight(), ofWeights ? weights() : after.w(), after.activation(),
                    after.activationMatrix(), null, ofInputs ? inputs() : null);
        }

        /** Its warnings are in the row of the layer. */
        private LayerInfo plain() {
            return after.info().withWarnings(List.of());
        }

        private Matrix weights() {
            return minus(after.w(), before.w());
        }

        private Matrix inputs() {
            return minus(after.x(), before.x());
        }

        private static Matrix minus(@Nullable Matrix now, @Nullable Matrix old) {
            return Arguments.required(now, "now").minus(Arguments.required(old, "old"));
        }
    }
}
