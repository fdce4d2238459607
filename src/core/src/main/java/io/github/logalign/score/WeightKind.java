package io.github.logalign.score;

import io.github.logalign.tensor.ModelConfig;
import io.github.logalign.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The meaning of a weight's dimensions. Two dimensions are those of a matrix. Three may be {@code [experts, m, n]} or
 * those of a convolution, {@code [out, in, k]}; the two must not be confused.
 *
 * @param shape the interpretation of the dimensions
 * @param assumption an assumption made without evidence; null if there is none
 * @param refusal the reason why the weight cannot be used; null if it can
 */
record WeightKind(Shape shape, @Nullable String assumption, @Nullable String refusal) {

    /** How a tensor is split into matrices. */
    enum Shape {
        MATRIX, EXPERTS, CONVOLUTION
    }

    /** Whole words that occur only in the names of convolutions: conv, conv1d, conv2, dwconv, convs. */
    private static final Pattern CONVOLUTION = Pattern.compile("[a-z]*conv(s|olution)?\\d*(d\\d*)?");

    private static final Pattern EXPERTS = Pattern.compile("(moe|experts?|exps)\\d*");

    /** The largest last dimension of a likely convolution; it is the width of the kernel, which is small. */
    private static final long WIDEST_KERNEL = 16;

    private static WeightKind of(Shape shape) {
        return new WeightKind(shape, null, null);
    }

    /**
     * Classifies a weight.
     *
     * @param weight a weight of a floating-point type
     * @param layer the name of its layer
     * @param columns the number of columns of its activations; null if there are none
     * @param config the contents of config.json
     * @param convolutions the weights that the user declared to be convolutions
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
            return refused("it has the shape " + Arrays.toString(shape) + ", but the weight of a layer has at least "
                    + "2 dimensions; exclude it");
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
                        + " are taken as [experts, m, n]; if it is a convolution, use --convolutions",
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
