package io.github.logalign.internal.engine;

import io.github.logalign.matrix.Computation.Step;
import java.util.List;
import java.util.Set;

/**
 * What a batch of tokens adds to the norm form.
 *
 * @param inputs ||X||_F^2, and how many tokens counted
 * @param outputs ||X W^T||_F^2
 * @param outputError how far rounded Gram matrices may have moved it
 * @param steps what ran
 * @param groups its groups of tokens; empty where none were asked for
 */
public record BatchSums(SquaredNorm inputs, ScaledSum outputs, ScaledSum outputError, Set<Step> steps,
        List<GroupTotal> groups) {

    /** Without Gram matrices. */
    static BatchSums exact(SquaredNorm inputs, ScaledSum outputs, Set<Step> steps, List<GroupTotal> groups) {
        return new BatchSums(inputs, outputs, new ScaledSum(), steps, groups);
    }
}
