package io.github.logalign.score;

import io.github.logalign.ActivationSpectrum;
import io.github.logalign.ActivationSums;
import io.github.logalign.AlignmentSums;
import io.github.logalign.UndefinedReason;
import io.github.logalign.WeightSpectrum;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.matrix.Matrix;
import io.github.logalign.matrix.TokenMask;
import io.github.logalign.tensor.MaskTensor;
import io.github.logalign.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A layer's weight with its inputs, which may lie in several files and count as if they were in one.
 *
 * @param weight where the weight is
 * @param w the weight, output x input
 * @param parts the inputs, at least one
 */
record LayerInputs(Tensor weight, Matrix w, List<Part> parts) {

    /** The inputs of one file. */
    private record Part(Tensor activation, Matrix x, @Nullable MaskTensor mask, Grouping.Grouped grouped) {

        @Nullable
        TokenMask tokenMask() {
            return mask == null ? null : mask.tokens();
        }
    }

    /**
     * Reads the masks, and checks that everything fits.
     *
     * @param grouping which tokens belong together
     * @param warnings gets what should be known of the masks
     * @throws LogalignException if something is missing or does not fit
     */
    static LayerInputs of(Tensor weight, Matrix w, List<Scorer.Batch> batches, Grouping grouping,
            List<String> warnings) {
        List<Part> parts = new ArrayList<>();
        for (Scorer.Batch batch : batches) {
            Tensor activation = batch.job().activation();
            Matrix x = batch.job().x();
            if (activation == null || x == null) {
                throw new LogalignException(weight.where() + " has no activations in one of the files");
            }
            if (x.columns() != w.columns()) {
                throw new LogalignException(weight.where() + " has n = " + w.columns() + " inputs, but "
                        + activation.where() + " has " + x.columns() + " columns; record its own inputs");
            }
            MaskTensor mask = maskOf(batch, activation, warnings);
            parts.add(new Part(activation, x, mask, grouping.of(batch.job())));
        }
        return new LayerInputs(weight, w, parts);
    }

    private static @Nullable MaskTensor maskOf(Scorer.Batch batch, Tensor activation, List<String> warnings) {
        Optional<MaskTensor> mask = batch.masks().of(batch.job());
        if (mask.isEmpty()) {
            batch.masks().noteOnMissing().ifPresent(warnings::add);
            return null;
        }
        mask.get().checkFits(activation, batch.job().activationMatrix() != null);
        mask.get().note().ifPresent(warnings::add);
        return mask.get();
    }

    ActivationSpectrum project(WeightSpectrum spectrum) {
        ActivationSums sums = spectrum.accumulator();
        for (Part part : parts) {
            Scorer.at(part.activation(), () -> {
                sums.add(part.x(), part.tokenMask(), part.grouped().groups());
                return sums;
            });
        }
        return sums.spectrum();
    }

    void addTo(AlignmentSums sums) {
        for (Part part : parts) {
            Scorer.at(part.activation(), () -> {
                sums.add(part.x(), part.tokenMask(), part.grouped().groups());
                return sums;
            });
        }
    }

    /** What the groups of tokens are. */
    String groupedBy() {
        return parts.stream().map(part -> part.grouped().kind()).distinct().collect(Collectors.joining(", "));
    }

    /** Why there is no LAR, and what to do. */
    String undefined(UndefinedReason why) {
        Part first = parts.getFirst();
        if (why == UndefinedReason.ZERO_ACTIVATIONS && first.x().difference().isPresent()) {
            return Remarks.unchanged(first.activation());
        }
        return Remarks.undefined(why, weight, parts.getFirst().activation(), parts.getFirst().mask());
    }
}
