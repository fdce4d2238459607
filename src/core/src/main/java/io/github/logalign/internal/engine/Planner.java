package io.github.logalign.internal.engine;

import io.github.logalign.matrix.Method;
import io.github.logalign.matrix.NormRoute;
import io.github.logalign.matrix.SvdRoute;

/**
 * Chooses the cheapest route, by the number of multiplications and how fast each kind of them was measured to be: what runs
 * is what this class says, and results name it.
 *
 * <p>Thread safety: stateless.
 */
public final class Planner {

    /** From here on the triangle first is faster than the SVD of the whole (measured at n = 256 to 2,048). */
    private static final double TALL_FOR_TRIANGLE = 1.25;

    /** The same for W^T; one QR factorisation more has to be applied to the vectors. */
    private static final double WIDE_FOR_TRIANGLE = 1.5;

    /** Two Gram matrices of more bytes than this are not kept for the inner product. */
    private static final double MAX_GRAM_BYTES = 2.0 * (1L << 30);

    /** Copying, packing and adding up Gram matrices, in multiplications an element of one. */
    private static final double GRAM_ELEMENT = 16;

    private Planner() {}

    /**
     * The route of an SVD.
     *
     * @param m the rows of W
     * @param n its columns
     * @param asked the requested route
     * @return {@link SvdRoute#DIRECT} or {@link SvdRoute#TRIANGLE}
     */
    public static SvdRoute svd(long m, long n, SvdRoute asked) {
        return switch (asked) {
            case AUTO -> m >= n ? triangle(m >= TALL_FOR_TRIANGLE * n) : triangle(n >= WIDE_FOR_TRIANGLE * m);
            case DIRECT, TRIANGLE -> asked;
        };
    }

    private static SvdRoute triangle(boolean first) {
        return first ? SvdRoute.TRIANGLE : SvdRoute.DIRECT;
    }

    /**
     * The route of the norm form.
     *
     * @param m the rows of W
     * @param n its columns
     * @param tokens how many there are
     * @param asked the requested route
     * @return {@link NormRoute#OUTPUTS} or {@link NormRoute#INNER}
     */
    public static NormRoute normForm(long m, long n, long tokens, NormRoute asked) {
        return normForm(m, n, tokens, asked, false);
    }

    /**
     * The same where the Gram matrix of W may be there already.
     */
    public static NormRoute normForm(long m, long n, long tokens, NormRoute asked, boolean weightsSummed) {
        return switch (asked) {
            case AUTO -> {
                double gram = (double) n * n;
                double rows = weightsSummed ? tokens : (double) tokens + m;
                boolean cheaper = rows * gram / 2 + GRAM_ELEMENT * gram < (double) tokens * m * n;
                yield cheaper && 2 * gram * Double.BYTES <= MAX_GRAM_BYTES ? NormRoute.INNER : NormRoute.OUTPUTS;
            }
            case OUTPUTS, INNER -> asked;
        };
    }

    /**
     * What a spectrum and the projections on it cost.
     *
     * @param m the rows of W
     * @param n its columns
     * @param tokens how many are projected, 0 for the spectrum alone
     * @param method how, not {@link Method#AUTO}
     * @return about how many multiplications and additions, in pairs
     */
    public static double cost(long m, long n, long tokens, Method method) {
        double large = Math.max(m, n);
        double small = Math.min(m, n);
        double factorisation = method == Method.GRAM
                ? large * small * small / 2 + 4 * small * small * small
                : large * small * small + 12 * small * small * small;
        return factorisation + tokens * small * n;
    }

    /**
     * What the norm form costs.
     *
     * @param m the rows of W
     * @param n its columns
     * @param tokens how many there are
     * @param route {@link NormRoute#OUTPUTS} or {@link NormRoute#INNER}
     * @return about how many multiplications and additions, in pairs
     */
    public static double normFormCost(long m, long n, long tokens, NormRoute route) {
        return route == NormRoute.INNER
                ? (double) (m + tokens) * n * n / 2
                : (double) tokens * m * n;
    }
}
