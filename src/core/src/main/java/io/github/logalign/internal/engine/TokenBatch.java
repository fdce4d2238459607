package io.github.logalign.internal.engine;

import io.github.logalign.matrix.Matrix;
import io.github.logalign.matrix.Precision;
import io.github.logalign.matrix.TokenGroups;
import io.github.logalign.matrix.TokenMask;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A batch of tokens with their norms: which count, and the groups that they make.
 *
 * @param x the tokens
 * @param mask null if all of them count
 * @param groups null if they make none
 * @param inputs of all that count
 * @param ofGroups of each group; empty if there are none
 */
record TokenBatch(Matrix x, @Nullable TokenMask mask, @Nullable TokenGroups groups, SquaredNorm inputs,
        List<SquaredNorm> ofGroups) {

    static TokenBatch read(
            Matrix x, @Nullable TokenMask mask, @Nullable TokenGroups groups, Precision precision, int threads) {
        if (groups == null) {
            SquaredNorm inputs = SquaredNorm.of(x, mask, precision, "activations", false, threads);
            return new TokenBatch(x, mask, null, inputs, List.of());
        }
        List<SquaredNorm> ofGroups = SquaredNorm.ofGroups(x, mask, groups, precision, "activations", threads);
        return new TokenBatch(x, mask, groups, SquaredNorm.pooled(ofGroups), ofGroups);
    }

    int groupCount() {
        return ofGroups.size();
    }

    /** A sum for the outputs of each group. */
    ScaledSum[] noOutputs() {
        ScaledSum[] sums = new ScaledSum[groupCount()];
        Arrays.setAll(sums, group -> new ScaledSum());
        return sums;
    }

    List<GroupTotal> totals(ScaledSum[] outputs) {
        List<GroupTotal> totals = new ArrayList<>(groupCount());
        for (int group = 0; group < groupCount(); group++) {
            SquaredNorm norm = ofGroups.get(group);
            totals.add(new GroupTotal(norm.counted(), norm.sum(), outputs[group], new ScaledSum()));
        }
        return totals;
    }
}
