package io.github.logalign.score;

import io.github.logalign.UndefinedReason;
import io.github.logalign.internal.io.Names;
import io.github.logalign.matrix.Precision;
import io.github.logalign.score.Findings.Run;
import io.github.logalign.tensor.MaskTensor;
import io.github.logalign.tensor.Tensor;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What rows say of results that are undefined or inaccurate: what is wrong with which tensor, and what to do. */
final class Remarks {

    private static final String LEAVE_OUT = "; leave this layer out";

    private Remarks() {}

    static String zeroWeights(Tensor weight) {
        return ofWeight(UndefinedReason.ZERO_WEIGHTS, weight);
    }

    static String undefined(UndefinedReason why, Tensor weight, Tensor activation, @Nullable MaskTensor mask) {
        if (why == UndefinedReason.NO_TOKENS && mask != null && mask.tokens().tokens() > 0) {
            return mask.tensor().where() + " masks every token of " + activation.where() + "; give another mask";
        }
        return switch (why) {
            case NO_TOKENS, ZERO_ACTIVATIONS -> activation.where() + ": " + why.explanation()
                    + "; record other activations";
            case UNCHANGED_WEIGHTS -> weight.where() + ": " + why.explanation();
            case NO_INPUTS, ONE_INPUT, NO_ROWS, ZERO_WEIGHTS -> ofWeight(why, weight);
        };
    }

    /** Where nothing is known of a layer but sums. */
    static String undefined(UndefinedReason why, LayerInfo layer) {
        return Names.printable(layer.weight().file()) + ", layer " + LayerNames.quoted(layer.layer()) + ": "
                + why.explanation() + switch (why) {
                    case NO_TOKENS, ZERO_ACTIVATIONS -> "; record other tokens";
                    case UNCHANGED_WEIGHTS -> "";
                    case NO_INPUTS, ONE_INPUT, NO_ROWS, ZERO_WEIGHTS -> LEAVE_OUT;
                };
    }

    static String unchanged(Tensor activation) {
        return activation.where() + ": the activations did not change: every difference is 0";
    }

    private static String ofWeight(UndefinedReason why, Tensor weight) {
        return weight.where() + ": " + why.explanation() + LEAVE_OUT;
    }

    static String inaccurate(double larError, Run run) {
        String advice;
        if (run.precision() == Precision.SINGLE) {
            advice = "; use --precision double";
        } else {
            advice = run.method() == ScoreMethod.GRAM ? "; use --method svd or norm" : "";
        }
        return Double.isInfinite(larError)
                ? "the overlap is so small that rounding alone could make it" + advice
                : String.format(Locale.ROOT, "LAR may be off by %.1e: the overlap is tiny", larError) + advice;
    }
}
