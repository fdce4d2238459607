package io.github.logalign.score;

import io.github.logalign.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The pairs defined by the user's maps: whole tensors, and single matrices of tensors that hold several. */
final class MappedPairs {

    /** Tensors with more matrices are not considered to hold experts. */
    private static final int MAX_MATRICES = 1 << 16;

    private final WeightFile weights;
    private final ActivationFile dump;
    private final Selection selection;
    private final WeightSearch search;
    private final Set<Tensor> mappedWeights = new HashSet<>();
    private final Set<String> mappedMatrices = new HashSet<>();
    private final Set<String> mappedActivations = new HashSet<>();

    MappedPairs(WeightFile weights, ActivationFile dump, Selection selection, WeightSearch search) {
        this.weights = weights;
        this.dump = dump;
        this.selection = selection;
        this.search = search;
    }

    /**
     * Finds the pairs. Call it once, before the other methods.
     *
     * @return the pairs, in the order of the weights
     */
    List<Pair> find() {
        List<Pair> pairs = new ArrayList<>();
        if (selection.maps().isEmpty()) {
            return pairs;
        }
        for (Tensor weight : weights.all()) {
            if (!weights.isWeight(weight) && !WeightFile.isPlaceholder(weight)) {
                continue;
            }
            Optional<String> target = target(weight, "");
            List<Pair> ofMatrices = target.filter(name -> dump.named(name).isPresent()).isPresent()
                    ? List.of()
                    : mappedMatrices(weight, target.isPresent());
            if (!ofMatrices.isEmpty()) {
                pairs.addAll(ofMatrices);
            } else if (target.isPresent()) {
                pairs.add(mapped(Pair.of(search.layerName(weight), weight, null, null), target.get()));
                mappedWeights.add(weight);
            }
        }
        return pairs;
    }

    /** Whether a map assigns these activations to a weight. */
    boolean contains(Tensor activation) {
        return mappedActivations.contains(activation.name());
    }

    /** Whether a map assigns activations to this weight, or to one matrix of it. */
    boolean contains(Tensor weight, @Nullable Integer matrix) {
        return matrix == null
                ? mappedWeights.contains(weight)
                : mappedMatrices.contains(weight.name() + "[" + matrix + "]");
    }

    /** The pairs of single matrices of a tensor that a map addresses by index. */
    private List<Pair> mappedMatrices(Tensor weight, boolean onlyIfThere) {
        long[] shape = weight.shape();
        if (shape.length != 3 || shape[0] > Integer.MAX_VALUE) {
            return List.of();
        }
        List<Pair> found = new ArrayList<>();
        boolean there = false;
        for (int matrix = 0; matrix < Math.min(shape[0], MAX_MATRICES); matrix++) {
            Optional<String> target = target(weight, "[" + matrix + "]");
            if (target.isPresent()) {
                there |= dump.named(target.get()).isPresent();
                mappedMatrices.add(weight.name() + "[" + matrix + "]");
                found.add(mapped(Pair.of(search.layerName(weight), weight, matrix, null), target.get())
                        .withOwnActivation());
            }
        }
        return onlyIfThere && !there ? List.of() : found;
    }

    private Pair mapped(Pair pair, String target) {
        mappedActivations.add(target);
        Optional<Tensor> activation = dump.named(target);
        return new Pair(pair.layer(), pair.weight(), pair.matrix(), activation.orElse(null), false, null, List.of(),
                activation.isPresent()
                        ? null
                        : "the map names the activations " + LayerNames.quoted(target) + ", which "
                                + dump.shown() + " does not hold; correct --map");
    }

    /**
     * The name that the first matching map assigns to a weight. With --activation, only maps to those activations
     * count.
     */
    private Optional<String> target(Tensor weight, String index) {
        return selection.maps().stream()
                .flatMap(map -> activationFor(map, weight, index).stream())
                .filter(target -> selection.activation() == null || target.equals(selection.activation()))
                .findFirst();
    }

    /**
     * Applies a map to the name of the tensor, or to the name of the layer as in the rows unless another tensor has
     * that name.
     */
    Optional<String> activationFor(NameMap map, Tensor weight, String index) {
        String layer = search.layerName(weight);
        return map.activationFor(weight.name() + index)
                .or(() -> weights.file().find(layer).isPresent()
                        ? Optional.empty()
                        : map.activationFor(layer + index));
    }
}
