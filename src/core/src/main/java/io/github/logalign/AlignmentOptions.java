package io.github.logalign;

import io.github.logalign.internal.check.Arguments;
import io.github.logalign.matrix.NormRoute;
import io.github.logalign.matrix.Precision;
import io.github.logalign.matrix.Products;
import java.io.Serializable;

/**
 * What {@link AlignmentSums} are to be computed with.
 *
 * @param precision in what precision products are taken; {@link Precision#DOUBLE} by default. Sums over tokens are in
 *     float64
 * @param threads how many threads may work on W and on a batch, at least 1; 1 by default. More than one are used where any
 *     thread may read the matrices
 * @param route which way; {@link NormRoute#AUTO} by default
 * @param products which implementation multiplies matrices; {@link Products#AUTO} by default
 * @param packedWeights whether a packed copy of W is kept, m n elements of the precision: a batch then costs about a product
 *     of matrices, while otherwise W is converted and packed for each batch, whatever its size; false by default
 */
public record AlignmentOptions(
        Precision precision, int threads, NormRoute route, Products products, boolean packedWeights)
        implements
            Serializable {

    /** In float64, on one thread, the cheapest way. */
    public static final AlignmentOptions DEFAULT = new AlignmentOptions(
            Precision.DOUBLE, 1, NormRoute.AUTO, Products.AUTO, false);

    /**
     * Checks the values.
     *
     * @throws IllegalArgumentException if there are no threads
     */
    public AlignmentOptions {
        Arguments.required(precision, "precision");
        Arguments.required(route, "route");
        Arguments.required(products, "products");
        if (threads < 1) {
            throw new IllegalArgumentException("at least one thread is needed, not " + threads);
        }
    }

    /**
     * The same in another precision.
     *
     * @param newPrecision the precision of the products
     * @return the options
     */
    public AlignmentOptions withPrecision(Precision newPrecision) {
        return new AlignmentOptions(newPrecision, threads, route, products, packedWeights);
    }

    /**
     * The same with several threads for one layer.
     *
     * @param newThreads how many, at least 1
     * @return the options
     * @throws IllegalArgumentException if there are none
     */
    public AlignmentOptions withThreads(int newThreads) {
        return new AlignmentOptions(precision, newThreads, route, products, packedWeights);
    }

    /**
     * The same by another route.
     *
     * @param newRoute which way
     * @return the options
     */
    public AlignmentOptions withRoute(NormRoute newRoute) {
        return new AlignmentOptions(precision, threads, newRoute, products, packedWeights);
    }

    /**
     * The same with products taken by something else.
     *
     * @param newProducts which implementation multiplies matrices
     * @return the options
     */
    public AlignmentOptions withProducts(Products newProducts) {
        return new AlignmentOptions(precision, threads, route, newProducts, packedWeights);
    }

    /**
     * The same with a packed copy of W, for many small batches.
     *
     * @return the options
     */
    public AlignmentOptions withPackedWeights() {
        return new AlignmentOptions(precision, threads, route, products, true);
    }
}
