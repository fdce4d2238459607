package io.github.logalign.internal.engine;

import io.github.logalign.internal.blas.Blas;
import io.github.logalign.internal.blas.Block;
import io.github.logalign.internal.blas.NativeBuffer;
import io.github.logalign.internal.blas.Real;
import io.github.logalign.internal.blas.Work;
import io.github.logalign.internal.engine.Factorization.Basis;
import io.github.logalign.internal.engine.Factorization.LeftVectors;
import io.github.logalign.internal.engine.Factorization.Vectors;
import io.github.logalign.matrix.Computation.Kind;
import io.github.logalign.matrix.Computation.Step;
import io.github.logalign.matrix.ElementType;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.matrix.Matrix;
import io.github.logalign.matrix.Products;
import io.github.logalign.matrix.Routine;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Singular values and right singular vectors from the eigenvectors of the Gram matrix of the shorter side. In single
 * precision the products are summed in float64, and the eigenvectors found in float32.
 */
public final class GramFactorization {

    private final WeightSource w;
    private final BlasSource blasSource;
    private final Blas blas;
    private final boolean wantVectors;
    private final Products products;
    private final Real real;

    private GramFactorization(WeightSource w, BlasSource blasSource, boolean wantVectors, Products products) {
        this.w = w;
        this.blasSource = blasSource;
        this.blas = blasSource.get();
        this.wantVectors = wantVectors;
        this.products = products;
        this.real = WorkingTypes.real(w.precision());
    }

    /** W is not empty. */
    public static Factorization run(WeightSource w, BlasSource blasSource, boolean wantVectors, Products products) {
        GramFactorization route = new GramFactorization(w, blasSource, wantVectors, products);
        return w.rows() >= w.columns() ? route.tall() : route.wide();
    }

    private Factorization tall() {
        int n = w.columns();
        Solved solved = solve(w);
        // Eigenvalues ascend, singular values descend: the last column is the first direction.
        NativeBuffer vectors = solved.vectors();
        return factorization(solved, List.of(),
                vectors == null ? null : new Vectors(vectors, (long) (n - 1) * n, -n, 1));
    }

    /**
     * W W^T = U S^2 U^T. The left singular vectors suffice where outputs can be rotated; else the columns of W^T U, made
     * orthonormal from the largest singular value on, are the directions.
     */
    private Factorization wide() {
        NativeBuffer rows = w.scratch((long) w.columns() * w.rows());
        NativeBuffer u = null;
        try {
            w.readRows(rows.segment());
            ElementType type = WorkingTypes.elementType(w.precision());
            Matrix transposed = Matrix.of(rows.segment(), type, w.rows(), w.columns()).transposed();
            Solved solved = solve(new WeightSource(transposed, w.precision(), w.threads()));
            u = solved.vectors();
            if (u != null && products != Products.KERNEL
                    && RotatedOutputs.isAccurate(solved.squares(), w.element())) {
                return factorization(solved, List.of(), new LeftVectors(rows, u, blasSource));
            }
            Factorization found = u == null
                    ? factorization(solved, List.of(), null)
                    : factorization(solved, List.of(Routine.GEQRF), rightVectors(u, rows));
            close(rows, u);
            return found;
        } catch (RuntimeException | Error failed) {
            close(rows, u);
            throw failed;
        }
    }

    private static void close(NativeBuffer rows, @Nullable NativeBuffer u) {
        rows.close();
        if (u != null) {
            u.close();
        }
    }

    private Vectors rightVectors(NativeBuffer u, NativeBuffer rows) {
        int m = w.rows();
        int n = w.columns();
        NativeBuffer directions = w.scratch((long) n * m);
        try (NativeBuffer descending = w.scratch((long) m * m);
                NativeBuffer tau = w.scratch(m)) {
            long column = (long) m * w.element().bytes();
            for (int i = 0; i < m; i++) {
                MemorySegment.copy(u.segment(), (m - 1 - i) * column, descending.segment(), i * column, column);
            }
            Blas.onLargeStack(() -> {
                Block found = Block.of(real, directions.segment(), n, m);
                blas.level3().gemm(1, Block.of(real, rows.segment(), n, m),
                        Block.of(real, descending.segment(), m, m), 0, found);
                blas.qr().geqrf(found, tau.segment());
                blas.qr().orgqr(found, m, tau.segment());
                return m;
            });
            return new Vectors(directions, 0, n, 1);
        } catch (RuntimeException | Error failed) {
            directions.close();
            throw failed;
        }
    }

    /**
     * Eigenvectors of a Gram matrix.
     *
     * @param squares eigenvalues, descending
     * @param vectors eigenvectors, ascending, one a column, or null
     * @param products what took the products of the Gram matrix
     */
    private record Solved(double[] squares, @Nullable NativeBuffer vectors, Set<Routine> products) {}

    private Solved solve(WeightSource rows) {
        int n = rows.columns();
        Set<Routine> ofGram;
        NativeBuffer triangle;
        try (GramAccumulator gram = GramAccumulator.of(Work.FACTORISATION, rows, products, blasSource, null)) {
            ofGram = gram.routines();
            triangle = gram.lowerTriangle(real);
        }
        SymmetricEigen.Solution solution = new SymmetricEigen(blas, real, n, rows.threads()).solve(triangle,
                wantVectors);
        if (solution.info() != 0) {
            throw new LogalignException("the Gram matrix of the " + w.rows() + " x " + w.columns()
                    + " weights has no eigenvectors: " + Blas.explain(real.routine("stedc"), solution.info())
                    + "; use the SVD");
        }
        double[] squares = new double[n];
        for (int i = 0; i < n; i++) {
            // Rounding can carry an eigenvalue of 0 below it.
            squares[i] = Math.max(0, solution.values()[n - 1 - i]);
        }
        return new Solved(squares, solution.vectors(), ofGram);
    }

    private static Factorization factorization(Solved solved, List<Routine> after, @Nullable Basis basis) {
        List<Routine> routines = new ArrayList<>(SymmetricEigen.ROUTINES);
        routines.addAll(after);
        return new Factorization(solved.squares(), new Step(Kind.GRAM, solved.products(), routines), basis);
    }
}
