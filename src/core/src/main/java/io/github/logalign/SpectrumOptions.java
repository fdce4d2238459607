package io.github.logalign;

import io.github.logalign.internal.check.Arguments;
import io.github.logalign.matrix.Method;
import io.github.logalign.matrix.Precision;
import io.github.logalign.matrix.Products;
import io.github.logalign.matrix.SvdRoute;
import java.io.Serializable;

/**
 * What a {@link WeightSpectrum} is to be computed with.
 *
 * @param method how; {@link Method#SVD} by default
 * @param precision in what precision; {@link Precision#DOUBLE} by default
 * @param vectors whether the right singular vectors are wanted; without them nothing can be projected
 * @param threads how many threads may work on one layer, at least 1; 1 by default. More than one are used where any thread
 *     may read W, X and the arena's memory, for tall matrices and for projections; each needs memory for a matrix of n x n
 * @param route which way; {@link SvdRoute#AUTO} by default, the others for {@link Method#SVD} only
 * @param products which implementation multiplies matrices; {@link Products#AUTO} by default
 */
public record SpectrumOptions(
        Method method, Precision precision, boolean vectors, int threads, SvdRoute route, Products products)
        implements
            Serializable {

    /** SVD in float64, with vectors. */
    public static final SpectrumOptions DEFAULT = new SpectrumOptions(Method.SVD, Precision.DOUBLE, true, 1);

    /**
     * The cheapest route and the fastest implementation of matrix products.
     *
     * @param method how
     * @param precision in what precision
     * @param vectors whether the right singular vectors are wanted
     * @param threads how many threads may work on one layer
     * @throws IllegalArgumentException if there are no threads
     */
    public SpectrumOptions(Method method, Precision precision, boolean vectors, int threads) {
        this(method, precision, vectors, threads, SvdRoute.AUTO, Products.AUTO);
    }

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if there are no threads, or a route is given to a method other than {@link Method#SVD}
     */
    public SpectrumOptions {
        Arguments.required(method, "method");
        Arguments.required(precision, "precision");
        Arguments.required(products, "products");
        Arguments.required(route, "route");
        if (method != Method.SVD && route != SvdRoute.AUTO) {
            throw new IllegalArgumentException(route + " is a route of the method svd only");
        }
        if (threads < 1) {
            throw new IllegalArgumentException("at least one thread is needed, not " + threads);
        }
    }

    /**
     * The same with another method.
     *
     * @param newMethod how to compute the spectrum
     * @return the options
     */
    public SpectrumOptions withMethod(Method newMethod) {
        return new SpectrumOptions(newMethod, precision, vectors, threads, route, products);
    }

    /**
     * The same in another precision.
     *
     * @param newPrecision the precision of the factorisation and the projections
     * @return the options
     */
    public SpectrumOptions withPrecision(Precision newPrecision) {
        return new SpectrumOptions(method, newPrecision, vectors, threads, route, products);
    }

    /**
     * The same for p alone, which is cheaper.
     *
     * @return the options
     */
    public SpectrumOptions withoutVectors() {
        return new SpectrumOptions(method, precision, false, threads, route, products);
    }

    /**
     * The same with several threads for one layer.
     *
     * @param newThreads how many, at least 1
     * @return the options
     * @throws IllegalArgumentException if there are none
     */
    public SpectrumOptions withThreads(int newThreads) {
        return new SpectrumOptions(method, precision, vectors, newThreads, route, products);
    }

    /**
     * The same by another route.
     *
     * @param newRoute which way
     * @return the options
     * @throws IllegalArgumentException if the method is not {@link Method#SVD}
     */
    public SpectrumOptions withRoute(SvdRoute newRoute) {
        return new SpectrumOptions(method, precision, vectors, threads, newRoute, products);
    }

    /**
     * The same with products taken by something else.
     *
     * @param newProducts which implementation multiplies matrices
     * @return the options
     */
    public SpectrumOptions withProducts(Products newProducts) {
        return new SpectrumOptions(method, precision, vectors, threads, route, newProducts);
    }
}
