package io.github.logalign.bench.compare;

import io.github.logalign.matrix.Matrix;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * The layers of a model, cut from one W and one X: what is compared is the time, for which every block may have the same
 * numbers.
 *
 * @param w the weights of a layer
 * @param x its inputs
 */
record ModelLayers(Matrix w, Matrix x) {

    private static final int BLOCKS = 12;
    private static final int NARROW = 768;
    private static final int WIDE = 3072;
    private static final int TOKENS = 2048;

    /** GPT-2 small: q, k and v in one, the outputs of attention, the two layers of the MLP, and the head. */
    static List<ModelLayers> of(Input input) {
        Matrix narrow = input.x().rows(0, TOKENS);
        List<ModelLayers> layers = new ArrayList<>();
        for (int block = 0; block < BLOCKS; block++) {
            layers.add(new ModelLayers(input.w().rows(0, 3L * NARROW), narrow));
            layers.add(new ModelLayers(input.w().rows(0, NARROW), narrow));
            layers.add(new ModelLayers(input.w().rows(0, WIDE), narrow));
            layers.add(new ModelLayers(wide(input.w(), NARROW), wide(input.x(), TOKENS)));
        }
        layers.add(new ModelLayers(input.w(), narrow));
        return layers;
    }

    /** Small layers: so many different ones, over and over. */
    static List<ModelLayers> small(Input input, int rows, int different, int all) {
        List<ModelLayers> layers = new ArrayList<>();
        for (int layer = 0; layer < all; layer++) {
            layers.add(new ModelLayers(input.w().rows((long) (layer % different) * rows, rows), input.x()));
        }
        return layers;
    }

    /** Square layers, one after the other in W, and W as a whole. */
    static List<ModelLayers> squaresAndAll(Input input, int squares) {
        int n = input.n();
        List<ModelLayers> layers = new ArrayList<>();
        for (int layer = 0; layer < squares; layer++) {
            layers.add(new ModelLayers(input.w().rows((long) layer * n, n), input.x()));
        }
        layers.add(new ModelLayers(input.w(), input.x()));
        return layers;
    }

    /** The first elements of a matrix as rows of the wide layer's length. */
    private static Matrix wide(Matrix matrix, long rows) {
        MemorySegment elements = matrix.segment().asSlice(0, rows * WIDE * matrix.elementType().bytes());
        return Matrix.of(elements, matrix.elementType(), rows, WIDE);
    }
}
