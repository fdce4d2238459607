package io.github.logalign.score;

import io.github.logalign.AlignmentOptions;
import io.github.logalign.SpectrumOptions;
import io.github.logalign.internal.check.Arguments;
import io.github.logalign.internal.engine.Planner;
import io.github.logalign.matrix.Method;
import io.github.logalign.matrix.NormRoute;
import io.github.logalign.matrix.Precision;
import io.github.logalign.matrix.Products;
import io.github.logalign.matrix.SvdRoute;
import java.io.Serializable;
import java.util.Locale;

/**
 * How layers are scored.
 *
 * @param method how
 * @param precision in what precision
 * @param svdRoute which way of {@link ScoreMethod#SVD}; {@link SvdRoute#AUTO} for the cheapest
 * @param normRoute which way of {@link ScoreMethod#NORM}; {@link NormRoute#AUTO} for the cheapest
 * @param products by what matrix products are taken
 */
public record ScoreOptions(
        ScoreMethod method, Precision precision, SvdRoute svdRoute, NormRoute normRoute, Products products)
        implements
            Serializable {

    /** What blocks of rows and tokens take in each thread. */
    private static final double BLOCKS = 32e6;

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if a route is given to a method that has it not
     */
    public ScoreOptions {
        Arguments.required(method, "method");
        Arguments.required(svdRoute, "svdRoute");
        Arguments.required(normRoute, "normRoute");
        if (method == ScoreMethod.NORM && svdRoute != SvdRoute.AUTO) {
            throw new IllegalArgumentException(svdRoute + " is no route of the norm form");
        }
        if (method != ScoreMethod.NORM && normRoute != NormRoute.AUTO) {
            throw new IllegalArgumentException(normRoute + " is no route of an SVD");
        }
        new SpectrumOptions(spectrumMethod(method), precision, true, 1, svdRoute, products);
    }

    /**
     * The cheapest way.
     *
     * @param method how
     * @param precision in what precision
     */
    public ScoreOptions(ScoreMethod method, Precision precision) {
        this(method, precision, SvdRoute.AUTO, NormRoute.AUTO, Products.AUTO);
    }

    private static Method spectrumMethod(ScoreMethod method) {
        return switch (method) {
            case SVD, NORM -> Method.SVD;
            case GRAM -> Method.GRAM;
            case AUTO -> Method.AUTO;
        };
    }

    /** The same, but for the method. */
    ScoreOptions byNormForm() {
        return method == ScoreMethod.NORM
                ? this
                : new ScoreOptions(ScoreMethod.NORM, precision, SvdRoute.AUTO, NormRoute.AUTO, products);
    }

    SpectrumOptions spectrum(boolean vectors, int threads) {
        return new SpectrumOptions(spectrumMethod(method), precision, vectors, threads, svdRoute, products);
    }

    AlignmentOptions alignment(int threads) {
        return new AlignmentOptions(precision, threads, normRoute, products, false);
    }

    /**
     * Whether every layer needs OpenBLAS.
     *
     * @return false if its products can be taken without, as those of the norm form
     */
    public boolean needsBlas() {
        return method != ScoreMethod.NORM || products == Products.BLAS;
    }

    /**
     * What would be done with a layer, without doing it.
     *
     * @param m the rows of W
     * @param n its columns
     * @param tokens how many
     * @return such as {@code svd by triangle, 74 GFLOP}
     */
    public String describe(long m, long n, long tokens) {
        if (method == ScoreMethod.NORM) {
            NormRoute chosen = Planner.normForm(m, n, tokens, normRoute);
            return text("norm", chosen.toString(), Planner.normFormCost(m, n, tokens, chosen));
        }
        String svd = text("svd", Planner.svd(m, n, svdRoute).toString(), Planner.cost(m, n, tokens, Method.SVD));
        String gram = String.format(Locale.ROOT, "gram, %s", gflop(Planner.cost(m, n, tokens, Method.GRAM)));
        return switch (method) {
            case GRAM -> gram;
            case AUTO -> gram + "; where that is not accurate enough, " + svd;
            default -> svd;
        };
    }

    /** About how many multiplications a layer takes; for a choice of methods those of the first. */
    double cost(long m, long n, long tokens) {
        return switch (method) {
            case NORM -> Planner.normFormCost(m, n, tokens, Planner.normForm(m, n, tokens, normRoute));
            case SVD -> Planner.cost(m, n, tokens, Method.SVD);
            case GRAM, AUTO -> Planner.cost(m, n, tokens, Method.GRAM);
        };
    }

    /**
     * About how many bytes of memory a layer takes besides its files: for the factors, as the README's table has it, and for
     * blocks of rows and tokens.
     */
    double memory(long m, long n, long tokens, int threads) {
        double shorter = Math.min(m, n);
        double longer = m < n ? (double) m * n : 0;
        double factors = switch (method) {
            case NORM -> Planner.normForm(m, n, tokens, normRoute) == NormRoute.INNER ? 2 * (double) n * n : 0;
            case GRAM -> 3 * shorter * shorter + longer;
            case SVD, AUTO -> 5 * shorter * shorter + 3 * longer;
        };
        return Double.BYTES * (factors + (threads - 1) * shorter * shorter) + threads * BLOCKS;
    }

    private static String text(String name, String route, double multiplications) {
        return name + " by " + route + ", " + gflop(multiplications);
    }

    private static String gflop(double multiplications) {
        return String.format(Locale.ROOT, "%.3g GFLOP", 2e-9 * multiplications);
    }
}
