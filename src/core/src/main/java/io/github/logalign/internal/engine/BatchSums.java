package io.github.logalign.internal.engine;

import io.github.logalign.matrix.Computation.Step;
import java.util.Set;

/**
 * What a batch of tokens adds to the norm form.
 *
 * @param inputs ||X||_F^2, and how many tokens counted
 * @param outputs ||X W^T||_F^2
 * @param outputError how far rounded Gram matrices may have moved it
 * @param steps what ran
 */
public record BatchSums(SquaredNorm inputs, ScaledSum outputs, ScaledSum outputError, Set<Step> steps) {

    /** Without Gram matrices. */
    static BatchSums exact(SquaredNorm inputs, ScaledSum outputs, Set<Step> steps) {
        return new BatchSums(inputs, outputs, new ScaledSum(), steps);
    }
}
