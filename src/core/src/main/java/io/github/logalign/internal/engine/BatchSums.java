package io.github.logalign.internal.engine;

import io.github.logalign.matrix.Computation.Step;
import io.github.logalign.matrix.Matrix;
import io.github.logalign.matrix.Precision;
import io.github.logalign.matrix.TokenMask;
import io.github.logalign.matrix.Computation.Kind;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

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

    /** Of a batch whose outputs are there already. */
    public static BatchSums ofOutputs(Matrix x, Matrix z, @Nullable TokenMask mask, Precision precision, int threads) {
        KernelMemory.check(x.segment());
        KernelMemory.check(z.segment());
        SquaredNorm inputs = SquaredNorm.of(x, mask, precision, "activations", false, threads);
        SquaredNorm outputs = SquaredNorm.of(z, mask, precision, "outputs", false, threads);
        return exact(inputs, outputs.sum(), Set.of(new Step(Kind.GIVEN_OUTPUTS, Set.of(), List.of())));
    }
}
