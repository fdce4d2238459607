package io.github.logalign.tensor;

import io.github.logalign.internal.Boundary;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.matrix.TokenMask;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A tensor that selects the tokens that count, with one element per token in any shape. Its values determine its kind:
 *
 * <ul>
 * <li>BOOL: a mask; values other than zero count.
 * <li>Integers of any width that are all 0 or 1, and floating-point numbers that are all 0 or 1 with at least one 1: a
 *     mask, such as the attention_mask of tokenizers; 1 counts. U8 may hold 0 and 255 as well.
 * <li>Integers that include -100, or non-negative integers in a tensor named as labels: labels; all but -100 count.
 * <li>All other values, such as token ids, position ids, labels masked with -1, or additive attention masks, are
 *     refused, since their interpretation would be a guess.
 * </ul>
 *
 * <p>Thread safety: immutable; the mask is a copy, so it stays valid when the file is closed. Cost: one pass over the data.
 */
public final class MaskTensor {

    /** The interpretation of a tensor. */
    public enum Kind {
        /** One truth value per token. */
        MASK,
        /** One class per token; -100 excludes the token from the loss. */
        LABELS
    }

    private static final Pattern PADDING = Pattern.compile("(?<![a-z])pad(?:ding|ded)?(?![a-z])");

    private final Tensor tensor;
    private final Kind kind;
    private final TokenMask tokens;
    private final long[] shape;
    private final String note;

    private MaskTensor(Tensor tensor, Kind kind, BitSet counting, String note) {
        this(tensor, kind, TokenMask.of(counting, (int) tensor.elements()), tensor.shape(),
                kind == Kind.MASK && saysPadding(tensor) ? noteOnPadding(tensor) : note);
    }

    private MaskTensor(Tensor tensor, Kind kind, TokenMask tokens, long[] shape, String note) {
        this.tensor = tensor;
        this.kind = kind;
        this.tokens = tokens;
        this.shape = shape;
        this.note = note;
    }

    /**
     * Reads a tensor as a mask.
     *
     * @param tensor BOOL, integers or floating-point numbers
     * @return the mask
     * @throws LogalignException if the type or the values are not those of a mask or of labels (the message says what to
     *     pass), if there are more than 2^31 - 1 tokens, or the tensor has several dimensions in Fortran order, or an npz
     *     member is damaged
     * @throws IllegalStateException if the file is closed
     */
    public static MaskTensor of(Tensor tensor) {
        return Boundary.call(() -> read(tensor));
    }

    private static MaskTensor read(Tensor tensor) {
        tensor.requireUsable();
        DataType type = tensor.dataType();
        if (!MaskValues.canRead(type)) {
            throw tensor.problem("a mask is BOOL, integers of 0 and 1, or labels with -100", "name another tensor");
        }
        if (tensor.shape().length > 1) {
            TensorViews.requireRowMajor(tensor);
        }
        if (tensor.elements() > Integer.MAX_VALUE) {
            throw tensor.problem("a mask has at most 2^31 - 1 tokens", "split it");
        }
        MaskValues values = MaskValues.of(tensor);
        if (type == DataType.BOOL) {
            return new MaskTensor(tensor, Kind.MASK, values.notZero(), "");
        }
        if (tensor.isFloating()) {
            return ofFloating(tensor, values);
        }
        return ofIntegers(tensor, values);
    }

    private static MaskTensor ofIntegers(Tensor tensor, MaskValues values) {
        boolean named = saysLabels(tensor);
        if (values.ignored() > 0 || (named && !values.hasNegative())) {
            return new MaskTensor(tensor, Kind.LABELS, values.notIgnored(), noteOnLabels(tensor, values));
        }
        boolean bytes = tensor.dataType() == DataType.U8;
        if (!named && (values.isZeroOrOne() || (bytes && values.isZeroOr255()))) {
            return new MaskTensor(tensor, Kind.MASK, values.notZero(), "");
        }
        String found = values.firstOther();
        throw values.hasNegative()
                ? tensor.problem(
                        "it holds " + found + ": among labels, only -100 excludes a token",
                        "replace the labels of these tokens by -100, or give a mask of 0 and 1")
                : tensor.problem(
                        "it holds " + found
                                + ": a mask holds only 0 and 1, and labels hold -100 where a token does not count",
                        "give the attention_mask of the tokenizer, a BOOL mask, or labels with -100");
    }

    private static String noteOnLabels(Tensor tensor, MaskValues values) {
        if (values.ignored() == 0) {
            return "no token is masked by " + tensor.where()
                    + ": it holds labels without -100; give a mask of 0 and 1 to exclude tokens";
        }
        return values.hasNegative()
                ? tensor.where() + " holds " + values.firstOther() + " beside -100: only -100 masks a token"
                : "";
    }

    private static MaskTensor ofFloating(Tensor tensor, MaskValues values) {
        if (values.isZeroOrOne() && (values.ones() > 0 || tensor.elements() == 0)) {
            return new MaskTensor(tensor, Kind.MASK, values.notZero(), "");
        }
        if (values.isZeroOrOne()) {
            throw tensor.problem(
                    "all values are 0.0: a mask of 0 and 1 that excludes all tokens, or an additive one that keeps all",
                    "save it as BOOL, true where a token counts");
        }
        throw values.hasNegative()
                ? tensor.problem(
                        "it holds " + values.firstOther() + ": additive attention masks are not supported",
                        "save mask == 0 as BOOL, one value per token")
                : tensor.problem(
                        "it holds " + values.firstOther() + ": a mask holds 0 and 1 only",
                        "save it as BOOL, true where a token counts");
    }

    /** Whether the name says labels; the array of an npy file is named after the file. */
    private static boolean saysLabels(Tensor tensor) {
        String lower = lowerCaseName(tensor);
        return lower.contains("label") && !lower.contains("mask");
    }

    private static boolean saysPadding(Tensor tensor) {
        return PADDING.matcher(lowerCaseName(tensor)).find();
    }

    /** PyTorch's key_padding_mask is true at padding; other masks with such a name are true at tokens. */
    private static String noteOnPadding(Tensor tensor) {
        return tensor.where() + " was read like every mask: true or 1 counts; if it is true at padding, like PyTorch's"
                + " key_padding_mask, save its inverse (~mask)";
    }

    private static String lowerCaseName(Tensor tensor) {
        Path file = tensor.path().getFileName();
        String name = tensor.isNamed() || file == null ? tensor.name() : file.toString();
        return name.toLowerCase(Locale.ROOT);
    }

    /**
     * The tensor that the mask was read from.
     *
     * @return the tensor
     */
    public Tensor tensor() {
        return tensor;
    }

    /**
     * The interpretation of the tensor.
     *
     * @return a mask or labels
     */
    public Kind kind() {
        return kind;
    }

    /**
     * The tokens that count.
     *
     * @return one value per element, in row-major order
     */
    public TokenMask tokens() {
        return tokens;
    }

    /**
     * A note for the user: that labels mask no token, or hold negative numbers other than -100.
     *
     * @return one line, or nothing
     */
    public Optional<String> note() {
        return note.isEmpty() ? Optional.empty() : Optional.of(note);
    }

    /**
     * The part of the mask for one of the matrices of activations {@code [experts, tokens, n]}: row i of a mask
     * {@code [experts, tokens]}, or of a flat one with as many values.
     *
     * @param activation tensor of shape {@code [experts, tokens, n]}
     * @param matrix the index of the matrix
     * @return the part; this whole mask if it has no row for each matrix, such as a mask {@code [tokens]} for all of
     *     them
     */
    public MaskTensor ofMatrix(Tensor activation, int matrix) {
        long[] all = activation.shape();
        if (all.length != 3 || tokens.tokens() == all[1] || tokens.tokens() != Math.multiplyExact(all[0], all[1])) {
            return this;
        }
        long[] mine = withoutOnes(shape);
        if (mine.length > 1 && !Arrays.equals(mine, withoutOnes(new long[]{all[0], all[1]}))) {
            return this;
        }
        int from = Math.toIntExact(matrix * all[1]);
        BitSet counting = new BitSet();
        for (long token = tokens.nextCounting(from); token < from + all[1]; token = tokens.nextCounting(token + 1)) {
            counting.set((int) (token - from));
        }
        return new MaskTensor(tensor, kind, TokenMask.of(counting, (int) all[1]), new long[]{all[1]}, note);
    }

    /**
     * Checks that the mask has one value for each token of activations. If both have several token dimensions, such as
     * {@code [batch, tokens]} and {@code [batch, tokens, n]}, these must agree: a mask stored as
     * {@code [tokens, batch]} has as many values, but would mask the wrong tokens. Dimensions of size 1 are ignored.
     *
     * @param activation tensor of shape {@code [tokens, n]} or {@code [batch, tokens, n]}
     * @param oneMatrix whether the mask is for one of the matrices of {@code [experts, tokens, n]}
     * @throws LogalignException if the numbers or the shapes differ; the message states both
     */
    public void checkFits(Tensor activation, boolean oneMatrix) {
        long[] all = activation.shape();
        int first = oneMatrix && all.length > 2 ? 1 : 0;
        long[] ofTokens = Arrays.copyOfRange(all, first, Math.max(first, all.length - 1));
        long count = Arrays.stream(ofTokens).reduce(1, Math::multiplyExact);
        if (count != tokens.tokens()) {
            String advice = first == 0
                    ? "give a mask with one value per token"
                    : "give a mask [" + count + "] for every matrix, or [" + all[0] + ", " + count
                            + "] with a row for each";
            throw new LogalignException(tensor.where() + ", " + Shapes.describe(shape) + ", has " + tokens.tokens()
                    + " values, but " + activation.where() + " has " + count + " tokens; " + advice);
        }
        long[] mine = withoutOnes(shape);
        long[] theirs = withoutOnes(ofTokens);
        if (mine.length > 1 && theirs.length > 1 && !Arrays.equals(mine, theirs)) {
            throw new LogalignException(tensor.where() + " is " + Shapes.describe(shape) + ", but the tokens of "
                    + activation.where() + " are " + Shapes.describe(ofTokens)
                    + "; save the mask in the same order of dimensions, or flat");
        }
    }

    private static long[] withoutOnes(long[] sizes) {
        return Arrays.stream(sizes).filter(size -> size != 1).toArray();
    }

    /**
     * A description for people, such as {@code mask: 7 of 8 tokens count}.
     *
     * @return a few words
     */
    public String describe() {
        return kind.name().toLowerCase(Locale.ROOT) + ": " + tokens.counting() + " of " + tokens.tokens()
                + (tokens.tokens() == 1 ? " token counts" : " tokens count");
    }
}
