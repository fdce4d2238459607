package io.github.logalign.score;

import io.github.logalign.internal.io.Names;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.tensor.Tensor;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Rejects patterns that match nothing, since they are probably typos. A pattern must match the name of a weight, a
 * layer or activations in the files, whether selected or not.
 */
final class PatternCheck {

    private static final int MAX_MATRICES = 1 << 16;

    private final WeightFile weights;
    private final List<Tensor> activations;

    PatternCheck(WeightFile weights, List<Tensor> activations) {
        this.weights = weights;
        this.activations = activations;
    }

    /**
     * Checks all patterns.
     *
     * @throws LogalignException if a pattern matches nothing
     */
    void check(Selection selection) {
        Stream.of(selection.include(), selection.exclude(), selection.transposed(), selection.convolutions())
                .flatMap(List::stream)
                .forEach(glob -> require(fitsAnything(glob), glob));
        for (NameMap map : selection.maps()) {
            require(weights.all().stream().anyMatch(tensor -> fits(map, tensor)), map);
        }
    }

    private boolean fitsAnything(Glob glob) {
        return weights.all().stream().anyMatch(tensor -> fits(glob, tensor))
                || weights.quantised().layers().anyMatch(layer -> LayerNames.fits(glob, layer))
                || activations.stream().anyMatch(tensor -> LayerNames.fits(glob, tensor.name())
                        || LayerNames.fits(glob, LayerNames.withoutSuffix(tensor.name())));
    }

    private boolean fits(Glob glob, Tensor tensor) {
        return LayerNames.fits(glob, tensor.name())
                || LayerNames.fits(glob, weights.index().layerName(tensor))
                || (glob.toString().contains("[") && matrices(tensor)
                        .anyMatch(index -> LayerNames.fits(glob, tensor.name() + index)
                                || LayerNames.fits(glob, weights.index().layerName(tensor) + index)));
    }

    private boolean fits(NameMap map, Tensor tensor) {
        String layer = weights.index().layerName(tensor);
        return fits(map, tensor.name(), tensor) || fits(map, layer, tensor);
    }

    private static boolean fits(NameMap map, String name, Tensor tensor) {
        return map.weight().matches(name) || matrices(tensor).anyMatch(index -> map.weight().matches(name + index));
    }

    private static Stream<String> matrices(Tensor tensor) {
        long[] shape = tensor.shape();
        return shape.length == 3
                ? IntStream.range(0, (int) Math.min(shape[0], MAX_MATRICES)).mapToObj(index -> "[" + index + "]")
                : Stream.empty();
    }

    private void require(boolean fits, Object pattern) {
        if (!fits) {
            throw new LogalignException(weights.shown() + ": the pattern \"" + Names.printable(pattern.toString())
                    + "\" matches nothing; inspect shows the names");
        }
    }
}
