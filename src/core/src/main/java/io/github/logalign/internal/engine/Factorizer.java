package io.github.logalign.internal.engine;

import io.github.logalign.matrix.Computation.Kind;
import io.github.logalign.matrix.Computation.Step;
import io.github.logalign.matrix.Method;
import io.github.logalign.matrix.Products;
import io.github.logalign.matrix.SvdRoute;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Set;

/**
 * Factorises W by the method that was asked for: scaled where its magnitudes need it, and by the SVD after all where the
 * Gram matrix loses singular values and the choice was left to this class.
 *
 * @param blas asked once W is to be read
 * @param method how
 * @param vectors whether the right singular vectors are wanted
 * @param route which way an SVD goes
 * @param products which implementation computes the Gram matrix
 */
public record Factorizer(BlasSource blas, Method method, boolean vectors, SvdRoute route, Products products) {

    /**
     * Factorises W.
     *
     * @param arena where the right singular vectors live
     */
    public FactorizedWeights factorize(WeightSource source, Arena arena) {
        if (source.isEmpty()) {
            return zero(source, arena);
        }
        FactorizedWeights found = factorize(source, method == Method.SVD ? Method.SVD : Method.GRAM, arena);
        boolean lost = method == Method.AUTO && found.lacksSingularValues();
        return lost && !found.isZero() ? factorize(source, Method.SVD, arena) : found;
    }

    private FactorizedWeights factorize(WeightSource source, Method by, Arena arena) {
        try {
            Factorization factorization = run(source, by);
            if (source.fits()) {
                return pack(source, factorization, arena);
            }
            factorization.close();
        } catch (WeightSource.TooLarge unscaled) {
            // Known by its type alone: what follows is the remedy.
        }
        WeightSource scaled = source.rescaled();
        return pack(scaled, run(scaled, by), arena);
    }

    private Factorization run(WeightSource source, Method by) {
        return by == Method.GRAM
                ? GramFactorization.run(source, blas, vectors, products)
                : SvdFactorization.run(source, blas.get(), vectors, route);
    }

    /** Takes the vectors over, in the layout that the kernels read. */
    private FactorizedWeights pack(WeightSource source, Factorization factorization, Arena arena) {
        try (factorization) {
            double[] squares = factorization.squares();
            if (squares[0] == 0) {
                return zero(source, arena);
            }
            Step step = factorization.step();
            int rank = countAbove(squares, rankTolerance(source, step.kind()));
            Factorization.Basis basis = factorization.basis();
            Directions directions = basis == null
                    ? null
                    : basis.pack(squares, source.columns(), source.precision(), arena);
            return new FactorizedWeights(squares, source.exponent(), rank, step, directions);
        }
    }

    /** All directions are as good as any other: the unit vectors. */
    private FactorizedWeights zero(WeightSource source, Arena arena) {
        int count = Math.min(source.rows(), source.columns());
        Step step = new Step(method == Method.SVD ? Kind.SVD_DIRECT : Kind.GRAM, Set.of(), List.of());
        PackedDirections directions = vectors
                ? PackedDirections.units(count, source.columns(), source.precision(), arena)
                : null;
        return new FactorizedWeights(new double[count], source.exponent(), 0, step, directions);
    }

    /** The square of the ratio sigma_i / sigma_1 below which a singular value counts as 0. */
    private static double rankTolerance(WeightSource source, Kind kind) {
        double tolerance = 2.0 * Math.max(source.rows(), source.columns()) * source.precision().unitRoundoff();
        // From the Gram matrix the tolerance is the square root, and here it is squared.
        return kind == Kind.GRAM ? tolerance : tolerance * tolerance;
    }

    private static int countAbove(double[] squares, double tolerance) {
        int count = 0;
        while (count < squares.length && squares[count] > tolerance * squares[0]) {
            count++;
        }
        return count;
    }
}
