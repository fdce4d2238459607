package io.github.logalign.score;

import io.github.logalign.tensor.ModelConfig;
import io.github.logalign.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the dimensions of a weight are: of a matrix they say so themselves; three may be {@code [experts, m, n]} or a
 * convolution's {@code [out, in, k]}, and a kernel's width is no number of experts.
 *
 * @param shape how it is to be taken
 * @param assumption what was assumed without evidence; null if nothing was
 * @param refusal why it cannot be taken at all; null if it can
 */
record WeightKind(Shape shape, @Nullable String assumption, @Nullable String refusal) {

    /** How a tensor is taken apart. */
    enum Shape {
        MATRIX, EXPERTS, CONVOLUTION
    }

    /** Whole words of a name that only convolutions have: conv, conv1d, conv2, dwconv, convs. */
    private static final Pattern CONVOLUTION = Pattern.compile("[a-z]*conv(s|olution)?\\d*(d\\d*)?");

    private static final Pattern EXPERTS = Pattern.compile("(moe|experts?)\\d*");

    /** The last dimension of a convolution is its kernel's width, which is small. */
    private static final long WIDEST_KERNEL = 16;

    private static WeightKind of(Shape shape) {
        return new WeightKind(shape, null, null);
    }

    /**
     * Tells what a weight is.
     *
     * @param weight a weight of a floating type
     * @param layer its layer's name
     * @param columns the columns of its activations; null if there are none
     * @param config what config.json tells
     * @param convolutions the weights that the user calls convolutions
     */
    static WeightKind of(
            Tensor weight, String layer, @Nullable Long columns, ModelConfig config, List<Glob> convolutions) {
        long[] shape = weight.shape();
        if (shape.length >= 3 && LayerNames.anyFits(convolutions, List.of(weight.name(), layer))) {
            return of(Shape.CONVOLUTION);
        }
        if (shape.length == 2) {
            return of(Shape.MATRIX);
        }
        if (shape.length < 2) {
            return refused("it has the shape " + Arrays.toString(shape) + ", and a layer's weight has at least 2"
                    + " dimensions; leave it out");
        }
        if (shape.length > 3 || hasWord(layer, CONVOLUTION)) {
            return refused(convolution(shape, "is"));
        }
        Long experts = config.experts();
        if (hasWord(layer, EXPERTS) || (experts != null && experts == shape[0])) {
            return of(Shape.EXPERTS);
        }
        return columns == null ? ofShape(shape) : ofFit(shape, columns);
    }

    private static WeightKind ofFit(long[] shape, long columns) {
        boolean asExperts = columns == shape[2] || columns == shape[1];
        boolean asConvolution = columns == shape[1] * shape[2];
        boolean fitsBetter = asConvolution && !asExperts;
        boolean looksBetter = looksLikeConvolution(shape) && columns != shape[2];
        return fitsBetter || looksBetter ? refused(convolution(shape, "looks like")) : assumedExperts(shape);
    }

    private static WeightKind ofShape(long[] shape) {
        return looksLikeConvolution(shape) ? refused(convolution(shape, "looks like")) : assumedExperts(shape);
    }

    private static boolean looksLikeConvolution(long[] shape) {
        return shape[1] == 1 || (shape[2] <= WIDEST_KERNEL && shape[0] > shape[2]);
    }

    private static WeightKind assumedExperts(long[] shape) {
        return new WeightKind(
                Shape.EXPERTS,
                "the dimensions " + Arrays.toString(shape)
                        + " are taken as [experts, m, n]; if it is a convolution, say"
                        + " --convolutions",
                null);
    }

    private static WeightKind refused(String why) {
        return new WeightKind(Shape.MATRIX, null, why);
    }

    private static String convolution(long[] shape, String verb) {
        return "it " + verb + " a convolution's weight " + Arrays.toString(shape) + ", not experts; --convolutions GLOB"
                + " scores it as out x (in k)";
    }

    private static boolean hasWord(String layer, Pattern pattern) {
        return Arrays.stream(layer.toLowerCase(Locale.ROOT).split("[._]"))
                .anyMatch(word -> pattern.matcher(word).matches());
    }
}
