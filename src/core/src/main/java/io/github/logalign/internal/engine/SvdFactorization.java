package io.github.logalign.internal.engine;

import io.github.logalign.internal.blas.Blas;
import io.github.logalign.internal.blas.Block;
import io.github.logalign.internal.blas.NativeBuffer;
import io.github.logalign.internal.blas.Real;
import io.github.logalign.internal.blas.Svd;
import io.github.logalign.internal.blas.Work;
import io.github.logalign.internal.engine.Factorization.Vectors;
import io.github.logalign.internal.simd.Element;
import io.github.logalign.matrix.Computation.Kind;
import io.github.logalign.matrix.Computation.Step;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.matrix.Routine;
import io.github.logalign.matrix.SvdRoute;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Singular values and right singular vectors by LAPACK's SVD. Tall matrices are first reduced to a triangle, block of
 * rows by block of rows, so that memory grows with n^2 and not with m n; wide ones by one QR factorisation of W^T.
 *
 * <p>A row-major m x n matrix is a column-major n x m one: then the left factor holds the right singular vectors of W.
 */
public final class SvdFactorization {

    private static final int NARROW = 1024;

    private final WeightSource w;
    private final Blas blas;
    private final boolean wantVectors;
    private final SvdRoute route;
    private final Solver solver;
    private final Real real;
    private final int m;
    private final int n;

    /** One of LAPACK's two SVD drivers. */
    public interface Solver {

        /** What it is called. */
        Routine routine();

        /** As {@link Svd#gesdd}. */
        int solve(Svd svd, Block a, MemorySegment s, Svd.@Nullable Vectors vectors);
    }

    /** Divide and conquer. */
    public static final Solver GESDD = new Solver() {
        @Override
        public Routine routine() {
            return Routine.GESDD;
        }

        @Override
        public int solve(Svd svd, Block a, MemorySegment s, Svd.@Nullable Vectors vectors) {
            return svd.gesdd(a, s, vectors);
        }
    };

    /** QR iteration. */
    public static final Solver GESVD = new Solver() {
        @Override
        public Routine routine() {
            return Routine.GESVD;
        }

        @Override
        public int solve(Svd svd, Block a, MemorySegment s, Svd.@Nullable Vectors vectors) {
            return svd.gesvd(a, s, vectors);
        }
    };

    private SvdFactorization(WeightSource w, Blas blas, boolean wantVectors, SvdRoute route, Solver solver) {
        this.w = w;
        this.blas = blas;
        this.wantVectors = wantVectors;
        this.route = Planner.svd(w.rows(), w.columns(), route);
        this.solver = solver;
        this.real = WorkingTypes.real(w.precision());
        this.m = w.rows();
        this.n = w.columns();
    }

    /** Runs divide and conquer, and QR iteration if that does not converge. W is not empty. */
    public static Factorization run(WeightSource w, Blas blas, boolean wantVectors, SvdRoute route) {
        return run(w, blas, wantVectors, route, GESDD, GESVD);
    }

    /** Runs the first solver that converges, each on a fresh copy. W is not empty. */
    public static Factorization run(WeightSource w, Blas blas, boolean wantVectors, SvdRoute route, Solver... solvers) {
        StringBuilder failures = new StringBuilder();
        for (Solver solver : solvers) {
            Result result = new SvdFactorization(w, blas, wantVectors, route, solver).factorise();
            if (result.factorization() != null) {
                return result.factorization();
            }
            failures.append(failures.isEmpty() ? "" : "; ")
                    .append(Blas.explain(solver.routine().in(w.precision()), result.info()));
        }
        throw new LogalignException("the " + w.rows() + " x " + w.columns() + " weights could not be factorised: "
                + failures + "; use the Gram matrix, or the norm form");
    }

    /** A factorization, or the INFO of a solver that did not converge. */
    private record Result(@Nullable Factorization factorization, int info) {}

    private Result factorise() {
        if (m >= n) {
            return route == SvdRoute.TRIANGLE ? tallByTriangle() : tallDirectly();
        }
        return route == SvdRoute.TRIANGLE ? wideByTriangle() : wideDirectly();
    }

    private Result tallByTriangle() {
        int parts = w.parts();
        int panel = Math.min(n, n <= NARROW ? 32 : 64);
        List<NativeBuffer> triangles = new ArrayList<>();
        try {
            for (int part = 0; part < parts; part++) {
                triangles.add(w.scratch((long) n * n));
            }
            RowRanges.run(Work.FACTORISATION, parts, part -> {
                MemorySegment triangle = triangles.get(part).segment();
                NativeBuffer.clear(triangle);
                fold(part, parts, panel, triangle);
                return part;
            });
            MemorySegment first = triangles.getFirst().segment();
            for (NativeBuffer other : triangles.subList(1, parts)) {
                Blas.onLargeStack(() -> {
                    blas.qr().tpqrt(Block.of(real, first, n, n), Block.of(real, other.segment(), n, n), n, panel);
                    return other;
                });
                other.close();
            }
            return solveTall(triangles.getFirst(), n, List.of(Routine.TPQRT));
        } finally {
            triangles.forEach(NativeBuffer::close);
        }
    }

    /** Folds the rows of one part into a triangle. */
    private void fold(int part, int parts, int panel, MemorySegment r) {
        try (WeightSource.RowRange range = w.rows(part, parts);
                NativeBuffer block = w.scratch((long) w.blockRows() * n)) {
            for (int row = range.first(); row < range.end(); row += w.blockRows()) {
                int count = Math.min(w.blockRows(), range.end() - row);
                range.read(row, count, true, block.segment());
                Blas.onLargeStack(() -> {
                    blas.qr().tpqrt(Block.of(real, r, n, n), Block.of(real, block.segment(), count, n), 0, panel);
                    return count;
                });
            }
        }
    }

    private Result tallDirectly() {
        try (NativeBuffer a = w.scratch((long) m * n)) {
            w.readColumnMajor(a.segment());
            return solveTall(a, m, List.of());
        }
    }

    /** The right factor of a column-major matrix holds the directions: direction d is its row d. */
    private Result solveTall(NativeBuffer a, int rows, List<Routine> before) {
        NativeBuffer vt = w.scratch(wantVectors ? (long) n * n : 1);
        try (NativeBuffer u = w.scratch(wantVectors ? (long) rows * n : 1);
                NativeBuffer s = w.scratch(n)) {
            int info = solve(rows, n, a, s, u, vt);
            if (info != 0) {
                vt.close();
                return new Result(null, info);
            }
            return found(s, n, before, new Vectors(vt, 0, 1, n));
        } catch (RuntimeException | Error failed) {
            vt.close();
            throw failed;
        }
    }

    private Result wideDirectly() {
        NativeBuffer u = w.scratch(wantVectors ? (long) n * m : 1);
        try (NativeBuffer a = w.scratch((long) n * m);
                NativeBuffer vt = w.scratch(wantVectors ? (long) m * m : 1);
                NativeBuffer s = w.scratch(m)) {
            w.readRows(a.segment());
            int info = solve(n, m, a, s, u, vt);
            if (info != 0) {
                u.close();
                return new Result(null, info);
            }
            return found(s, m, List.of(), new Vectors(u, 0, n, 1));
        } catch (RuntimeException | Error failed) {
            u.close();
            throw failed;
        }
    }

    /** W^T = Q R, R = U S V^T: the directions are the columns of Q U. */
    private Result wideByTriangle() {
        NativeBuffer directions = w.scratch(wantVectors ? (long) n * m : 1);
        try (NativeBuffer a = w.scratch((long) n * m);
                NativeBuffer tau = w.scratch(m);
                NativeBuffer r = w.scratch((long) m * m);
                NativeBuffer u = w.scratch(wantVectors ? (long) m * m : 1);
                NativeBuffer vt = w.scratch(wantVectors ? (long) m * m : 1);
                NativeBuffer s = w.scratch(m)) {
            w.readRows(a.segment());
            Blas.onLargeStack(() -> {
                blas.qr().geqrf(Block.of(real, a.segment(), n, m), tau.segment());
                return m;
            });
            NativeBuffer.clear(r.segment());
            long bytes = real.bytes();
            for (long column = 0; column < m; column++) {
                MemorySegment.copy(
                        a.segment(), column * n * bytes, r.segment(), column * m * bytes, (column + 1) * bytes);
            }
            int info = solve(m, m, r, s, u, vt);
            if (info != 0) {
                directions.close();
                return new Result(null, info);
            }
            if (wantVectors) {
                NativeBuffer.clear(directions.segment());
                for (long column = 0; column < m; column++) {
                    MemorySegment.copy(
                            u.segment(), column * m * bytes, directions.segment(), column * n * bytes, m * bytes);
                }
                Blas.onLargeStack(() -> {
                    blas.qr().ormqr(Block.of(real, a.segment(), n, m), tau.segment(),
                            Block.of(real, directions.segment(), n, m));
                    return m;
                });
            }
            return found(s, m, List.of(Routine.GEQRF), new Vectors(directions, 0, n, 1));
        } catch (RuntimeException | Error failed) {
            directions.close();
            throw failed;
        }
    }

    private int solve(int rows, int columns, NativeBuffer a, NativeBuffer s, NativeBuffer u, NativeBuffer vt) {
        int small = Math.min(rows, columns);
        Svd.Vectors vectors = wantVectors
                ? new Svd.Vectors(
                        Block.of(real, u.segment(), rows, small), Block.of(real, vt.segment(), small, columns))
                : null;
        Block matrix = Block.of(real, a.segment(), rows, columns);
        return Blas.onLargeStack(() -> solver.solve(blas.svd(), matrix, s.segment(), vectors));
    }

    private Result found(NativeBuffer s, int count, List<Routine> before, Vectors vectors) {
        double[] squares = new double[count];
        for (int i = 0; i < count; i++) {
            double sigma = w.element() == Element.F64
                    ? s.segment().getAtIndex(ValueLayout.JAVA_DOUBLE, i)
                    : s.segment().getAtIndex(ValueLayout.JAVA_FLOAT, i);
            squares[i] = sigma * sigma;
        }
        if (!wantVectors) {
            vectors.close();
        }
        List<Routine> routines = new ArrayList<>(before);
        routines.add(solver.routine());
        Kind kind = route == SvdRoute.TRIANGLE ? Kind.SVD_TRIANGLE : Kind.SVD_DIRECT;
        return new Result(new Factorization(squares, new Step(kind, Set.of(), routines), wantVectors ? vectors : null),
                0);
    }
}
