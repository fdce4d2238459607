package io.github.logalign.score;

import io.github.logalign.tensor.ModelConfig;
import io.github.logalign.tensor.Tensor;
import java.util.List;
import java.util.Optional;

/**
 * Finds the weight for a name, usable or not: by the name of the tensor, as one of several matrices, or as a tied head.
 */
final class WeightSearch {

    private final WeightFile weights;
    private final Selection selection;
    private final ModelConfig config;

    WeightSearch(WeightFile weights, Selection selection, ModelConfig config) {
        this.weights = weights;
        this.selection = selection;
        this.config = config;
    }

    /** The weight for a name, usable or not, as a pair without activations. */
    Optional<Pair> weightOf(String name) {
        String layer = LayerNames.withoutWeight(name);
        return stored(name)
                .or(() -> TiedHead.of(layer, weights, config).map(WeightSearch::tied))
                .or(() -> ambiguous(layer));
    }

    /** The same, but only of a name that the file holds, for one weight. */
    Optional<Pair> stored(String name) {
        Optional<Tensor> exact = weights.file().find(name);
        if (exact.isPresent() && weights.isWeight(exact.get())) {
            return exact.map(weight -> Pair.of(layerName(weight), weight, null, null));
        }
        String layer = LayerNames.withoutWeight(name);
        return weights.index()
                .find(layer)
                .map(weight -> Pair.of(layerName(weight), weight, null, null))
                .or(() -> quantised(layer))
                .or(() -> indexed(name))
                .or(() -> exact.map(weight -> Pair.of(layerName(weight), weight, null, null)));
    }

    String layerName(Tensor weight) {
        return weights.index().layerName(weight);
    }

    /** A quantised layer, or one of several matrices of one. */
    private Optional<Pair> quantised(String layer) {
        return weights.quantised().layer(layer)
                .or(() -> weights.quantised().layer(LayerNames.withoutIndex(layer)))
                .map(scheme -> Pair.refused(
                        LayerNames.withoutWrappers(layer), null, null,
                        "the weight of " + LayerNames.quoted(layer) + " in " + weights.shown() + ' '
                                + scheme.sentence()));
    }

    private Optional<Pair> indexed(String name) {
        Integer matrix = LayerNames.index(LayerNames.withoutWeight(name));
        if (matrix == null) {
            return Optional.empty();
        }
        String tensor = LayerNames.withoutIndex(LayerNames.withoutWeight(name));
        return weights.index()
                .find(LayerNames.withoutSuffix(tensor))
                .filter(weight -> weight.shape().length == 3)
                .map(weight -> Pair.of(layerName(weight), weight, matrix, null));
    }

    private static Pair tied(TiedHead head) {
        if (head.embedding() == null) {
            return Pair.refused(head.layer(), null, null, head.explanation());
        }
        return Pair.of(head.layer(), head.embedding(), null, null).withWarning(head.explanation());
    }

    private Optional<Pair> ambiguous(String layer) {
        List<Tensor> candidates = weights.index().candidates(layer);
        return candidates.isEmpty()
                ? Optional.empty()
                : Optional.of(Pair.refused(layer, null, null, candidates.size() + " weights of "
                        + weights.shown() + " match this name: " + LayerNames.quoted(candidates.get(0).name()) + ", "
                        + LayerNames.quoted(candidates.get(1).name()) + selection.howToPair()));
    }
}
